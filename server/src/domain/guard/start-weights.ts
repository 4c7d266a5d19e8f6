import type { Plan } from '../rollout/rollout.ts';

/** How much of the weight on start times has been given out. */
export interface Spending {
  /** Stages that were given their share, by index, in the order in which they were met. */
  readonly stages: readonly number[];
  /** When the newest of them was first comparable, ms; null before the first. */
  readonly since: number | null;
  /** How much of that stage's later share was given, 0…1. */
  readonly given: number;
}
export const NOTHING_SPENT: Spending = { stages: [], since: null, given: 0 };

const FIRST = 0.5;
// a stage's later share is spread evenly over the logarithm of its time, beginning here
const SOON_MS = 60_000;

/**
 * π for the next comparable tick: half for the first, a share for the first of each later stage, and the rest evenly over the
 * stages, in each over ln(1 + time/1 min) up to its longest hold. A fault bets from its own tick on, and a minute or an hour
 * into a stage that costs ln(1/π) ≈ 9 or 13: with few slots it would wait for the next one instead. Depends on time and stage
 * only, never on what the tick will show; sums to at most 1.
 */
export function nextWeight(
  spending: Spending,
  plan: Pick<Plan, 'stages'>,
  now: { readonly at: number; readonly stage: number; readonly stageSeen: boolean },
): { readonly weight: number; readonly spending: Spending } {
  const { stages, since, given } = spending;
  if (since === null) return { weight: FIRST, spending: { stages: [now.stage], since: now.at, given: 0 } };
  const later = Math.max(0, plan.stages.length - 1);
  const perStage = later === 0 ? 0 : Math.min(0.05, 0.25 / later);
  if (now.stageSeen && !stages.includes(now.stage) && stages.length <= later) {
    return { weight: perStage, spending: { stages: [...stages, now.stage], since: now.at, given: 0 } };
  }
  const rest = (1 - FIRST - later * perStage) / Math.max(1, plan.stages.length);
  const stage = plan.stages[stages.at(-1) ?? 0];
  const longest = Math.max(SOON_MS, stage?.maxHoldMs ?? 0, stage?.bakeMs ?? 0);
  const passed = Math.log1p((now.at - since) / SOON_MS) / Math.log1p(longest / SOON_MS);
  const due = Math.max(given, Math.min(1, passed));
  return { weight: rest * (due - given), spending: { stages, since, given: due } };
}
