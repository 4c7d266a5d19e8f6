import { describe, expect, it } from 'vitest';
import type { FlagState } from '../flag/flag.ts';
import type { Change } from '../ports.ts';
import type { Rollout, RolloutState } from './rollout.ts';
import { PLAN_DEFAULTS } from './rollout-plans.ts';
import { digestRule, type Target } from './rollout-rule.ts';
import { decideWaiting, raise, type Waiting } from './rollout-waiting.ts';

// 12:00 of a Monday
const AT = Date.parse('2026-11-23T12:00:00Z');
const ADA = { kind: 'user' as const, id: 'ada', name: 'Ada' };
const stages = [5, 50].map((percent) => ({ percent, advance: 'time' as const, bakeMs: 1_000, maxHoldMs: 1_000 }));
const plan = { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages };
const FROZEN = { ...plan, freeze: [{ days: ['mon' as const], from: '10:00', to: '14:00', timeZone: 'UTC' }] };

function rollout(fields: Partial<Rollout> = {}): Rollout {
  return {
    ...{ id: 'second', project: 'p', environment: 'production', flag: 'f', rule: 'a', release: '1', plan, state: 'pending' },
    ...{ reason: null, waiting: true, stage: -1, percent: 0, startPercent: 0, startedAt: 0, startedBy: ADA, forced: null },
    ...{ stageSince: 0, bakeSince: 0, endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
    after: { rollout: 'first', environment: 'staging' },
    ...fields,
  };
}
const first = (state: RolloutState): Rollout => {
  const { waiting: _, after: __, ...rest } = rollout({ id: 'first', environment: 'staging', state });
  return { ...rest, reason: state === 'reverted' ? { code: 'evidence', text: 'it failed', since: 1 } : null };
};
const stateAt = (percent: number): FlagState => ({
  ...{ project: 'p', environment: 'production', flag: 'f', enabled: true, killed: null, prerequisites: [] },
  ...{ rules: [{ id: 'a', percent, by: 'default', serve: { variant: 'on' } }], defaultVariant: 'off', offVariant: 'off' },
});
const OURS: Target = { kind: 'ours', rule: { id: 'a', percent: 0, by: 'default', serve: { variant: 'on' } } };

function decided(fields: Partial<Rollout>, given: Partial<Waiting> = {}): { change: Change | null; after?: Rollout } {
  const stored = { version: 3, entity: rollout(fields) };
  const change = decideWaiting({
    rollout: stored,
    state: { version: 7, entity: stateAt(0) },
    target: OURS,
    after: undefined,
    at: AT,
    ...given,
  });
  const write = change?.writes.find((one) => 'put' in one && one.put === 'rollout');
  return write !== undefined && 'entity' in write ? { change, after: write.entity as Rollout } : { change };
}

describe('a rollout that waits', () => {
  it.each<[string, Partial<Rollout>, Partial<Waiting>, Partial<Rollout> | null]>([
    ['ends with its flag', {}, { target: { kind: 'gone', code: 'killed', text: 'Killed.' } }, { state: 'aborted' }],
    ['ends when the other one is gone', {}, {}, { state: 'aborted' }],
    ['ends when the other one was reverted', {}, { after: first('reverted') }, { state: 'aborted' }],
    ['ends when the other one was aborted', {}, { after: first('aborted') }, { state: 'aborted' }],
    ['ends so although it is paused', { state: 'paused' }, { after: first('reverted') }, { state: 'aborted' }],
    ['stays paused', { state: 'paused' }, { after: first('completed') }, null],
    ...(['pending', 'running', 'holding', 'paused'] as const).map(
      (state): [string, Partial<Rollout>, Partial<Waiting>, Partial<Rollout>] => [
        `waits while the other one is ${state}`,
        {},
        { after: first(state) },
        { state: 'pending', percent: 0 },
      ],
    ),
    ['begins', {}, { after: first('completed') }, { state: 'running', stage: 0, percent: 5, startedAt: AT, bakeSince: AT }],
    [
      'begins where nothing was before it',
      { after: { rollout: 'x', environment: 'y' } },
      { after: first('completed') },
      { stage: 0 },
    ],
    ['waits for the end of a freeze', { plan: FROZEN }, { after: first('completed') }, { state: 'pending', percent: 0 }],
  ])('%s', (_, fields, given, wanted) => {
    const { change, after } = decided(fields, given);
    if (wanted === null) expect(change).toBeNull();
    else expect(after).toMatchObject(wanted);
  });

  it('says why once', () => {
    const { after } = decided({}, { after: first('running') });
    expect(after?.reason).toEqual({ code: 'after', text: 'Waits until release 1 of f in staging has completed.', since: AT });
    expect(decided({ reason: after?.reason ?? null }, { after: first('running'), at: AT + 1_000 }).change).toBeNull();
    expect(decided({}, { after: first('reverted') }).after?.reason?.text).toBe(
      'It waited for release 1 of f in staging, which was reverted: it failed',
    );
    expect(decided({ plan: FROZEN }, { after: first('completed') }).after?.reason?.code).toBe('freeze');
  });

  it.each([
    [0, { state: 'running', stage: 0, percent: 5, startPercent: 0 }],
    [5, { state: 'running', stage: 1, percent: 50, startPercent: 5 }],
    [60, { state: 'running', stage: 1, percent: 60, startPercent: 60 }],
    [100, { state: 'completed', percent: 100, endedAt: AT }],
  ])('takes the rule at %d %% as it finds it, and never lowers it', (percent, wanted) => {
    const { change, after } = decided({}, { after: first('completed'), state: { version: 7, entity: stateAt(percent) } });
    expect(after).toMatchObject({ ...wanted, ruleDigest: digestRule(stateAt(percent).rules, 'a') });
    expect(after?.waiting).toBeUndefined();
    expect(change?.writes).toContainEqual(expect.objectContaining({ put: 'state', basedOn: 7 }));
    expect(change?.environments).toEqual([{ project: 'p', environment: 'production' }]);
  });

  it('is not begun in a freeze by anybody', () => {
    const stored = { version: 1, entity: rollout({ plan: FROZEN }) };
    const state = { version: 1, entity: stateAt(0) };
    expect(() => raise(stored, state, { actor: ADA, at: AT })).toThrow(expect.objectContaining({ code: 'frozen' }));
    expect(raise(stored, state, { actor: ADA, at: AT + 2 * 3_600_000 }).audit[0]?.action).toBe('rollout.started');
  });
});
