import type { EvidenceRow } from '../api/resources.ts';

/** Units and first errors of one arm over one stretch of time. */
export interface Figures {
  readonly units: number;
  readonly errors: number;
}

/** One stretch of time of a rollout, all strata together. */
export interface Point {
  /** End of the stretch, ms. */
  readonly at: number;
  readonly percent: number;
  readonly treatment: Figures;
  readonly control: Figures;
}

/** Bounds of the true rate with 95 % confidence: Wilson's score interval, honest at few units and at no errors. */
export function wilson({ units, errors }: Figures): { readonly low: number; readonly high: number } {
  if (units === 0) return { low: 0, high: 1 };
  const z2 = 1.959964 ** 2;
  const p = errors / units;
  const middle = (p + z2 / (2 * units)) / (1 + z2 / units);
  const half = (Math.sqrt(z2) * Math.sqrt((p * (1 - p)) / units + z2 / (4 * units * units))) / (1 + z2 / units);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export const rateOf = ({ units, errors }: Figures): number => (units === 0 ? 0 : errors / units);

/** The batch log in at most `wanted` stretches of equal length; stretches without people are left out. */
export function pointsOf(rows: readonly EvidenceRow[], wanted: number): Point[] {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) return [];
  const length = Math.max(1, (last.at - first.at) / wanted);
  const bins = new Map<number, { at: number; percent: number; n1: number; e1: number; n0: number; e0: number }>();
  for (const row of rows) {
    const bin = Math.min(wanted - 1, Math.floor((row.at - first.at) / length));
    const sum = bins.get(bin) ?? { at: row.at, percent: row.percent, n1: 0, e1: 0, n0: 0, e0: 0 };
    sum.at = Math.max(sum.at, row.at);
    sum.percent = row.percent;
    sum.n1 += row.n1;
    sum.e1 += row.e1;
    sum.n0 += row.n0;
    sum.e0 += row.e0;
    bins.set(bin, sum);
  }
  return [...bins.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, { at, percent, n1, e1, n0, e0 }]) => ({
      ...{ at, percent },
      treatment: { units: n1, errors: e1 },
      control: { units: n0, errors: e0 },
    }))
    .filter(({ treatment, control }) => treatment.units + control.units > 0);
}

/** The chart's ceiling: room over the highest rate, but not over every wide band of a few people. */
export function ceilingOf(points: readonly Point[]): number {
  const highest = Math.max(0.01, ...points.flatMap(({ treatment, control }) => [rateOf(treatment), rateOf(control)]));
  const step = 10 ** Math.floor(Math.log10(highest * 1.5));
  return Math.min(1, Math.ceil((highest * 1.5) / step) * step);
}
