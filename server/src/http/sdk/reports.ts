import { LATENCY_BOUNDS_MS, type Report, type Ruleset, SKETCH_REGISTERS } from '@burgee/engine';
import { z } from 'zod';
import type { Snapshot } from './delivery.ts';
import { type Attributed, attribute } from './outcomes.ts';

/** Largest body of a report, bytes. */
export const REPORT_LIMIT = 1024 * 1024;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const key = z.string().min(1).max(100);
const word = z.string().min(1).max(100);
const amount = z.number().int().min(0).max(1e12);
const bytesOf = (base64: string) => (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);
const hashes = z
  .string()
  .regex(BASE64, { error: 'must be padded base64', abort: true })
  .refine((text) => bytesOf(text) % 8 === 0, 'must be hashes of 8 bytes each');
const registers = z
  .string()
  .regex(BASE64, { error: 'must be padded base64', abort: true })
  .refine((text) => bytesOf(text) === SKETCH_REGISTERS, { error: `must be ${SKETCH_REGISTERS} registers`, abort: true })
  .refine((text) => Buffer.from(text, 'base64').every((rank) => rank <= 23), 'a register must be at most 23');

const arm = z.strictObject({
  arm: z.enum(['treatment', 'control']),
  percent: z.number().min(0).max(100),
  opened: hashes,
  closed: hashes,
  failed: hashes,
  slow: z.array(hashes).max(3),
});

const rollout = z.strictObject({ rollout: key, arms: z.array(arm).max(64), unattributed: amount });

const outcome = z.strictObject({
  rollout: key,
  unit: z.string().min(1).max(200),
  failed: z.boolean(),
  durationMs: z.number().min(0).max(1e12),
});

const sketch = z
  .strictObject({ flag: key.exactOptional(), rule: key.exactOptional(), segment: key.exactOptional(), registers })
  .refine(
    ({ flag, rule, segment }) =>
      segment === undefined ? flag !== undefined && rule !== undefined : flag === undefined && rule === undefined,
    'must name a flag and a rule, or a segment',
  );

const unknownFlag = z.strictObject({
  flag: key,
  type: z.enum(['boolean', 'string', 'number', 'json']),
  fallback: z.string().max(256).nullable(),
  count: amount,
});

const whole = z.strictObject({
  schema: z.literal(1),
  instance: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16–64 URL-safe characters'),
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  sdk: word,
  app: word,
  platform: word,
  revision: z.strictObject({ epoch: amount, n: amount }).nullable().default(null),
  spanMs: z.number().min(0).max(1e12),
  counts: z.array(z.strictObject({ flag: key, rule: key.nullable(), variant: word, count: amount })).max(10_000),
  sketches: z.array(sketch).max(700).default([]),
  work: z
    .strictObject({ total: amount, failed: amount, latency: z.array(amount).max(LATENCY_BOUNDS_MS.length + 1) })
    .refine(({ total, failed }) => failed <= total, 'cannot have more failed than total')
    .nullable()
    .default(null),
  attributes: z.array(word).max(500).default([]),
  rollouts: z.array(rollout).max(100).default([]),
  outcomes: z.array(outcome).max(1_000).exactOptional(),
  unknown: z.array(unknownFlag).max(100).exactOptional(),
}) satisfies z.ZodType<Report>;

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** `POST /sdk/reports`, as engine's wire.ts has it: a field missing or too many on either side does not compile. */
export const reportSchema: [Mutable<Report>] extends [z.infer<typeof whole>] ? z.ZodType<Report> : never = whole;

/** What is kept of a report. */
export interface Known {
  readonly report: Report;
  /** Parts that named something that is not in the environment. */
  readonly unknown: number;
  /** Rollouts about which a client key claimed to know arms. */
  readonly ignored: number;
}

/**
 * Leaves out what the environment does not have, so that a report cannot fill the store with names. Rules and variants of a
 * known flag may have gone since the SDK saw them: a server key is believed, a client key is not. What a client key says of
 * units becomes arms here, and their ids are gone.
 */
export function keepKnown(sent: Report, { ruleset, prepared }: Pick<Snapshot, 'ruleset' | 'prepared'>, client: boolean): Known {
  const { outcomes = [], ...report } = sent;
  const visible = client ? ruleset.flags.filter((flag) => flag.browserAccess !== 'none') : ruleset.flags;
  const flags = new Map(visible.map((flag) => [flag.key, flag]));
  const segments = new Set(ruleset.segments.map((segment) => segment.key));
  const isRule = (key: string, id: string | null | undefined) => {
    const flag = flags.get(key);
    return flag !== undefined && (!client || id === null || flag.rules.some((rule) => rule.id === id));
  };
  const isVariant = (key: string, id: string) => !client || flags.get(key)?.variants.some((variant) => variant.key === id);
  const counts = report.counts.filter(({ flag, rule, variant }) => isRule(flag, rule) && isVariant(flag, variant));
  const sketches = report.sketches.filter(({ flag, rule, segment }) =>
    flag === undefined ? segments.has(segment ?? '') : isRule(flag, rule),
  );
  const { rollouts, unknown } = client ? attribute(outcomes, prepared) : ofMarked(report.rollouts, ruleset);
  const gone = report.counts.length - counts.length + report.sketches.length - sketches.length;
  return {
    report: { ...report, counts, sketches, rollouts },
    unknown: gone + unknown,
    ignored: client ? report.rollouts.length : 0,
  };
}

function ofMarked(sent: Report['rollouts'], { flags }: Ruleset): Attributed {
  const marked = new Set(flags.flatMap((flag) => flag.rules.flatMap((rule) => (rule.ramp ? [rule.ramp.rollout] : []))));
  const rollouts = sent.filter(({ rollout }) => marked.has(rollout));
  return { rollouts, unknown: sent.length - rollouts.length };
}
