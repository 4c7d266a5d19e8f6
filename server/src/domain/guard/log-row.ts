import type { Batch } from '../rollout/rollout.ts';
import type { Counts } from './comparison.ts';
import type { LineState } from './memory.ts';

/** How many units of each arm a row saw that were new to its stage. Costs no decoding: 8 bytes each, in padded base64. */
export function newUnitsOf({ seen1, seen0 }: Pick<Batch, 'seen1' | 'seen0'>): { readonly seen1: number; readonly seen0: number } {
  return { seen1: hashesIn(seen1), seen0: hashesIn(seen0) };
}

/** What a row counted at each latency cut-off, in the order of the plan's; none without a latency guard. */
export function slowOf({ state }: Pick<Batch, 'state'>): readonly Counts[] {
  return (state as Partial<LineState> | null)?.latency?.lines ?? [];
}

function hashesIn(base64: string): number {
  return Math.floor((base64.length * 3) / 4 / 8);
}
