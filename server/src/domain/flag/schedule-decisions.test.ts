import type { Rule } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../ports.ts';
import type { Flag, FlagState } from './flag.ts';
import { cancel, carryOutDue, type DueFacts, MOST_WAITING, schedule } from './schedule-decisions.ts';
import type { ScheduledChange, ScheduledEdit } from './scheduled.ts';
import { initialState, type StateSubject } from './state-decisions.ts';

const NOW = Date.UTC(2027, 0, 1);
const HOUR = 3_600_000;
const ada = { kind: 'user', id: 'u1', name: 'Ada' } as const;
const by = { actor: ada, at: NOW };
const around = { flags: new Map(), states: new Map(), segments: new Set<string>(), patternOk: () => true };
const flag: Flag = {
  ...{ project: 'shop', key: 'checkout', name: 'Checkout', description: '', owner: null, tags: [], links: [], kind: 'release' },
  ...{ type: 'boolean', browserAccess: 'none', lifetimeDays: null, archived: false, createdAt: NOW },
  variants: [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ],
};
const rule = (percent: number): Rule => ({ id: 'r1', percent, by: 'default', serve: { variant: 'on' } });
const subject = (over: Partial<FlagState> = {}, more: Partial<Flag> = {}): StateSubject => ({
  flag: { ...flag, ...more },
  environment: { version: 1, entity: { project: 'shop', key: 'live', name: 'Live', order: 1, createdAt: NOW } },
  state: { version: 4, entity: { ...initialState(flag, 'live'), rules: [rule(5)], ...over } },
  rollouts: [],
});
const plan = (change: ScheduledEdit, at = NOW + HOUR, from = subject(), waiting = 0) =>
  schedule(from, { id: 's1', at, change, reason: 'the campaign begins.' }, { around, waiting }, by);
const due = (change: ScheduledEdit, from = subject()): Stored<ScheduledChange> => ({
  version: 1,
  entity: plan(change, NOW + HOUR, from).scheduled,
});
const facts = (over: Partial<DueFacts> = {}): DueFacts => ({
  subject: subject(),
  around,
  others: [],
  allowed: true,
  at: NOW + HOUR,
  ...over,
});
const outcomeOf = ({ writes }: ReturnType<typeof carryOutDue>) =>
  writes.flatMap((write) => ('put' in write && write.put === 'scheduled' ? [write.entity] : []))[0];
const stateOf = ({ writes }: ReturnType<typeof carryOutDue>) =>
  writes.flatMap((write) => ('put' in write && write.put === 'state' ? [write.entity] : []))[0];

const ON: ScheduledEdit = { kind: 'edit', edit: { enabled: true } };
const TO_TEN: ScheduledEdit = { kind: 'percent', rule: 'r1', percent: 10 };
const KILLED = { killed: { by: 'Bob', at: NOW, reason: 'it burns' } };

describe('scheduling', () => {
  it('changes nothing but the schedule, and tells the audit', () => {
    const { change, scheduled } = plan(TO_TEN);
    expect(change.environments).toEqual([]);
    expect(change.writes).toEqual([{ put: 'scheduled', entity: scheduled, basedOn: null }]);
    expect(change.audit[0]).toMatchObject({ action: 'schedule.made', object: 'flag/checkout', actor: ada });
    expect(change.audit[0]?.summary).toBe('checkout in live: to take rule r1 to 10 % at 2027-01-01 01:00 UTC.');
  });

  it.each([
    ['at', () => plan(ON, NOW)],
    ['at', () => plan(ON, Number.NaN)],
    ['at', () => plan(ON, NOW + 367 * 24 * HOUR)],
    ['at', () => plan(ON, NOW + HOUR, subject(), MOST_WAITING)],
    ['percent', () => plan({ kind: 'percent', rule: 'r1', percent: 101 })],
    ['rule', () => plan({ kind: 'percent', rule: 'r9', percent: 10 })],
    ['defaultVariant', () => plan({ kind: 'edit', edit: { defaultVariant: 'blue' } })],
    ['change', () => plan({ kind: 'edit', edit: { enabled: false } })],
    ['change', () => plan({ kind: 'restore' })],
    ['archived', () => plan(ON, NOW + HOUR, subject({}, { archived: true }))],
  ])('refuses a wrong %s when it is asked for', (field, wrong) => {
    expect(wrong).toThrow(field);
  });
});

