import { z } from 'zod';

const name = z.string().min(1).max(100);

export const startBody = z.strictObject({
  flag: name,
  /** The pipeline's name for what it deploys; the same release gets the same rollout. */
  release: z.string().trim().min(1).max(200),
  plan: name.default('standard'),
  rule: name.optional(),
  variant: name.optional(),
  force: z.strictObject({ reason: z.string().trim().min(1).max(500) }).optional(),
});
export const commandBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });

export const ofProject = z.strictObject({ project: z.string() });
export const ofEnvironment = z.strictObject({ project: z.string(), environment: z.string() });
export const ofRollout = z.strictObject({ project: z.string(), environment: z.string(), rollout: z.string() });

export const states = ['pending', 'running', 'holding', 'paused', 'completed', 'reverted', 'aborted'] as const;
export const listQuery = z.strictObject({ flag: name.optional(), state: z.enum(states).optional() });

const arm = z.object({ units: z.number(), errors: z.number(), rate: z.number() });
/** What a rollout looks like from outside; domain/rollout-view.ts is its type. */
export const rolloutView = z
  .object({
    id: z.string(),
    project: z.string(),
    environment: z.string(),
    flag: z.string(),
    rule: z.string(),
    release: z.string(),
    state: z.enum(states),
    stage: z.number().int(),
    percent: z.number(),
    version: z.number().int(),
    sentence: z.string(),
    totals: z.object({ treatment: arm, control: arm }),
    next: z.object({ percent: z.number().nullable(), waitsFor: z.string() }),
    url: z.string(),
  })
  .loose();
export const oneRollout = z.object({ rollout: rolloutView });
export const manyRollouts = z.object({ rollouts: z.array(rolloutView) });
