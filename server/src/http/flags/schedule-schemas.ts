import { z } from 'zod';
import { wordsOf } from '../../domain/flag/schedule-decisions.ts';
import type { ScheduledChange, ScheduledState } from '../../domain/flag/scheduled.ts';
import type { Stored } from '../../domain/ports.ts';
import { state, stateFields } from '../noun-schemas.ts';
import { rule } from './rule-schemas.ts';

const percent = z.strictObject({ kind: z.literal('percent'), rule: z.string(), percent: z.number() });
const kill = z.strictObject({ kind: z.literal('kill') });
const restore = z.strictObject({ kind: z.literal('restore') });

/** A change with a time: `at` is ISO 8601 with a zone. */
export const scheduledInput = z.strictObject({
  at: z.iso.datetime({ offset: true, error: 'must be a time with a zone, as in 2027-01-31T09:00:00Z' }),
  change: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('edit'), edit: stateFields.partial() }),
    percent,
    kill,
    restore,
  ]),
  reason: z.string(),
});

export const scheduledState = z.enum(['waiting', 'applied', 'refused', 'cancelled']) satisfies z.ZodType<ScheduledState>;

const shownEdit = stateFields.extend({ rules: z.array(rule).readonly() }).partial();

export const scheduledView = z.strictObject({
  project: z.string(),
  environment: z.string(),
  id: z.string(),
  flag: z.string(),
  at: z.number(),
  change: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('edit'), edit: shownEdit }), percent, kill, restore]),
  reason: z.string(),
  by: z.strictObject({ kind: z.enum(['user', 'token', 'burgee', 'anonymous']), id: z.string(), name: z.string() }),
  madeAt: z.number(),
  basedOn: z.strictObject({ version: z.number().int(), parts: state.partial() }),
  state: scheduledState,
  settledAt: z.number().nullable(),
  outcome: z.string().nullable(),
  version: z.number().int(),
  sentence: z.string(),
});

/** A scheduled change as it is shown, with one plain sentence of what it does or what became of it. */
export function viewOf({ entity, version }: Stored<ScheduledChange>) {
  const when = new Date(entity.at).toISOString().slice(0, 16).replace('T', ' ');
  const wish = `To ${wordsOf(entity.change)} at ${when} UTC, wanted by ${entity.by.name}.`;
  return { ...entity, version, sentence: entity.outcome === null ? wish : `${wish} ${entity.outcome}` };
}
