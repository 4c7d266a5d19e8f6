import type { RolloutView } from '@burgee/server/api';
import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useState } from 'react';
import { text } from '../text/catalogue.ts';
import { clockTime, count, percent, rate } from '../text/format.ts';
import css from './chart.module.css';
import { type Arm, ceilingOf, nearest, type Point, rateOf, type Series, wilson } from './rates.ts';

const t = text.rollouts;
const HEIGHT = 260;
const PAD = { left: 48, right: 12, top: 24, bottom: 24 };
/** Room that a stage's label needs beside the next, px. */
const LABEL = 40;

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (rate: number) => number;
}

/** Treatment's and control's error rates over time, each with its band, the stages, and the moment of a revert. */
export function RateChart({ series, rollout }: { series: Series; rollout: RolloutView }) {
  const { ref, width } = useElementSize();
  const [chosen, setChosen] = useState<number | null>(null);
  const reverted = rollout.state === 'reverted' ? rollout.endedAt : null;
  const { from } = series;
  const until = Math.max(series.until, reverted ?? 0, from + 1);
  const top = ceilingOf([...series.treatment, ...series.control]);
  const inner = Math.max(1, width - PAD.left - PAD.right);
  const scales: Scales = {
    x: (at) => PAD.left + ((at - from) / (until - from)) * inner,
    y: (r) => PAD.top + (1 - Math.min(r, top * 1.2) / top) * (HEIGHT - PAD.top - PAD.bottom),
  };
  const { x } = scales;
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setChosen(Math.min(until, Math.max(from, from + ((left - PAD.left) / inner) * (until - from))));
  };
  return (
    <figure className={css.figure}>
      <Legend series={series} at={chosen ?? until} />
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
            <rect x={PAD.left} y={PAD.top} width={inner} height={HEIGHT - PAD.top - PAD.bottom} />
          </clipPath>
          <Axes top={top} y={scales.y} width={width} from={from} until={until} />
          <Steps series={series} x={x} end={reverted === null ? width : x(reverted) - 2 * LABEL} />
          <g clipPath="url(#plot)">
            <ArmLines arm="control" points={series.control} {...scales} />
            <ArmLines arm="treatment" points={series.treatment} {...scales} />
          </g>
          {reverted !== null && (
            <g className={css.revert}>
              <line x1={x(reverted)} x2={x(reverted)} y1={PAD.top - 4} y2={HEIGHT - PAD.bottom} />
              <text x={x(reverted)} y={PAD.top - 8} textAnchor="end">
                {t.revertMark}
              </text>
            </g>
          )}
          {chosen !== null && <line className={css.cross} x1={x(chosen)} x2={x(chosen)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />}
        </svg>
      </div>
      <figcaption className={css.caption}>{t.chart}</figcaption>
    </figure>
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

function Steps({ series, x, end }: { series: Series; x: Scales['x']; end: number }) {
  const places = series.steps.map((step, index) => {
    const next = series.steps[index + 1];
    return { ...step, left: x(step.at), room: (next ? x(next.at) : end) - x(step.at) };
  });
  return places.map(({ at, percent: to, left, room }) => (
    <g key={at} className={css.stage}>
      <line x1={left} x2={left} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
      {room >= LABEL && (
        <text x={left + 4} y={PAD.top - 8}>
          {percent(to)}
        </text>
      )}
    </g>
  ));
}

interface AxesProps {
  readonly top: number;
  readonly y: Scales['y'];
  readonly width: number;
  readonly from: number;
  readonly until: number;
}

function Axes({ top, y, width, from, until }: AxesProps) {
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

function Legend({ series, at }: { series: Series; at: number }) {
  return (
    <div className={css.legend}>
      <LegendArm arm="treatment" point={nearest(series.treatment, at)} />
      <LegendArm arm="control" point={nearest(series.control, at)} />
      <span className={css.time}>{clockTime(at)}</span>
    </div>
  );
}

function LegendArm({ arm, point }: { arm: Arm; point: Point | undefined }) {
  return (
    <span className={css.arm} data-arm={arm}>
      <svg width="22" height="10" aria-hidden="true">
        <line className={css.line} x1="1" x2="21" y1="5" y2="5" />
      </svg>
      {t[arm]}
      <strong>{point ? rate(rateOf(point)) : '–'}</strong>
      {point && <span className={css.of}>{t.units(count(point.errors), count(point.units))}</span>}
    </span>
  );
}
