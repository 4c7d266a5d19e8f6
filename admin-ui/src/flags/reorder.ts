import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

/** What a list item and its handle need to be moved by hand. */
export interface Reorder {
  /** The item that is under the hand, or null. */
  readonly dragged: number | null;
  /** Where it would come to lie. */
  readonly over: number | null;
  item(index: number): (element: HTMLElement | null) => void;
  grab(index: number): (event: PointerEvent) => void;
  press(index: number): (event: KeyboardEvent) => void;
}

/** Where an item that is let go at `y` belongs: before the first other one whose middle lies below. */
export function placeAt(y: number, boxes: readonly { readonly top: number; readonly height: number }[], from: number): number {
  const others = boxes.filter((_, index) => index !== from);
  const at = others.findIndex(({ top, height }) => y < top + height / 2);
  return at < 0 ? others.length : at;
}

/** Moves items of a list of `count` by dragging a handle or by its arrow keys; Escape lets go. */
export function useReorder(count: number, onMove: (from: number, to: number) => void): Reorder {
  const elements = useRef(new Map<number, HTMLElement>());
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  return {
    dragged,
    over,
    item: (index) => (element) => {
      if (element) elements.current.set(index, element);
      else elements.current.delete(index);
    },
    grab: (from) => (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const handle = event.currentTarget as HTMLElement;
      handle.focus();
      handle.setPointerCapture(event.pointerId);
      let to = from;
      const move = (now: globalThis.PointerEvent) => {
        const boxes = Array.from({ length: count }, (_, index) => elements.current.get(index)?.getBoundingClientRect());
        to = placeAt(
          now.clientY,
          boxes.filter((box) => box !== undefined),
          from,
        );
        setOver(to);
      };
      const end = (done: boolean) => {
        stop.abort();
        setDragged(null);
        setOver(null);
        if (done && to !== from) onMove(from, to);
      };
      const stop = new AbortController();
      const { signal } = stop;
      handle.addEventListener('pointermove', move, { signal });
      handle.addEventListener('pointerup', () => end(true), { signal });
      handle.addEventListener('pointercancel', () => end(false), { signal });
      addEventListener('keydown', (key) => key.key === 'Escape' && end(false), { signal });
      setDragged(from);
      setOver(from);
    },
    press: (from) => (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      const to = from + by;
      if (to >= 0 && to < count) onMove(from, to);
    },
  };
}
