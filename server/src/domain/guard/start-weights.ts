import type { Plan, Stage } from '../rollout/rollout.ts';

/** How much of the weight on start times has been given out. */
export interface Spending {
  /** Stages that were given their share, by index, in the order in which they were met. */
  readonly stages: readonly number[];
  /** When the newest of them was first comparable, ms; null before the first. */
  readonly since: number | null;
  /** What was given in that stage, as a part of the weight that all stages share, 0…1. */
  readonly given: number;
}
export const NOTHING_SPENT: Spending = { stages: [], since: null, given: 0 };

const FIRST = 0.3;
const LATER = 0.04;
const ALL_LATER = 0.16;
// a stage's own share is spread evenly over the logarithm of its time, beginning here
const SOON_MS = 60_000;
// past twice its bake a stage is not expected to last: from there on the bets are a quarter as dense
const THIN = 0.25;

/**
 * π for the next comparable tick: 0.3 for the first, a share for the first of each later stage, and the rest over every moment
 * that the plan allows for, evenly over ln(1 + time in the stage / 1 min) and thinner where a stage outlasts twice its bake. A
 * fault bets from its own tick on; with few slots it would wait for the next one instead. Depends on time and stage only, never
 * on what the tick will show; sums to at most 1.
 */
export function nextWeight(
  spending: Spending,
  plan: Pick<Plan, 'stages'>,
  now: { readonly at: number; readonly stage: number; readonly stageSeen: boolean },
): { readonly weight: number; readonly spending: Spending } {
  const { stages, since, given } = spending;
  if (since === null) return { weight: FIRST, spending: { stages: [now.stage], since: now.at, given: 0 } };
  const later = Math.max(0, plan.stages.length - 1);
  const perStage = later === 0 ? 0 : Math.min(LATER, ALL_LATER / later);
  if (now.stageSeen && !stages.includes(now.stage) && stages.length <= later) {
    return { weight: perStage, spending: { stages: [...stages, now.stage], since: now.at, given: 0 } };
  }
  const stage = plan.stages[stages.at(-1) ?? 0];
  if (stage === undefined) return { weight: 0, spending };
  const all = plan.stages.reduce((sum, one) => sum + massUntil(one, Number.POSITIVE_INFINITY), 0);
  const due = Math.max(given, massUntil(stage, now.at - since) / all);
  return { weight: (1 - FIRST - later * perStage) * (due - given), spending: { stages, since, given: due } };
}

/** How much a stage's time weighs beside that of others, from its beginning to `ms`. */
function massUntil({ advance, bakeMs, maxHoldMs }: Stage, ms: number): number {
  const end = Math.max(SOON_MS, advance === 'time' ? bakeMs : Math.max(bakeMs, maxHoldMs));
  const dense = Math.min(end, Math.max(SOON_MS, 2 * bakeMs));
  const passed = Math.min(Math.max(0, ms), end);
  const ln = (time: number) => Math.log1p(time / SOON_MS);
  return ln(Math.min(passed, dense)) + THIN * Math.max(0, ln(passed) - ln(dense));
}