describe('a change whose time has come', () => {
  it('is made in the name of who wanted it, once, with what became of it in the same commit', () => {
    const change = carryOutDue(due(TO_TEN), facts());
    expect(stateOf(change)?.rules).toEqual([rule(10)]);
    expect(outcomeOf(change)).toMatchObject({ state: 'applied', outcome: 'Done at 2027-01-01 01:00 UTC.' });
    expect(change.audit.map(({ action, actor }) => [action, actor.name])).toEqual([
      ['state.changed', 'Ada'],
      ['schedule.applied', 'Ada'],
    ]);
    expect(change.notices?.map(({ event }) => event)).toEqual(['schedule.applied']);
    expect(change.environments).toHaveLength(1);
  });

  it('is made late, and says so', () => {
    const change = carryOutDue(due(ON), facts({ at: NOW + 3 * HOUR }));
    expect(outcomeOf(change)?.outcome).toContain('2 hours late');
    expect(change.notices?.[0]?.sentence).toContain('2 hours late');
    expect(outcomeOf(carryOutDue(due(ON), facts({ at: NOW + HOUR + 1_000 })))?.outcome).not.toContain('late');
  });

  const moved: readonly (readonly [string, ScheduledEdit, Partial<DueFacts>])[] = [
    ['its rule was raised', TO_TEN, { subject: subject({ rules: [rule(50)] }) }],
    ['its rule is gone', TO_TEN, { subject: subject({ rules: [] }) }],
    ['the flag was turned on meanwhile', TO_TEN, { subject: subject({ enabled: true }) }],
    ['the flag was killed', TO_TEN, { subject: subject(KILLED) }],
    ['the flag was killed', ON, { subject: subject(KILLED) }],
    ['the same part was edited', ON, { subject: subject({ enabled: true }) }],
    ['it was archived', ON, { subject: subject({}, { archived: true }) }],
    ['the flag is gone', ON, { subject: undefined }],
    ['who wanted it may not any more', ON, { allowed: false }],
  ];
  it.each(moved)('is refused, and says so, where %s', (_, wanted, over) => {
    const change = carryOutDue(due(wanted), facts(over));
    expect(stateOf(change)).toBeUndefined();
    expect(change.environments).toEqual([]);
    expect(outcomeOf(change)?.state).toBe('refused');
    expect(change.audit.map(({ action }) => action)).toEqual(['schedule.refused']);
    expect(change.notices?.[0]).toMatchObject({ event: 'schedule.refused', flag: 'checkout' });
    expect(change.notices?.[0]?.sentence).toMatch(/nothing was changed\.$/);
  });

  it.each([
    ['other parts moved', ON, subject({ defaultVariant: 'on', rules: [rule(50)] })],
    ['another rule came', TO_TEN, subject({ rules: [rule(5), { ...rule(1), id: 'r2' }] })],
    ['nothing moved (the control)', TO_TEN, subject()],
  ] as const)('is made where %s', (_, wanted, now) => {
    expect(outcomeOf(carryOutDue(due(wanted), facts({ subject: now })))?.state).toBe('applied');
  });

  it('is no move for what was scheduled beside it, so a ramp can be planned ahead; a kill is', () => {
    const later: Stored<ScheduledChange> = { ...due({ ...TO_TEN, percent: 50 }), version: 7 };
    const change = carryOutDue(due(TO_TEN), facts({ others: [later] }));
    const rebased = change.writes.findLast((write) => 'put' in write && write.put === 'scheduled');
    expect(rebased).toMatchObject({ basedOn: 7, entity: { id: 's1', basedOn: { version: 5, parts: { rules: [rule(10)] } } } });
    const odd = { ...later, entity: { ...later.entity, basedOn: { version: 1, parts: { rules: [rule(33)] } } } };
    expect(carryOutDue(due(TO_TEN), facts({ others: [odd] })).writes).toHaveLength(2);
    expect(carryOutDue(due({ kind: 'kill' }), facts({ others: [later] })).writes).toHaveLength(2);
  });

  it('kills whatever has moved, and a flag that is killed already is left so', () => {
    const kill = due({ kind: 'kill' });
    const everything = subject({ enabled: true, rules: [], defaultVariant: 'on' });
    expect(stateOf(carryOutDue(kill, facts({ subject: everything })))?.killed).toMatchObject({ by: 'Ada' });
    const already = carryOutDue(kill, facts({ subject: subject(KILLED) }));
    expect(outcomeOf(already)).toMatchObject({ state: 'applied', outcome: expect.stringContaining('Nothing was left to do') });
    expect(stateOf(already)).toBeUndefined();
  });

  it('lifts the very kill that it was scheduled for, and no other', () => {
    const restore = due({ kind: 'restore' }, subject(KILLED));
    expect(stateOf(carryOutDue(restore, facts({ subject: subject(KILLED) })))?.killed).toBeNull();
    const again = subject({ killed: { by: 'Eve', at: NOW + 5, reason: 'again' } });
    expect(outcomeOf(carryOutDue(restore, facts({ subject: again })))?.state).toBe('refused');
  });
});

describe('cancelling', () => {
  it('is once, and not after the fact', () => {
    const first = cancel(due(ON), by);
    expect(first.result.entity).toMatchObject({ state: 'cancelled', outcome: 'Cancelled by Ada.' });
    expect(first.change?.audit[0]?.action).toBe('schedule.cancelled');
    expect(cancel(first.result, by).change).toBeNull();
    const over = { version: 2, entity: { ...due(ON).entity, state: 'applied', settledAt: NOW } as const };
    expect(() => cancel(over, by)).toThrow('it was applied at 2027-01-01 00:00 UTC');
  });
});
