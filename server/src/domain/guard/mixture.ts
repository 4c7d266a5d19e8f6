import { logAdd, logSum } from './logarithms.ts';

/**
 * A mixture over ratios and start times (Shiryaev–Roberts with finite weights): Rₖ ← Lₖ·(Rₖ + π), M = ΣRₖ/K + (1 − Σπ).
 * Under the hypothesis M is a non-negative supermartingale from 1, so P(M ever ≥ 1/α) ≤ α. Immutable JSON, in logarithms.
 */
export interface Mixture {
  /** ln Rₖ, one for each ratio; null before any weight was given. */
  readonly lnR: readonly number[] | null;
  /** Σπ so far. */
  readonly spent: number;
}
export const NEW_MIXTURE: Mixture = { lnR: null, spent: 0 };

/** One tick: `weight` is π, fixed before its batches were seen; `lnL` the sum of their factors for each ratio. */
export function updateMixture(before: Mixture, weight: number, lnL: readonly number[]): Mixture {
  const spent = before.spent + weight;
  if (!(weight >= 0) || spent > 1 + 1e-9) throw new TypeError(`start weights must sum to at most 1, got ${spent}`);
  if (before.lnR === null && weight === 0) return before;
  const lnWeight = Math.log(weight);
  const lnR = lnL.map((ln, k) => logAdd(before.lnR?.[k] ?? Number.NEGATIVE_INFINITY, lnWeight) + ln);
  return { lnR, spent: Math.min(1, spent) };
}

/** ln M. */
export function lnMixture({ lnR, spent }: Mixture): number {
  if (lnR === null) return 0;
  const average = logSum(lnR) - Math.log(lnR.length);
  return spent >= 1 ? average : logAdd(average, Math.log1p(-spent));
}
