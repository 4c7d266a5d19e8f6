import type { AuditEntry } from '../audit.ts';
import type { By, Decision } from '../decision.ts';
import { isEqual } from '../differences.ts';
import { BurgeeError, invalid } from '../errors.ts';
import { durationText, percentText } from '../guard/words.ts';
import { demand } from '../mistakes.ts';
import { clause, flagNotice } from '../notice/announce.ts';
import type { Change, Stored, Write } from '../ports.ts';
import { checkLine } from '../text-check.ts';
import type { FlagState } from './flag.ts';
import type { Surroundings } from './rule-check.ts';
import type { ScheduledChange, ScheduledEdit } from './scheduled.ts';
import { editState, kill, restore, type StateSubject, setPercent } from './state-decisions.ts';

/** How far ahead a change can be scheduled, ms, and how many may wait for one flag in one environment. */
const FARTHEST_MS = 366 * 86_400_000;
export const MOST_WAITING = 20;
/** Later than this it is said that it was late, ms. */
const PUNCTUAL_MS = 60_000;

/** What is wanted, when and why. */
export interface ScheduleRequest {
  readonly id: string;
  readonly at: number;
  readonly change: ScheduledEdit;
  readonly reason: string;
}

/**
 * Notes a change for later. It is checked now as if it were made now, and again when its time comes. Throws `invalid` and
 * whatever the change itself would be refused with.
 */
export function schedule(
  subject: StateSubject,
  { id, at: when, change: wanted, reason }: ScheduleRequest,
  facts: { readonly around: Surroundings; readonly waiting: number },
  { actor, at }: By,
): { readonly scheduled: ScheduledChange; readonly change: Change } {
  demand((refuse) => {
    checkLine(reason, 'reason', { min: 1, max: 500 }, refuse);
    if (!Number.isSafeInteger(when) || when <= at) refuse('at', 'must be in the future, as in 2027-01-31T09:00:00Z');
    else if (when > at + FARTHEST_MS) refuse('at', 'must be at most a year ahead');
    if (facts.waiting >= MOST_WAITING)
      refuse('at', `at most ${MOST_WAITING} changes of a flag wait in an environment; cancel one`);
  });
  if (carryOut(subject, wanted, { reason, around: facts.around, by: { actor, at } }).change === null)
    throw invalid({ field: 'change', message: 'must change something: it is so already' });
  const { project, environment, flag } = subject.state.entity;
  const scheduled: ScheduledChange = {
    ...{ project, environment, id, flag, at: when, change: wanted, reason, by: actor, madeAt: at },
    basedOn: { version: subject.state.version, parts: partsOf(subject.state.entity, wanted) },
    ...{ state: 'waiting', settledAt: null, outcome: null },
  };
  const summary = `${flag} in ${environment}: to ${wordsOf(wanted)} at ${timeText(when)}.`;
  const entry = auditOf(scheduled, { actor, action: 'schedule.made', summary, before: null, after: wanted });
  const write = { put: 'scheduled' as const, entity: scheduled, basedOn: null };
  return { scheduled, change: { environments: [], writes: [write], audit: [entry] } };
}

/** Takes a change back that has not been made. Throws `conflict` where it is over. */
export function cancel({ entity, version }: Stored<ScheduledChange>, { actor, at }: By): Decision<ScheduledChange> {
  if (entity.state === 'cancelled') return { result: { entity, version }, change: null };
  if (entity.state !== 'waiting')
    throw new BurgeeError('conflict', `it was ${entity.state} at ${timeText(entity.settledAt ?? at)}`, {
      current: { version, ...entity },
    });
  const outcome = `Cancelled by ${actor.name}.`;
  const after: ScheduledChange = { ...entity, state: 'cancelled', settledAt: at, outcome };
  const summary = `${entity.flag} in ${entity.environment}: to ${wordsOf(entity.change)} at ${timeText(entity.at)} was cancelled.`;
  const audit = [auditOf(entity, { actor, action: 'schedule.cancelled', summary, before: entity.change, after: null })];
  const writes = [{ put: 'scheduled' as const, entity: after, basedOn: version }];
  return { result: { entity: after, version: version + 1 }, change: { environments: [], writes, audit } };
}

