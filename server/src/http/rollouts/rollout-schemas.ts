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
  /** Id of a rollout of the project that must have completed before. */
  after: name.optional(),
  /** One rollout in each, each after the one before; the first is where the call acts. */
  environments: z.array(name).min(1).max(20).optional(),
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
    sampleRatio: z
      .object({ treatment: z.number().int(), control: z.number().int(), lnE: z.number(), bar: z.number() })
      .nullable()
      .describe('Distinct units since the stage began, and the evidence that they are not split as its percent says'),
    next: z.object({ percent: z.number().nullable(), waitsFor: z.string() }),
    url: z.string(),
  })
  .loose();
const check = z.object({
  environment: z.string().optional(),
  key: z.string(),
  kind: z.string(),
  action: z.string(),
  source: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'no-data', 'unavailable']),
  text: z.string(),
  refuses: z.boolean(),
});
const warning = z.object({
  environment: z.string().optional(),
  code: z.string(),
  stage: z.number().int().nullable(),
  guard: z.string().nullable(),
  text: z.string(),
});
export const oneRollout = z.object({ rollout: rolloutView });
const checked = z.object({ checks: z.array(check), warnings: z.array(warning) });
/** The answer to a start: with `environments`, every one's rollout. What was found before it, where it was looked. */
export const startedRollout = oneRollout.extend({ rollouts: z.array(rolloutView).optional(), ...checked.partial().shape });
const stagePreview = z
  .object({ stage: z.number().int(), percent: z.number(), people: z.number().nullable(), expectedMs: z.number().nullable() })
  .loose();
/** domain/rollout-preview.ts is its type. */
export const previewView = z
  .object({
    environment: z.string(),
    wouldStart: z.boolean(),
    refusal: z.object({ code: z.string(), detail: z.string() }).loose().nullable(),
    stages: z.array(stagePreview),
    expectedMs: z.number().nullable(),
    checks: z.array(check),
    warnings: z.array(warning),
  })
  .loose();
export const manyRollouts = z.object({ rollouts: z.array(rolloutView) });
