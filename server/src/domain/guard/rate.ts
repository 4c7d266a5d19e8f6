import { RATIOS } from './comparison.ts';

/** Events counted in one window. */
export interface Exposure {
  readonly events: number;
  readonly seconds: number;
}

/**
 * ln L of one window for each ratio of the grid against the limit λ₀ (events per second, above 0): N·ln(λₖ/λ₀) − (λₖ − λ₀)·T.
 * E[L] = 1 for a Poisson process at the limit, and below it less.
 */
export function lnAboveRate({ events, seconds }: Exposure, limitPerSecond: number): number[] {
  return RATIOS.map((ratio) => events * Math.log(ratio) - (ratio - 1) * limitPerSecond * seconds);
}