/** What there is when a change's time has come. */
export interface DueFacts {
  /** undefined: the flag or the environment is gone. */
  readonly subject: StateSubject | undefined;
  readonly around: Surroundings;
  /** The other changes that wait for this flag here. */
  readonly others: readonly Stored<ScheduledChange>[];
  /** Whether who wanted it may still make it. */
  readonly allowed: boolean;
  readonly at: number;
}

/**
 * Makes a change whose time has come, in the name of who wanted it, or refuses it: where the parts that it relies on are not as
 * they were when it was scheduled, or it would be refused if it were made now. One commit with what became of it, so it is made
 * at most once. Late is better than never: it is made as soon as somebody is there to make it, and says that it was late.
 */
export function carryOutDue(due: Stored<ScheduledChange>, facts: DueFacts): Change {
  const { entity } = due;
  const moved = whyNot(entity, facts);
  if (moved !== null || facts.subject === undefined) return refused(due, moved ?? '', facts.at);
  const by: By = { actor: entity.by, at: facts.at };
  try {
    const { change, result } = carryOut(facts.subject, entity.change, { reason: entity.reason, around: facts.around, by });
    const done = applied(due, change, facts.at);
    return { ...done, writes: [...done.writes, ...rebased(facts.others, facts.subject.state.entity, result)] };
  } catch (error) {
    if (!(error instanceof BurgeeError)) throw error;
    return refused(due, error.message, facts.at);
  }
}

/** What was scheduled beside this change expects it, so it is no move for them; a kill and its end are for everything. */
function rebased(others: readonly Stored<ScheduledChange>[], before: FlagState, after: Stored<FlagState>): Write[] {
  if (!isEqual(before.killed, after.entity.killed)) return [];
  return others
    .filter(({ entity }) => isEqual(entity.basedOn.parts, partsOf(before, entity.change)))
    .map(({ entity, version }) => {
      const basedOn = { version: after.version, parts: partsOf(after.entity, entity.change) };
      return { put: 'scheduled', entity: { ...entity, basedOn }, basedOn: version };
    });
}

function whyNot(scheduled: ScheduledChange, { subject, allowed }: DueFacts): string | null {
  if (subject === undefined) return 'the flag or the environment is gone';
  if (!allowed) return `${scheduled.by.name} may not change it any more`;
  const now = partsOf(subject.state.entity, scheduled.change);
  const was = scheduled.basedOn.parts;
  const names = Object.keys(was) as (keyof FlagState)[];
  const moved = names.filter((name) => !isEqual(was[name], now[name]));
  if (moved.length === 0) return null;
  return `the flag has moved since it was scheduled (${moved.map((name) => WORDS[name] ?? name).join(', ')})`;
}

const WORDS: Partial<Record<keyof FlagState, string>> = {
  enabled: 'on or off',
  killed: 'its kill',
  defaultVariant: 'default variant',
  offVariant: 'off variant',
};

/**
 * What a change relies on: what it sets, whether the flag is on, and its kill. A percent relies on its whole rule, a restore on
 * the very kill that it lifts, and a kill on nothing: it always goes through.
 */
function partsOf(state: FlagState, change: ScheduledEdit): Partial<FlagState> {
  const { enabled, killed } = state;
  if (change.kind === 'kill') return {};
  if (change.kind === 'restore') return { killed };
  if (change.kind === 'percent') return { enabled, killed, rules: state.rules.filter(({ id }) => id === change.rule) };
  const touched = Object.entries(change.edit).filter(([, value]) => value !== undefined);
  return { enabled, killed, ...Object.fromEntries(touched.map(([name]) => [name, state[name as keyof FlagState]])) };
}

