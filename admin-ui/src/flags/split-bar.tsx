import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { page } from '../text/flag-page.ts';
import { percent } from '../text/format.ts';
import { type Weights, withBoundary } from './split.ts';
import css from './split-editor.module.css';

const t = page.split;
const SUM = 1000;

interface Props {
  readonly variants: readonly string[];
  readonly weights: Weights;
  onChange(weights: Weights): void;
}

/** The shares as one bar; the boundaries between them move by hand and by keys. */
export function SplitBar({ variants, weights, onChange }: Props) {
  const bar = useRef<HTMLDivElement>(null);
  const ends = weights.map((_, index) => weights.slice(0, index + 1).reduce((all, n) => all + n, 0));
  const drag = (at: number) => (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const begin = event.clientX;
    const width = bar.current?.clientWidth ?? 1;
    const target = event.currentTarget as HTMLElement;
    const move = (now: globalThis.PointerEvent) => onChange(withBoundary(weights, at, ((now.clientX - begin) / width) * SUM));
    const stop = () => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', stop);
      target.removeEventListener('pointercancel', stop);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', stop);
    target.addEventListener('pointercancel', stop);
  };
  const press = (at: number) => (event: KeyboardEvent) => {
    const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    onChange(withBoundary(weights, at, direction * (event.shiftKey ? 1 : 10)));
  };
  return (
    <div className={css.bar} ref={bar}>
      {variants.map((variant, index) => (
        <span
          key={variant}
          className={css.part}
          data-series={Math.min(index, 4)}
          style={{ width: `${(weights[index] ?? 0) / 10}%` }}
        />
      ))}
      {variants.slice(0, -1).map((variant, index) => (
        <span
          key={variant}
          className={css.boundary}
          role="slider"
          tabIndex={0}
          aria-label={t.boundary(variant, variants[index + 1] ?? '')}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={(ends[index] ?? 0) / 10}
          aria-valuetext={percent((weights[index] ?? 0) / 10)}
          style={{ left: `${(ends[index] ?? 0) / 10}%` }}
          onPointerDown={drag(index)}
          onKeyDown={press(index)}
        />
      ))}
    </div>
  );
}
