import { lnBeta } from './logarithms.ts';

/** At this much evidence the arms are not split as the percent says, and nothing that compares them can be used. */
export const LN_MISMATCH = Math.log(1000);

/** The treatment's expected share among reported units, at a percent and a control sampling rate. */
export function expectedShare(percent: number, controlSample: number): number {
  const p = percent / 100;
  const control = controlSample * (1 - p);
  return p + control === 0 ? 0 : p / (p + control);
}

/** ln E against an expected treatment share w, for x₁ and x₀ distinct units; a beta mixture, by default worth 100 units. */
export function lnSampleRatio(x1: number, x0: number, w: number, a = 100 * w, b = 100 * (1 - w)): number {
  if (w <= 0 || w >= 1) return 0;
  return lnBeta(a + x1, b + x0) - lnBeta(a, b) - x1 * Math.log(w) - x0 * Math.log1p(-w);
}
