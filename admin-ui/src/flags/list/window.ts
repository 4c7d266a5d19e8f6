import { type RefObject, startTransition, useEffect, useState } from 'react';

/** Which of many equal parts are to be drawn: `from` up to but without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The parts between two edges, both counted from the first part, with some beyond each; steps of `many` keep it calm. */
export function rangeOf(edges: { from: number; to: number }, size: number, count: number, many: number): Range {
  const snap = (n: number) => Math.floor(n / many) * many;
  const from = Math.max(0, snap(edges.from / size) - many);
  const to = Math.min(count, snap(edges.to / size) + 2 * many);
  return { from: Math.min(from, Math.max(0, count - 1)), to: Math.max(to, 0) };
}

const same = (a: Range, b: Range) => a.from === b.from && a.to === b.to;

/**
 * Follows what is visible of a long body inside a box that scrolls, or inside a page that does, by sizes that are known: reading
 * the places of thousands of rows would cost what drawing them does.
 */
export function useWindowed(
  body: RefObject<HTMLElement | null>,
  box: RefObject<HTMLElement | null>,
  rows: { readonly size: number; readonly count: number },
  columns: { readonly size: number; readonly count: number; readonly before: number },
): { readonly rows: Range; readonly columns: Range } {
  // the upper half, to be measured with it; the layout of a whole screen of rows would hold up the first paint
  const [visible, setVisible] = useState(() => ({
    rows: { from: 0, to: Math.min(rows.count, Math.ceil(innerHeight / rows.size / 2)) },
    columns: { from: 0, to: Math.min(columns.count, Math.max(1, Math.ceil((innerWidth - columns.before) / columns.size))) },
  }));
  const { size, count } = rows;
  const { size: wide, count: many, before } = columns;
  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      const inside = body.current?.getBoundingClientRect();
      const around = box.current?.getBoundingClientRect();
      if (!inside || !around) return;
      const top = Math.max(0, around.top) - inside.top;
      const bottom = Math.min(innerHeight, around.bottom) - inside.top;
      const left = Math.max(0, around.left) - inside.left - before;
      const right = Math.min(innerWidth, around.right) - inside.left - before;
      const next = {
        rows: rangeOf({ from: top, to: bottom }, size, count, 8),
        columns: rangeOf({ from: left, to: right }, wide, many, 2),
      };
      // what stays is the same object: a row is drawn again for another one
      const kept = (now: Range, then: Range) => (same(now, then) ? now : then);
      startTransition(() =>
        setVisible((now) => {
          const then = { rows: kept(now.rows, next.rows), columns: kept(now.columns, next.columns) };
          return then.rows === now.rows && then.columns === now.columns ? now : then;
        }),
      );
    };
    const ask = () => {
      asked ||= requestAnimationFrame(look);
    };
    // not now: the layout of a page that was drawn this moment would be worked out here, and once more for its fonts
    ask();
    const resized = new ResizeObserver(ask);
    if (box.current) resized.observe(box.current);
    document.addEventListener('scroll', ask, { capture: true, passive: true });
    addEventListener('resize', ask);
    return () => {
      cancelAnimationFrame(asked);
      resized.disconnect();
      document.removeEventListener('scroll', ask, { capture: true });
      removeEventListener('resize', ask);
    };
  }, [body, box, size, count, wide, many, before]);
  return visible;
}
