import type { Arm } from './measures.ts';

/** Units at risk of one arm over one stretch of time, and those of them that failed, or were too slow, for the first time. */
export interface Figures {
  readonly units: number;
  readonly errors: number;
}

/** One stretch of time of one arm, all strata together. */
export interface Point extends Figures {
  /** End of the stretch, ms. */
  readonly at: number;
  readonly percent: number;
}

/** When something was counted, at which percent, and whether anyone could have sent it. */
export interface Counted {
  /** ms */
  readonly at: number;
  readonly percent: number;
  readonly client: boolean;
}

/** What the chart draws. */
export interface Series {
  readonly treatment: readonly Point[];
  readonly control: readonly Point[];
  /** When each percent was first seen. */
  readonly steps: readonly { readonly at: number; readonly percent: number }[];
  readonly from: number;
  readonly until: number;
}

/** People that one point should stand for, when the arm has enough of them: fewer tell a rate of 1 % from nothing by luck only. */
const ENOUGH = 100;
export const MOST_POINTS = 48;
/** Ceilings whose quarters are numbers to read. */
const ROUND = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10];

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

/** Batches of one arm, gathered until a point stands for enough people and enough time. */
function pointsOf<R extends Counted>(rows: readonly R[], figuresOf: (row: R) => Figures, length: number): Point[] {
  const total = rows.reduce((sum, row) => sum + figuresOf(row).units, 0);
  const enough = Math.min(ENOUGH, total / 4);
  const points: Point[] = [];
  let open = { units: 0, errors: 0, since: rows[0]?.at ?? 0 };
  for (const [index, row] of rows.entries()) {
    const { units, errors } = figuresOf(row);
    open = { ...open, units: open.units + units, errors: open.errors + errors };
    const ends = rows[index + 1]?.at !== row.at;
    if (!ends || open.units < Math.max(1, enough) || (points.length > 0 && row.at - open.since < length)) continue;
    points.push({ at: row.at, percent: row.percent, units: open.units, errors: open.errors });
    open = { units: 0, errors: 0, since: row.at };
  }
  // The rest is too few for a point of its own: it belongs to the last one.
  const last = rows.at(-1);
  const before = points.pop() ?? { units: 0, errors: 0 };
  if (last && before.units + open.units > 0) {
    points.push({ at: last.at, percent: last.percent, units: before.units + open.units, errors: before.errors + open.errors });
  }
  return points;
}

/** What a measure says of the batch log as lines, without what anyone can send; null while nobody was counted. */
export function seriesOf<R extends Counted>(
  rows: readonly R[],
  { figures }: { figures(row: R, arm: Arm): Figures },
): Series | null {
  const of = (arm: Arm) => (row: R) => figures(row, arm);
  const counted = rows.filter((row) => !row.client && figures(row, 'treatment').units + figures(row, 'control').units > 0);
  const first = counted[0];
  const last = counted.at(-1);
  if (!first || !last) return null;
  const length = (last.at - first.at) / MOST_POINTS;
  const steps: { at: number; percent: number }[] = [];
  for (const { at, percent } of counted) if (!steps.some((step) => step.percent === percent)) steps.push({ at, percent });
  return {
    treatment: pointsOf(counted, of('treatment'), length),
    control: pointsOf(counted, of('control'), length),
    ...{ steps, from: first.at, until: last.at },
  };
}

/** The chart's ceiling: room over the highest rate, but not over every wide band of a few people. */
export function ceilingOf(points: readonly Figures[]): number {
  const wanted = 1.4 * Math.max(0.01, ...points.map(rateOf));
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = ROUND.find((round) => round * power >= wanted) ?? 10;
  return Math.min(1, step * power);
}

/** The point of a line that is nearest in time. */
export function nearest(points: readonly Point[], at: number): Point | undefined {
  return points.reduce<Point | undefined>(
    (best, point) => (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at) ? point : best),
    undefined,
  );
}
