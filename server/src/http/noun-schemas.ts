import type { BrowserAccess, FlagType, Revision } from '@burgee/engine';
import { z } from 'zod';
import type { Actor } from '../domain/access/access.ts';
import type { AuditRecord } from '../domain/audit.ts';
import type { Environment, Project } from '../domain/environment.ts';
import type { Flag, FlagKind, FlagState, Kill } from '../domain/flag/flag.ts';
import type { Referrer } from '../domain/flag/references.ts';
import type { Segment } from '../domain/flag/segment.ts';
import type { RolloutState } from '../domain/rollout/rollout.ts';
import { prerequisite, rule, ruleInput, variants } from './flags/rule-schemas.ts';
import type { Exact, Same } from './frame/exact.ts';

export const version = z.number().int().describe('Say it in If-Match');
export const flagKind = z.enum([
  'release',
  'experiment',
  'operational',
  'kill-switch',
  'permission',
]) satisfies z.ZodType<FlagKind>;
export const flagType = z.enum(['boolean', 'string', 'number', 'json']) satisfies z.ZodType<FlagType>;
export const browserAccess = z.enum(['none', 'values', 'rules']) satisfies z.ZodType<BrowserAccess>;
export const link = z.strictObject({ title: z.string(), url: z.string() });
export const revision = z.strictObject({ epoch: z.number().int(), n: z.number().int() }) satisfies z.ZodType<Revision>;

export const project = z.strictObject({
  key: z.string(),
  name: z.string(),
  description: z.string().exactOptional(),
  createdAt: z.number(),
  nextSegment: z.number().int(),
}) satisfies z.ZodType<Project>;

export const environment = z.strictObject({
  project: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string().exactOptional(),
  order: z.number().int(),
  createdAt: z.number(),
  overrideKey: z
    .strictObject({ id: z.string(), publicKey: z.string(), createdAt: z.number() })
    .readonly()
    .exactOptional()
    .describe('What override tokens are verified with'),
}) satisfies z.ZodType<Environment>;

export const flag = z.strictObject({
  project: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string().nullable(),
  tags: z.array(z.string()).readonly(),
  links: z.array(link).readonly(),
  kind: flagKind,
  type: flagType,
  variants,
  browserAccess,
  lifetimeDays: z.number().int().nullable(),
  archived: z.boolean(),
  createdAt: z.number(),
}) satisfies z.ZodType<Flag>;

const killed = z.strictObject({ by: z.string(), at: z.number(), reason: z.string() }) satisfies z.ZodType<Kill>;

export const state = z.strictObject({
  project: z.string(),
  environment: z.string(),
  flag: z.string(),
  enabled: z.boolean(),
  killed: killed.nullable(),
  prerequisites: z.array(prerequisite).readonly(),
  rules: z.array(rule).readonly(),
  defaultVariant: z.string(),
  offVariant: z.string(),
}) satisfies z.ZodType<FlagState>;

/** What a person can set of a state. */
export const stateFields = z.strictObject({
  enabled: z.boolean(),
  prerequisites: z.array(prerequisite).readonly(),
  rules: z.array(ruleInput).readonly(),
  defaultVariant: z.string(),
  offVariant: z.string(),
});

/** What is being raised in a row of the flags' list. */
export const rolloutMark = z.strictObject({
  id: z.string(),
  state: z.enum([
    'pending',
    'running',
    'holding',
    'paused',
    'completed',
    'reverted',
    'aborted',
  ]) satisfies z.ZodType<RolloutState>,
  percent: z.number(),
  stage: z.number().int(),
});

export const segment = z.strictObject({
  project: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string(),
  when: z.custom<Segment['when']>(),
  number: z.number().int(),
  createdAt: z.number(),
}) satisfies z.ZodType<Segment>;

export const referrer = z.strictObject({ environment: z.string(), flag: z.string() }) satisfies z.ZodType<Referrer>;

const actor = z.strictObject({
  kind: z.enum(['user', 'token', 'burgee', 'anonymous']),
  id: z.string(),
  name: z.string(),
}) satisfies z.ZodType<Actor>;

export const auditRecord = z.strictObject({
  seq: z.number().int(),
  at: z.number(),
  actor,
  action: z.string(),
  project: z.string().nullable(),
  environment: z.string().nullable(),
  object: z.string(),
  summary: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.string().nullable(),
}) satisfies z.ZodType<AuditRecord>;

export type Ties = [
  Exact<Same<z.infer<typeof project>, Project>>,
  Exact<Same<z.infer<typeof environment>, Environment>>,
  Exact<Same<z.infer<typeof flag>, Flag>>,
  Exact<Same<z.infer<typeof state>, FlagState>>,
  Exact<Same<z.infer<typeof segment>, Segment>>,
  Exact<Same<z.infer<typeof auditRecord>, AuditRecord>>,
];
