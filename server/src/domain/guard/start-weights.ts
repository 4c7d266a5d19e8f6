import type { Plan, Stage } from '../rollout.ts';

/** How much of the weight on start times has been given out, and for which stage last. */
export interface Spending {
  /** Time of the first comparable batch, ms; null before it. */
  readonly firstAt: number | null;
  /** Stages that were given their share, by index. */
  readonly stages: readonly number[];
  /** Slots of the planned duration whose share was given. */
  readonly slots: number;
}
export const NOTHING_SPENT: Spending = { firstAt: null, stages: [], slots: 0 };

const FIRST = 0.5;
const SLOTS = 64;

/** What a plan takes if nothing goes wrong, ms: an evidence stage counts as its longest hold. */
export function plannedDuration(stages: readonly Stage[]): number {
  return stages.reduce(
    (sum, stage) => sum + (stage.advance === 'time' ? stage.bakeMs : Math.max(stage.maxHoldMs, stage.bakeMs)),
    0,
  );
}

/**
 * π for the next comparable tick: half for the first, a share for the first of each later stage, and the rest evenly over 64
 * slots of the planned duration. Depends on time and stage only, never on what the tick will show; sums to at most 1.
 */
export function nextWeight(
  spending: Spending,
  plan: Pick<Plan, 'stages'>,
  now: { readonly at: number; readonly stage: number; readonly stageSeen: boolean },
): { readonly weight: number; readonly spending: Spending } {
  const { firstAt } = spending;
  if (firstAt === null) return { weight: FIRST, spending: { firstAt: now.at, stages: [now.stage], slots: 0 } };
  const later = Math.max(0, plan.stages.length - 1);
  const perStage = later === 0 ? 0 : Math.min(0.05, 0.25 / later);
  const fresh = now.stageSeen && !spending.stages.includes(now.stage) && spending.stages.length <= later;
  const slot = (1 - FIRST - later * perStage) / SLOTS;
  const length = Math.max(1, plannedDuration(plan.stages) / SLOTS);
  const due = Math.max(spending.slots, Math.min(SLOTS, Math.floor((now.at - firstAt) / length)));
  return {
    weight: (fresh ? perStage : 0) + slot * (due - spending.slots),
    spending: { firstAt, stages: fresh ? [...spending.stages, now.stage] : spending.stages, slots: due },
  };
}
