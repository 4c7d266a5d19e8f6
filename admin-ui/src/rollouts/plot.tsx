import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, type ReactNode, useId } from 'react';
import { text } from '../text/catalogue.ts';
import { clockTime, percent, rate } from '../text/format.ts';
import css from './chart.module.css';

const t = text.rollouts;
const PAD = { left: 48, right: 12, top: 24, bottom: 24 };
/** Room that a stage's label needs beside the next, px. */
const LABEL = 40;
/** Half of what a time takes, px. */
const TIME = 24;
/** A dot's radius and its edge, px. */
const DOT = 3;

/** Where a moment and a share, 0…1, lie, px. */
export interface Scales {
  readonly x: (at: number) => number;
  readonly y: (share: number) => number;
}

/** When each percent began, ms. */
export type Steps = readonly { readonly at: number; readonly percent: number }[];

/** Which shares, 0…1, are written, and where one lies between bottom, 0, and top, 1. */
export interface Axis {
  readonly ticks: readonly number[];
  place(share: number): number;
}

/** From nothing to `top`, evenly. */
export const evenAxis = (top: number): Axis => ({
  ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => part * top),
  place: (share) => share / top,
});

interface Props {
  readonly label: string;
  /** px */
  readonly height: number;
  readonly from: number;
  readonly until: number;
  readonly axis: Axis;
  readonly steps: Steps;
  /** The moment of a revert, ms. */
  readonly reverted: number | null;
  /** The moment that is looked at, ms. */
  readonly chosen: number | null;
  onChoose(at: number | null): void;
  /** What is drawn inside. */
  children(scales: Scales): ReactNode;
}

/** Shares over time: axes, stages, the moment of a revert, and the one that the pointer is at. */
export function Plot({ label, height, from, until, axis, steps, reverted, chosen, onChoose, children }: Props) {
  const { ref, width } = useElementSize();
  const clip = useId();
  const inner = Math.max(1, width - PAD.left - PAD.right);
  const bottom = height - PAD.bottom;
  const x = (at: number) => PAD.left + ((at - from) / (until - from)) * inner;
  const y = (share: number) => PAD.top + (1 - Math.min(axis.place(share), 1.2)) * (bottom - PAD.top);
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    onChoose(Math.min(until, Math.max(from, from + ((left - PAD.left) / inner) * (until - from))));
  };
  return (
    <div ref={ref}>
      <svg
        className={css.chart}
        width={width}
        height={height}
        role="img"
        aria-label={label}
        onPointerMove={onMove}
        onPointerLeave={() => onChoose(null)}
      >
        <clipPath id={clip}>
          <rect x={PAD.left - DOT} y={PAD.top} width={inner + 2 * DOT} height={bottom - PAD.top} />
        </clipPath>
        <g className={css.axes}>
          {axis.ticks.map((share) => (
            <g key={share}>
              <line x1={PAD.left} x2={width - PAD.right} y1={y(share)} y2={y(share)} />
              <text x={PAD.left - 8} y={y(share) + 4} textAnchor="end">
                {rate(share)}
              </text>
            </g>
          ))}
          {chosen === null ? (
            <>
              <text x={PAD.left} y={height - 6}>
                {clockTime(from)}
              </text>
              <text x={width - PAD.right} y={height - 6} textAnchor="end">
                {clockTime(until)}
              </text>
            </>
          ) : (
            <text x={Math.min(width - PAD.right - TIME, Math.max(PAD.left + TIME, x(chosen)))} y={height - 6} textAnchor="middle">
              {clockTime(chosen)}
            </text>
          )}
        </g>
        <StageMarks steps={steps} x={x} end={reverted === null ? width : x(reverted) - 2 * LABEL} bottom={bottom} />
        {reverted !== null && (
          <g className={css.revert}>
            <line x1={x(reverted)} x2={x(reverted)} y1={PAD.top - 4} y2={bottom} />
            <text x={x(reverted)} y={PAD.top - 8} textAnchor={x(reverted) < PAD.left + 2 * LABEL ? 'start' : 'end'}>
              {t.revertMark}
            </text>
          </g>
        )}
        <g clipPath={`url(#${clip})`}>{children({ x, y })}</g>
        {chosen !== null && <line className={css.cross} x1={x(chosen)} x2={x(chosen)} y1={PAD.top} y2={bottom} />}
      </svg>
    </div>
  );
}

function StageMarks({ steps, x, end, bottom }: { steps: Steps; x: Scales['x']; end: number; bottom: number }) {
  const places = steps.map((step, index) => {
    const next = steps[index + 1];
    return { ...step, left: x(step.at), room: (next ? x(next.at) : end) - x(step.at) };
  });
  return places.map(({ at, percent: to, left, room }) => (
    <g key={at} className={css.stage}>
      <line x1={left} x2={left} y1={PAD.top} y2={bottom} />
      {room >= LABEL && (
        <text x={left + 4} y={PAD.top - 8}>
          {percent(to)}
        </text>
      )}
    </g>
  ));
}
