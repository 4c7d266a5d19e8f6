import { z } from 'zod';
import { DAYS } from '../../domain/rollout/freeze.ts';
import { PLAN_DEFAULTS } from '../../domain/rollout/rollout-plans.ts';

const DAY = 86_400_000;
const key = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be 1–100 of a–z, 0–9, . _ - and begin with a letter or digit');
const action = z.enum(['observe', 'pause', 'back', 'revert', 'kill']);
const ms = (least: number, most: number) => z.number().int().min(least).max(most);
const query = z.string().min(1).max(4_000);

/** The cool-down and the retries of a guard that steps back; see domain/guard.ts for what they are otherwise. */
const back = { coolDownMs: ms(1_000, DAY).exactOptional(), retries: z.number().int().min(0).max(20).exactOptional() };

const window = {
  windowMs: ms(1_000, 3_600_000).default(60_000),
  lagMs: ms(0, 3_600_000).default(15_000),
  maxAgeMs: ms(1_000, 3_600_000).default(120_000),
};

const stage = z.strictObject({
  percent: z.number(),
  advance: z.enum(['evidence', 'time', 'manual']).default('evidence'),
  bakeMs: ms(0, 30 * DAY),
  maxHoldMs: ms(0, 30 * DAY).default(DAY),
});
const guard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('outcomes'),
    key,
    action: action.default('revert'),
    tolerated: z.number().default(1),
    ...back,
  }),
  z.strictObject({
    kind: z.literal('query'),
    key,
    action: action.default('pause'),
    source: z.string().min(1).max(100),
    errors: query,
    total: query,
    /** Left out where `{arm}` is compared. */
    limit: z.number().default(0),
    tolerated: z.number().exactOptional(),
    ...window,
    ...back,
  }),
  z.strictObject({
    kind: z.literal('latency'),
    key,
    action: action.default('revert'),
    tolerated: z.number().default(1),
    cutoffsMs: z.union([z.literal('auto'), z.array(z.number()).max(3)]).default('auto'),
    ...back,
  }),
  z.strictObject({
    kind: z.literal('rate'),
    key,
    action: action.default('pause'),
    source: z.string().min(1).max(100),
    events: query,
    limitPerSecond: z.number(),
    ...window,
    ...back,
  }),
  z.strictObject({
    kind: z.literal('threshold'),
    key,
    action: z.enum(['observe', 'pause']).default('pause'),
    source: z.string().min(1).max(100),
    value: query,
    limit: z.number(),
    consecutive: z.number().int().max(100).default(3),
    ...window,
    ...back,
  }),
]);
const freeze = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1).max(7),
  from: z.string().max(10),
  to: z.string().max(10),
  timeZone: z.string().max(100),
});
/** A plan without its key, as PUT takes it. */
export const planSettings = z.strictObject({
  name: z.string().trim().min(1).max(100),
  description: z.string().max(2_000).default(PLAN_DEFAULTS.description),
  stages: z.array(stage).min(1).max(50),
  guards: z
    .array(guard)
    .max(10)
    .default([...PLAN_DEFAULTS.guards]),
  revertTo: z.enum(['zero', 'start']).default(PLAN_DEFAULTS.revertTo),
  revertAlpha: z.number().default(PLAN_DEFAULTS.revertAlpha),
  pauseAlpha: z.number().default(PLAN_DEFAULTS.pauseAlpha),
  rhoBad: z.number().max(100).default(PLAN_DEFAULTS.rhoBad),
  beta: z.number().default(PLAN_DEFAULTS.beta),
  minErrors: z.number().int().min(0).max(1_000_000).default(PLAN_DEFAULTS.minErrors),
  minDifference: z.number().min(0).max(1).default(PLAN_DEFAULTS.minDifference),
  controlSample: z.number().default(PLAN_DEFAULTS.controlSample),
  flushMs: ms(250, 60_000).default(PLAN_DEFAULTS.flushMs),
  openMs: ms(1_000, 600_000).default(PLAN_DEFAULTS.openMs),
  freshRiskSet: z.boolean().exactOptional(),
  trustClientOutcomes: z
    .boolean()
    .exactOptional()
    .describe('Whoever has a client key can then revert and advance; false unless said: browsers can only pause'),
  holdback: z.number().exactOptional(),
  freeze: z.array(freeze).max(20).exactOptional(),
});
/** A plan as POST takes it. */
export const planCreation = planSettings.extend({ key });
export const planView = z.object({ ...planCreation.shape, version: z.number().int(), builtin: z.boolean() });
