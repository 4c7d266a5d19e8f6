import { RATIOS } from './comparison.ts';

/** One window of a metric source: errors out of a total. */
export interface Window {
  readonly errors: number;
  readonly total: number;
}

/** ln L of one window for each odds ratio of the grid against the limit p₀ (0 < p₀ < 1). */
export function lnAboveLimit({ errors, total }: Window, limit: number): number[] {
  return RATIOS.map((ratio) => {
    const raised = (ratio * limit) / (1 - limit + ratio * limit);
    return errors * Math.log(raised / limit) + (total - errors) * Math.log((1 - raised) / (1 - limit));
  });
}
