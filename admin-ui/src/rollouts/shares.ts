import type { SampleRatio } from '@burgee/server/api';
import type { EvidenceRow } from '../api/resources.ts';
import type { Axis } from './plot.tsx';
import { type Figures, MOST_POINTS, rateOf } from './rates.ts';

/** People that a stage has met so far, and those of them in treatment. */
export interface SharePoint {
  readonly at: number;
  readonly treatment: number;
  readonly people: number;
}

/** One stage, from its first person to the next one's. */
export interface ShareStage {
  readonly percent: number;
  /** The share of treatment that the percent and control's sampling lead to, 0…1. */
  readonly wanted: number;
  readonly from: number;
  readonly until: number;
  readonly points: readonly SharePoint[];
}

/** As the intervals of a rate want it. */
export const ratedOf = ({ treatment, people }: SharePoint): Figures => ({ units: people, errors: treatment });

/**
 * Treatment's share of the people met since each stage began, without what anyone can send. A stage that was left and entered
 * again begins anew. Empty while nobody was met.
 */
export function sharesOf(rows: readonly EvidenceRow[]): ShareStage[] {
  const met = rows.filter((row) => !row.client && row.seen1 + row.seen0 > 0);
  const length = ((met.at(-1)?.at ?? 0) - (met[0]?.at ?? 0)) / MOST_POINTS;
  const stages: EvidenceRow[][] = [];
  for (const row of met) {
    const open = stages.at(-1);
    const last = open?.at(-1);
    if (open && last?.stage === row.stage && last.percent === row.percent) open.push(row);
    else stages.push([row]);
  }
  return stages.flatMap((stage, index) => {
    const [first, last] = [stage[0], stage.at(-1)];
    if (!first || !last) return [];
    const until = stages[index + 1]?.[0]?.at ?? last.at;
    return [{ percent: first.percent, wanted: first.wanted, from: first.at, until, points: pointsOf(stage, length) }];
  });
}

/** Sums so far, one point for each length of time; the last row's always. */
function pointsOf(stage: readonly EvidenceRow[], length: number): SharePoint[] {
  const points: SharePoint[] = [];
  let [treatment, people] = [0, 0];
  for (const [index, row] of stage.entries()) {
    treatment += row.seen1;
    people += row.seen1 + row.seen0;
    const next = stage[index + 1];
    if (next?.at === row.at) continue;
    const before = points.at(-1);
    if (next === undefined || before === undefined || row.at - before.at >= length)
      points.push({ at: row.at, treatment, people });
  }
  return points;
}

/** Shares that an axis may begin or end at, and that are written on it. */
const TICKS = [0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999];

/**
 * An axis on which odds are even, ln(p / (1 − p)): plans go from 1 % to 98 %, and half as many people too few must be seen at either
 * end as in the middle. It reaches over every stage's wanted and last share.
 */
export function shareAxis(stages: readonly ShareStage[]): Axis {
  const shares = stages.flatMap(({ wanted, points }) => [wanted, ...points.slice(-1).map((point) => rateOf(ratedOf(point)))]);
  const lowest = TICKS.findLastIndex((tick) => shares.every((share) => tick < share * 0.9));
  const highest = TICKS.findIndex((tick) => shares.every((share) => 1 - tick < (1 - share) * 0.9));
  const ticks = TICKS.slice(Math.max(0, lowest), highest < 0 ? TICKS.length : highest + 1);
  const [low, high] = [ticks[0] ?? 0.0001, ticks.at(-1) ?? 0.9999];
  const lnOdds = (share: number) => Math.log(share / (1 - share));
  const inside = (share: number) => Math.min(high, Math.max(low, share));
  return { ticks, place: (share) => (lnOdds(inside(share)) - lnOdds(low)) / (lnOdds(high) - lnOdds(low)) };
}

/** The stage that a moment lies in, and the point nearest to it. */
export function shareAt(stages: readonly ShareStage[], at: number): { stage: ShareStage; point: SharePoint } | null {
  const stage = stages.findLast(({ from }) => from <= at) ?? stages[0];
  if (!stage) return null;
  const away = (point: SharePoint) => Math.abs(point.at - at);
  const point = stage.points.reduce((best, one) => (away(one) < away(best) ? one : best));
  return { stage, point };
}

/** What the check of the split says: not yet anything, that the split is as wanted, or that it cannot be luck. */
export function splitState(ratio: SampleRatio | null): 'none' | 'agrees' | 'differs' {
  if (ratio === null) return 'none';
  return ratio.lnE >= ratio.bar ? 'differs' : 'agrees';
}
