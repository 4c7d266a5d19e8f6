import type { Evidence, QueryState } from '../guard/evidence.ts';
import { STEPS_BACK, type StepsBack } from '../guard/guard.ts';
import { newLatency } from '../guard/latency.ts';
import { NEW_MIXTURE } from '../guard/mixture.ts';
import { NOTHING_SPENT } from '../guard/start-weights.ts';
import { durationText } from '../guard/words.ts';
import type { Rollout } from './rollout.ts';

/** One stage down, and how long nothing advances after it, ms. */
export interface Down {
  readonly stage: number;
  readonly percent: number;
  readonly coolDownMs: number;
}

/** Where a guard's evidence takes a rollout; null: it has stepped back often enough, or nothing lower is above where it began. */
export function stepDown(rollout: Rollout, evidence: Pick<Evidence, 'restarts'>, guard: string): Down | null {
  const { plan, percent, startPercent } = rollout;
  const settings: StepsBack = plan.guards.find(({ key }) => key === guard) ?? {};
  const { coolDownMs = STEPS_BACK.coolDownMs, retries = STEPS_BACK.retries } = settings;
  if (evidence.restarts >= retries) return null;
  const stage = plan.stages.findLastIndex((one, i) => i < rollout.stage && one.percent < percent && one.percent > startPercent);
  const lower = plan.stages[stage];
  return lower === undefined ? null : { stage, percent: lower.percent, coolDownMs };
}

/** Why nothing advances after a step back; null once that is over. */
export function coolingText({ coolUntil }: Pick<Evidence, 'coolUntil'>, at: number): string | null {
  if (coolUntil === null || at >= coolUntil) return null;
  return `It stepped back a stage and stays there for at least ${durationText(coolUntil - at)} more.`;
}

/** Evidence after a step back: every process begins anew at half the chance before; who has erred stays known. */
export function begunAnew(evidence: Evidence, coolUntil: number): Partial<Evidence> {
  const restarts = evidence.restarts + 1;
  return {
    restarts,
    coolUntil,
    announced: true,
    ...ANEW,
    client: evidence.client && { ...evidence.client, ...ANEW },
    latency: newLatency(evidence.latency.mixtures.length),
    latencySpending: NOTHING_SPENT,
    queries: Object.fromEntries(Object.entries(evidence.queries).map(([key, state]) => [key, queryAnew(state, restarts)])),
  };
}

const ANEW = { mixture: NEW_MIXTURE, spending: NOTHING_SPENT, lnM: 0, heaviest: { errors: 0, difference: 0 } };

/** A query's state as the processes after so many step backs have it. */
export function queryAnew(state: QueryState, restarts: number): QueryState {
  if ((state.restarts ?? 0) === restarts) return state;
  const { bad: _, ...kept } = state;
  return { ...kept, mixture: NEW_MIXTURE, spending: NOTHING_SPENT, restarts };
}
