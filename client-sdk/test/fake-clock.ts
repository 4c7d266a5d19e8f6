import type { Clock } from '../src/delivery/transport.ts';

/** A clock that stands still until it is advanced; sockets stay real. */
export interface FakeClock extends Clock {
  /** Fires what is due, in order. */
  advance(ms: number): void;
  /** Timers set and not fired or cancelled. */
  pending(): number;
  /** Ms until the next timer, undefined without one. */
  nextIn(): number | undefined;
}

/** `earlyMs`: how much too early timers fire, as real ones do against a monotonic clock. */
export function createFakeClock(earlyMs = 0): FakeClock {
  const start = Date.parse('2026-01-01T00:00:00Z');
  let time = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let ids = 0;
  const first = (): [number, { at: number; run: () => void }] | undefined => [...timers].sort((a, b) => a[1].at - b[1].at)[0];
  return {
    now: () => start + time,
    monotonic: () => time,
    after(ms, run) {
      const id = ids++;
      timers.set(id, { at: time + Math.max(0, ms - earlyMs), run });
      return () => void timers.delete(id);
    },
    advance(ms) {
      const end = time + ms;
      for (let next = first(); next !== undefined && next[1].at <= end; next = first()) {
        timers.delete(next[0]);
        time = Math.max(time, next[1].at);
        next[1].run();
      }
      time = end;
    },
    pending: () => timers.size,
    nextIn: () => {
      const next = first();
      return next === undefined ? undefined : next[1].at - time;
    },
  };
}