function carryOut(
  subject: StateSubject,
  change: ScheduledEdit,
  { reason, around, by }: { readonly reason: string; readonly around: Surroundings; readonly by: By },
): Decision<FlagState> {
  if (change.kind === 'kill') return kill(subject, reason, by);
  if (change.kind === 'restore') return restore(subject, reason, by);
  if (change.kind === 'percent') return setPercent(subject, change.rule, change.percent, by);
  return editState(subject, change.edit, around, by);
}

function applied(due: Stored<ScheduledChange>, made: Change | null, at: number): Change {
  const { entity } = due;
  const late = at - entity.at > PUNCTUAL_MS ? `, ${durationText(at - entity.at)} late because nobody was there to do it` : '';
  const outcome = made === null ? `Nothing was left to do: it was so already${late}.` : `Done at ${timeText(at)}${late}.`;
  const plan = `the change that ${entity.by.name} scheduled for ${timeText(entity.at)}, to ${wordsOf(entity.change)}`;
  const done = made === null ? 'had nothing left to do' : 'was made';
  const sentence = `${entity.flag} in ${entity.environment}: ${plan}, ${done}${late}: ${clause(entity.reason)}; all it relied on was as before.`;
  const change = made ?? { environments: [], writes: [], audit: [] };
  return {
    ...change,
    ...settled(due, { state: 'applied', at, outcome, change, sentence }),
  };
}

function refused(due: Stored<ScheduledChange>, why: string, at: number): Change {
  const { entity } = due;
  const wish = `the change scheduled for ${timeText(entity.at)} by ${entity.by.name}, to ${wordsOf(entity.change)},`;
  const sentence = `${entity.flag} in ${entity.environment}: ${wish} was refused because ${clause(why)}; nothing was changed.`;
  const change: Change = { environments: [], writes: [], audit: [] };
  return { ...change, ...settled(due, { state: 'refused', at, outcome: `Refused: ${clause(why)}.`, change, sentence }) };
}

function settled(
  { entity, version }: Stored<ScheduledChange>,
  is: {
    readonly state: 'applied' | 'refused';
    readonly at: number;
    readonly outcome: string;
    readonly change: Change;
    readonly sentence: string;
  },
): Pick<Change, 'writes' | 'audit' | 'notices'> {
  const after: ScheduledChange = { ...entity, state: is.state, settledAt: is.at, outcome: is.outcome };
  const event = `schedule.${is.state}` as const;
  const about = { actor: entity.by, action: event, summary: is.sentence, before: null, after: entity.change };
  return {
    writes: [...is.change.writes, { put: 'scheduled', entity: after, basedOn: version }],
    audit: [...is.change.audit, auditOf(entity, about)],
    notices: [{ event, ...flagNotice(entity), sentence: is.sentence }],
  };
}

function auditOf(
  { project, environment, flag, reason }: ScheduledChange,
  about: Pick<AuditEntry, 'actor' | 'action' | 'summary' | 'before' | 'after'>,
): AuditEntry {
  return { ...about, project, environment, object: `flag/${flag}`, reason };
}

/** `turn on`, `take rule r1 to 10 %`: what a change does, after “to”. */
export function wordsOf(change: ScheduledEdit): string {
  if (change.kind === 'kill') return 'be killed';
  if (change.kind === 'restore') return 'be restored';
  if (change.kind === 'percent') return `take rule ${change.rule} to ${percentText(change.percent)}`;
  const { enabled, rules, prerequisites, defaultVariant, offVariant } = change.edit;
  const parts = [
    ...(enabled === undefined ? [] : [enabled ? 'turn on' : 'turn off']),
    ...(rules === undefined ? [] : ['have other rules']),
    ...(prerequisites === undefined ? [] : ['need other flags']),
    ...(defaultVariant === undefined ? [] : [`serve ${defaultVariant} by default`]),
    ...(offVariant === undefined ? [] : [`serve ${offVariant} when off`]),
  ];
  return parts.length === 0 ? 'stay as it is' : parts.join(' and ');
}

/** `2027-01-31 09:00 UTC` */
function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
