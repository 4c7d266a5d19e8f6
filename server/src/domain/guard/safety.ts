import { type Counts, shareOf } from './comparison.ts';

/**
 * ln S of one batch: how much it speaks against an error ratio of `bad` or worse. Summed over a stage from 0; the stage is
 * clear at ln(1/β), which a rollout with such a ratio reaches with probability at most β.
 */
export function lnSafety(batch: Counts, bad: number): number {
  const w = shareOf(batch);
  return -batch.e1 * Math.log(bad) + (batch.e0 + batch.e1) * Math.log(1 - w + w * bad);
}
