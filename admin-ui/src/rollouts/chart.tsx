import type { RolloutView } from '@burgee/server/api';
import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useState } from 'react';
import { text } from '../text/catalogue.ts';
import { clockTime, count, percent, rate } from '../text/format.ts';
import css from './chart.module.css';
import { ceilingOf, type Figures, type Point, rateOf, wilson } from './rates.ts';

const t = text.rollouts;
const HEIGHT = 260;
const PAD = { left: 48, right: 12, top: 24, bottom: 24 };

type Arm = 'treatment' | 'control';

/** Treatment's and control's error rates over time, each with its band, the stages, and the moment of a revert. */
export function RateChart({ points, rollout }: { points: readonly Point[]; rollout: RolloutView }) {
  const { ref, width } = useElementSize();
  const [chosen, setChosen] = useState<number | null>(null);
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const reverted = rollout.state === 'reverted' ? rollout.endedAt : null;
  const from = first.at;
  const until = Math.max(last.at, reverted ?? 0, from + 1);
  const top = ceilingOf(points);
  const x = (at: number) => PAD.left + ((at - from) / (until - from)) * Math.max(1, width - PAD.left - PAD.right);
  const y = (r: number) => PAD.top + (1 - Math.min(r, top * 1.2) / top) * (HEIGHT - PAD.top - PAD.bottom);
  const shown = points[chosen ?? points.length - 1] ?? last;
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const distances = points.map((point) => Math.abs(x(point.at) - at));
    setChosen(distances.indexOf(Math.min(...distances)));
  };
  return (
    <figure className={css.figure}>
      <Legend point={shown} live={chosen === null} />
      <div ref={ref}>
        <svg
          className={css.chart}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={t.chart}
          onPointerMove={onMove}
          onPointerLeave={() => setChosen(null)}
        >
          <clipPath id="plot">
            <rect
              x={PAD.left}
              y={PAD.top}
              width={Math.max(0, width - PAD.left - PAD.right)}
              height={HEIGHT - PAD.top - PAD.bottom}
            />
          </clipPath>
          <Axes top={top} y={y} width={width} from={from} until={until} />
          {stageStarts(points).map(({ at, percent: to }) => (
            <g key={at} className={css.stage}>
              <line x1={x(at)} x2={x(at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
              <text x={x(at) + 4} y={PAD.top - 8}>
                {percent(to)}
              </text>
            </g>
          ))}
          <g clipPath="url(#plot)">
            <ArmLines arm="control" points={points} x={x} y={y} />
            <ArmLines arm="treatment" points={points} x={x} y={y} />
          </g>
          {reverted !== null && (
            <g className={css.revert}>
              <line x1={x(reverted)} x2={x(reverted)} y1={PAD.top - 4} y2={HEIGHT - PAD.bottom} />
              <text x={x(reverted) - 5} y={PAD.top - 8} textAnchor="end">
                {t.revertMark}
              </text>
            </g>
          )}
          {chosen !== null && (
            <line className={css.cross} x1={x(shown.at)} x2={x(shown.at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
          )}
        </svg>
      </div>
      <figcaption className={css.caption}>{t.chart}</figcaption>
    </figure>
  );
}

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (rate: number) => number;
}

function ArmLines({ arm, points, x, y }: Scales & { arm: Arm; points: readonly Point[] }) {
  const known = points.filter((point) => point[arm].units > 0);
  const line = known.map((point) => `${x(point.at)},${y(rateOf(point[arm]))}`).join(' ');
  const high = known.map((point) => `${x(point.at)},${y(wilson(point[arm]).high)}`);
  const low = known.map((point) => `${x(point.at)},${y(wilson(point[arm]).low)}`).reverse();
  const end = known.at(-1);
  return (
    <g data-arm={arm}>
      <polygon className={css.band} points={[...high, ...low].join(' ')} />
      <polyline className={css.line} points={line} />
      {end && <circle className={css.end} cx={x(end.at)} cy={y(rateOf(end[arm]))} r="3.5" />}
    </g>
  );
}

function Axes({ top, y, width, from, until }: { top: number; y: Scales['y']; width: number; from: number; until: number }) {
  return (
    <g className={css.axes}>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line x1={PAD.left} x2={width - PAD.right} y1={y(top * share)} y2={y(top * share)} />
          <text x={PAD.left - 8} y={y(top * share) + 4} textAnchor="end">
            {rate(top * share)}
          </text>
        </g>
      ))}
      <text x={PAD.left} y={HEIGHT - 6}>
        {clockTime(from)}
      </text>
      <text x={width - PAD.right} y={HEIGHT - 6} textAnchor="end">
        {clockTime(until)}
      </text>
    </g>
  );
}

function Legend({ point, live }: { point: Point; live: boolean }) {
  return (
    <div className={css.legend} aria-live="off">
      <LegendArm arm="treatment" figures={point.treatment} />
      <LegendArm arm="control" figures={point.control} />
      <span className={css.time}>{live ? clockTime(point.at) : `${clockTime(point.at)} · ${percent(point.percent)}`}</span>
    </div>
  );
}

function LegendArm({ arm, figures }: { arm: Arm; figures: Figures }) {
  return (
    <span className={css.arm} data-arm={arm}>
      <svg width="22" height="10" aria-hidden="true">
        <line className={css.line} x1="1" x2="21" y1="5" y2="5" />
      </svg>
      {t[arm]}
      <strong>{figures.units === 0 ? '–' : rate(rateOf(figures))}</strong>
      <span className={css.of}>{t.units(count(figures.errors), count(figures.units))}</span>
    </span>
  );
}

function stageStarts(points: readonly Point[]): Point[] {
  return points.filter((point, index) => point.percent !== points[index - 1]?.percent);
}
