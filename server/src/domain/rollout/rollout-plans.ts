import type { Plan, Stage } from './rollout.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function stage(percent: number, advance: Stage['advance'], bakeMs: number, maxHoldMs = 6 * HOUR): Stage {
  return { percent, advance, bakeMs, maxHoldMs };
}

/** What a plan has unless it says otherwise (guard.md sections 2 and 3). */
export const PLAN_DEFAULTS = {
  description: '',
  guards: [{ kind: 'outcomes', key: 'outcomes', action: 'revert', tolerated: 1 }],
  revertTo: 'zero',
  revertAlpha: 0.001,
  pauseAlpha: 0.05,
  rhoBad: 3,
  beta: 0.05,
  minErrors: 3,
  minDifference: 0.001,
  controlSample: 1,
  flushMs: 2_000,
  openMs: 30_000,
} as const satisfies Partial<Plan>;

type Recipe = Pick<Plan, 'key' | 'name' | 'description' | 'stages'> & Partial<Plan>;

// few people first, where only reaction time bounds the harm; long where information is densest; a holdback to the end
const RECIPES: readonly Recipe[] = [
  {
    key: 'standard',
    name: 'Standard',
    description: 'From 1 % to everyone in about an hour; each step waits for evidence that the new version is safe.',
    stages: [
      stage(1, 'time', 2 * MINUTE),
      stage(5, 'evidence', 5 * MINUTE),
      stage(25, 'evidence', 10 * MINUTE),
      stage(50, 'evidence', 15 * MINUTE),
      stage(98, 'time', 20 * MINUTE),
    ],
    holdback: 2,
  },
  {
    key: 'cautious',
    name: 'Cautious',
    description: 'From 0.1 % to everyone in a day or more; it must refute even a doubled error rate.',
    stages: [
      stage(0.1, 'time', 15 * MINUTE),
      stage(1, 'time', HOUR),
      stage(5, 'evidence', 2 * HOUR, 48 * HOUR),
      stage(25, 'evidence', 6 * HOUR, 48 * HOUR),
      stage(50, 'evidence', 8 * HOUR, 48 * HOUR),
      stage(98, 'time', 8 * HOUR),
    ],
    rhoBad: 2,
    holdback: 2,
  },
  {
    key: 'fast',
    name: 'Fast',
    description: 'Four steps in about ten minutes, for busy services and small changes.',
    stages: [
      stage(5, 'evidence', MINUTE, HOUR),
      stage(25, 'evidence', 2 * MINUTE, HOUR),
      stage(50, 'evidence', 3 * MINUTE, HOUR),
      stage(98, 'time', 3 * MINUTE, HOUR),
    ],
    rhoBad: 5,
    holdback: 2,
  },
  {
    key: 'time-only',
    name: 'Time only',
    description: 'Five steps in an hour by the clock alone, for what nothing reports on; what is reported can still revert it.',
    stages: [
      stage(1, 'time', 5 * MINUTE),
      stage(5, 'time', 10 * MINUTE),
      stage(25, 'time', 15 * MINUTE),
      stage(50, 'time', 15 * MINUTE),
      stage(98, 'time', 15 * MINUTE),
    ],
    holdback: 2,
  },
];

/** The highest percent that a stage of the plan reaches. */
export function mostPercent({ holdback = 0 }: Pick<Plan, 'holdback'>): number {
  return Number((100 - holdback).toFixed(3));
}

/** The plan as a rollout runs it: its holdback taken off its stages. */
export function withHoldback(plan: Plan): Plan {
  if (!plan.holdback) return plan;
  const most = mostPercent(plan);
  return { ...plan, stages: plan.stages.map((one) => ({ ...one, percent: Math.min(one.percent, most) })) };
}

/** The plans that every project has. */
export function builtinPlans(project: string): Plan[] {
  return RECIPES.map((recipe) => ({ project, ...PLAN_DEFAULTS, ...recipe }));
}

export function builtinPlan(project: string, key: string): Plan | undefined {
  return builtinPlans(project).find((plan) => plan.key === key);
}
