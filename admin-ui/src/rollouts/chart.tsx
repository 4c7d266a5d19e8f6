import { clockTime, count, rate } from '../text/format.ts';
import css from './chart.module.css';
import type { Arm, Measure } from './measures.ts';
import { evenAxis, Plot, type Scales } from './plot.tsx';
import { ceilingOf, type Figures, nearest, type Point, rateOf, type Series, wilson } from './rates.ts';

/** Below this height a chart stands beside others: its legend is a column and says no time, px. */
const SMALL = 220;

interface Props {
  readonly series: Series;
  readonly measure: Omit<Measure, 'figures'>;
  /** What is said of each arm while no moment is looked at; else its last point. */
  readonly totals?: Readonly<Record<Arm, Figures>>;
  /** px */
  readonly height: number;
  /** The moment of a revert, ms. */
  readonly reverted: number | null;
  /** The moment that is looked at, ms; null: the last. */
  readonly chosen: number | null;
  onChoose(at: number | null): void;
}

/** A share of people in treatment and control over time, each with its band, the stages, and the moment of a revert. */
export function RateChart({ series, measure, totals, height, reverted, chosen, onChoose }: Props) {
  const { from, steps } = series;
  const until = Math.max(series.until, reverted ?? 0, from + 1);
  const axis = evenAxis(ceilingOf([...series.treatment, ...series.control]));
  return (
    <>
      <div className={css.legend} data-small={height < SMALL}>
        {(['treatment', 'control'] as const).map((arm) => (
          <LegendArm
            key={arm}
            arm={arm}
            measure={measure}
            point={chosen === null && totals ? totals[arm] : nearest(series[arm], chosen ?? until)}
          />
        ))}
        <span className={css.time}>{clockTime(chosen ?? until)}</span>
      </div>
      <Plot {...{ label: measure.chart, height, from, until, axis, steps, reverted, chosen, onChoose }}>
        {(scales) => (
          <>
            <ArmLines arm="control" points={series.control} {...scales} />
            <ArmLines arm="treatment" points={series.treatment} {...scales} />
          </>
        )}
      </Plot>
    </>
  );
}

function ArmLines({ arm, points, x, y }: Scales & { arm: Arm; points: readonly Point[] }) {
  const line = points.map((point) => `${x(point.at)},${y(rateOf(point))}`).join(' ');
  const high = points.map((point) => `${x(point.at)},${y(wilson(point).high)}`);
  const low = points.map((point) => `${x(point.at)},${y(wilson(point).low)}`).reverse();
  return (
    <g data-arm={arm}>
      <polygon className={css.band} points={[...high, ...low].join(' ')} />
      <polyline className={css.line} points={line} />
      {points.map((point) => (
        <circle key={point.at} className={css.dot} cx={x(point.at)} cy={y(rateOf(point))} r="2.5" />
      ))}
    </g>
  );
}

function LegendArm({ arm, measure, point }: { arm: Arm; measure: Props['measure']; point: Figures | undefined }) {
  return (
    <span className={css.arm} data-arm={arm}>
      <LineMark />
      {measure.arms[arm]}
      <strong>{point ? rate(rateOf(point)) : '–'}</strong>
      {point && <span className={css.of}>{measure.of(count(point.errors), count(point.units))}</span>}
    </span>
  );
}

/** A piece of an arm's line, as the chart draws it. */
export function LineMark() {
  return (
    <svg width="22" height="10" aria-hidden="true">
      <line className={css.line} x1="1" x2="21" y1="5" y2="5" />
    </svg>
  );
}
