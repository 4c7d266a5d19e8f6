import { lnChoose, logSum } from './logarithms.ts';

/** The ratios of error rates that the mixture bets on. */
export const RATIOS: readonly number[] = [1.25, 1.5, 2, 3, 4, 6, 10, 20, 50, 100];

/** Units at risk and first errors of one batch, treatment (1) and control (0). */
export interface Counts {
  readonly n1: number;
  readonly e1: number;
  readonly n0: number;
  readonly e0: number;
}

/** The ratios worth betting on when `tolerated` is allowed. */
export function ratiosAbove(tolerated: number): readonly number[] {
  return RATIOS.filter((ratio) => ratio > tolerated);
}

/** The treatment's share among the units at risk; 0 for an empty batch, whose factor is 1 anyway. */
export function shareOf({ n1, n0 }: Counts): number {
  return n1 + n0 === 0 ? 0 : n1 / (n1 + n0);
}

/**
 * ln L of one batch for an error ratio against a tolerated one: e₁ is binomial or hypergeometric among e₀ + e₁ errors, so
 * that E[L] ≤ 1 when the ratio is at most `tolerated`, whatever the base rate and however users depend on each other.
 */
export function lnRatio(batch: Counts, ratio: number, tolerated = 1): number {
  const w = shareOf(batch);
  const errors = batch.e1 + batch.e0;
  return batch.e1 * Math.log(ratio / tolerated) - errors * Math.log((1 - w + w * ratio) / (1 - w + w * tolerated));
}

/** The same for base rates above 20 %, where the binomial bound is wasteful: Fisher's noncentral hypergeometric; odds ratios. */
export function lnRatioExact(batch: Counts, ratio: number, tolerated = 1): number {
  const errors = batch.e1 + batch.e0;
  if (errors === 0) return 0;
  const base = waysByErrors(batch, errors);
  const weigh = (odds: number) => logSum(base.map(([j, ways]) => ways + j * Math.log(odds)));
  return batch.e1 * Math.log(ratio / tolerated) - (weigh(ratio) - weigh(tolerated));
}

function waysByErrors(batch: Counts, errors: number): [number, number][] {
  const ways: [number, number][] = [];
  for (let j = Math.max(0, errors - batch.n0); j <= Math.min(batch.n1, errors); j++) {
    ways.push([j, lnChoose(batch.n1, j) + lnChoose(batch.n0, errors - j)]);
  }
  return ways;
}
