import { LATENCY_BOUNDS_MS } from '@burgee/engine';
import { invalid } from '../errors.ts';
import type { MinuteRow } from '../ports.ts';
import type { Plan } from '../rollout/rollout.ts';

/** Shares of the work that the automatic cut-offs leave above them: p50, p90 and p99. */
export const AUTO_SHARES: readonly number[] = [0.5, 0.1, 0.01];
/** How far back they look, ms. */
export const CUTOFF_LOOK_BACK_MS = 3_600_000;
/** Fewer units of work than this say nothing about a p99. */
export const LEAST_WORK = 200;

/** The latency histogram of all these `work` rows together: sums are [total, failed, …buckets]. */
export function histogramOf(rows: readonly MinuteRow[]): number[] {
  const buckets = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0);
  for (const { series, sums } of rows) {
    if (series !== 'work') continue;
    for (const i of buckets.keys()) {
      const count = sums[i + 2];
      if (count !== undefined && Number.isFinite(count) && count > 0) buckets[i] = (buckets[i] ?? 0) + count;
    }
  }
  return buckets;
}

/** The cut-offs of a rollout that starts now, ms, ascending and different; none where too little work was reported. */
export function cutoffsFrom(rows: readonly MinuteRow[]): number[] {
  const buckets = histogramOf(rows);
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_WORK) return [];
  const cutoffs = AUTO_SHARES.map((share) => Math.max(1, Math.round(quantile(buckets, (1 - share) * total))));
  return [...new Set(cutoffs)];
}

/** Where `rank` units of work lie below, evenly in logarithm inside a bucket; the last bound where they lie above it. */
function quantile(buckets: readonly number[], rank: number): number {
  let below = 0;
  for (const [i, upper] of LATENCY_BOUNDS_MS.entries()) {
    const count = buckets[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = LATENCY_BOUNDS_MS[i - 1] ?? upper / 2;
      return lower * (upper / lower) ** ((rank - below) / count);
    }
    below += count;
  }
  return LATENCY_BOUNDS_MS.at(-1) ?? 0;
}

/** Whether a plan's cut-offs are to be fixed when its rollout starts. */
export function needsCutoffs(plan: Pick<Plan, 'guards'>): boolean {
  return plan.guards.some((guard) => guard.kind === 'latency' && guard.cutoffsMs === 'auto');
}

/** The plan with its automatic cut-offs as numbers, from the `work` rows of the hour before. Refuses where they say too little. */
export function withCutoffs(plan: Plan, rows: readonly MinuteRow[]): Plan {
  if (!needsCutoffs(plan)) return plan;
  const cutoffsMs = cutoffsFrom(rows);
  if (cutoffsMs.length === 0) {
    const message = `the latency guard of plan ${plan.key} takes its cut-offs from the hour before, in which fewer than ${LEAST_WORK} units of work were reported; give it cutoffsMs in ms`;
    throw invalid({ field: 'plan', message });
  }
  const guards = plan.guards.map((guard) =>
    guard.kind === 'latency' && guard.cutoffsMs === 'auto' ? { ...guard, cutoffsMs } : guard,
  );
  return { ...plan, guards };
}
