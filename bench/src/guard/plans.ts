import type { Plan, Stage } from '../../../server/src/domain/rollout/rollout.ts';
import { builtinPlan, PLAN_DEFAULTS } from '../../../server/src/domain/rollout/rollout-plans.ts';

/** A plan that every project has. */
export function planNamed(key: string): Plan {
  const plan = builtinPlan('default', key);
  if (plan === undefined) throw new TypeError(`there is no plan “${key}”`);
  return plan;
}

/** The built-in `standard`, staying at one stage until somebody reverts it: what happens at that percent, for any length of time. */
export function stayingAt(percent: number): Plan {
  const plan = planNamed('standard');
  if (!plan.stages.some((stage) => stage.percent === percent)) throw new TypeError(`no stage of ${percent} %`);
  return {
    ...plan,
    stages: plan.stages.map((stage) => (stage.percent === percent ? { ...stage, advance: 'manual' } : stage)),
  };
}

/** A plan of time stages, percents and seconds. */
export function timePlan(...stages: readonly (readonly [percent: number, seconds: number])[]): Plan {
  return planOf(stages.map(([percent, s]) => ({ percent, advance: 'time', bakeMs: s * 1_000, maxHoldMs: s * 1_000 })));
}

export function planOf(stages: readonly Stage[]): Plan {
  return { project: 'default', key: 'bench', name: 'Bench', ...PLAN_DEFAULTS, stages };
}

/** The same, but its own evidence moves nothing: for reading it at several α, whichever came first. */
export function unmoved(plan: Plan): Plan {
  return { ...plan, revertAlpha: 1e-100, pauseAlpha: 1e-100 };
}

/** What the built-in plans refute at an evidence stage, and how surely. */
export const RHO_BAD: number = PLAN_DEFAULTS.rhoBad;
export const PLAN_BETA: number = PLAN_DEFAULTS.beta;
