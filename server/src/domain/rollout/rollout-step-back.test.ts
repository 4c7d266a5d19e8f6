import { describe, expect, it } from 'vitest';
import type { FlagState } from '../flag/flag.ts';
import { barsOf, type Evidence, evidenceOf, NO_EVIDENCE } from '../guard/evidence.ts';
import type { Guard } from '../guard/guard.ts';
import { judge } from '../guard/judge.ts';
import type { Rollout } from './rollout.ts';
import { type Action, decide } from './rollout-decide.ts';
import { PLAN_DEFAULTS } from './rollout-plans.ts';
import { stepDown } from './rollout-step-back.ts';
import { BURGEE, changeOf } from './rollout-transitions.ts';

const AT = 1_000_000;
const rule = { id: 'a', percent: 25, by: 'default', serve: { variant: 'on' } };
const stage = (percent: number) => ({ percent, advance: 'time' as const, bakeMs: 1_000, maxHoldMs: 1_000 });
const state = {
  ...{ project: 'p', environment: 'e', flag: 'f', enabled: true, killed: null, prerequisites: [], rules: [rule] },
  ...{ defaultVariant: 'off', offVariant: 'off' },
} satisfies FlagState;

function rolloutWith(guard: Partial<Guard>, more: Partial<Rollout> = {}): Rollout {
  const guards = [{ kind: 'outcomes', key: 'g', action: 'back', tolerated: 1, ...guard } as Guard];
  return {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null },
    ...{ stage: 2, percent: 25, startPercent: 0, startedAt: 0, forced: null, stageSince: 0, bakeSince: 0, endedAt: null },
    ...{ startedBy: { kind: 'user', id: 'u', name: 'Ada' }, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
    plan: { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages: [1, 5, 25, 50].map(stage), guards },
    ...more,
  };
}
const FAILING: Evidence = { ...NO_EVIDENCE, lnM: 9, heaviest: { errors: 9, difference: 0.1 }, unitsAt: AT, treatedAt: AT };
const action = (rollout: Rollout, evidence: Evidence, at = AT): Action =>
  decide({ rollout, evidence, target: { kind: 'ours', rule }, judgement: judge(rollout, evidence, at), at, tickMs: 1_000 });
function done(rollout: Rollout, evidence: Evidence): { rollout: Rollout; state: FlagState } {
  const wanted = action(rollout, evidence);
  if (wanted.kind === 'stay') throw new Error('nothing to do');
  const change = changeOf(wanted, {
    ...{ rollout: { entity: rollout, version: 1 }, state: { entity: state, version: 1 }, evidence, actor: BURGEE, at: AT },
  });
  const after = { rollout, state: state as FlagState };
  for (const write of change.writes) {
    if (!('put' in write)) continue;
    if (write.put === 'rollout') after.rollout = write.entity;
    if (write.put === 'state') after.state = write.entity;
  }
  return after;
}

describe('a guard that steps back', () => {
  it('goes one stage down, holds there, and begins anew at half the chance', () => {
    const after = done(rolloutWith({}), FAILING);
    expect(after.rollout).toMatchObject({ state: 'holding', stage: 1, percent: 5, reason: { code: 'cool-down' }, endedAt: null });
    expect(after.state.rules[0]?.percent).toBe(5);
    const evidence = evidenceOf(after.rollout);
    expect(evidence).toMatchObject({ restarts: 1, coolUntil: AT + 600_000, lnM: 0, spending: { since: null } });
    const [first, second, third] = [0, 1, 2].map((restarts) => barsOf(after.rollout.plan, restarts).revert);
    expect((second ?? 0) - (first ?? 0)).toBeCloseTo(Math.log(2), 12);
    expect((third ?? 0) - (first ?? 0)).toBeCloseTo(Math.log(4), 12);
    // what was enough at first is not now
    const bar = { ...FAILING, lnM: (first ?? 0) + 0.1 };
    expect(action(rolloutWith({}), bar).kind).toBe('back');
    expect(action(rolloutWith({ action: 'back' }), { ...bar, restarts: 1, overruled: ['g'] }).kind).not.toBe('back');
  });

  it('does not advance before its cool-down is over, then does', () => {
    const { rollout } = done(rolloutWith({ coolDownMs: 5_000 }), FAILING);
    const evidence = { ...evidenceOf(rollout), unitsAt: AT + 9_000, treatedAt: AT + 4_000 };
    expect(action(rollout, evidence, AT + 4_999)).toEqual({ kind: 'stay' });
    expect(action(rollout, evidence, AT + 5_000)).toEqual({ kind: 'run' });
    expect(action({ ...rollout, state: 'running', reason: null }, evidence, AT + 5_000)).toMatchObject({
      kind: 'advance',
      percent: 25,
    });
    // without a step back nothing cools
    expect(action(rolloutWith({}), { ...FAILING, lnM: 0 })).toMatchObject({ kind: 'advance' });
  });

  it('reverts when its retries are used up, at the first stage, and where the rollout began', () => {
    expect(stepDown(rolloutWith({}), { restarts: 1 }, 'g')).toMatchObject({ stage: 1 });
    expect(stepDown(rolloutWith({}), { restarts: 2 }, 'g')).toBeNull();
    expect(action(rolloutWith({ retries: 0 }), FAILING).kind).toBe('revert');
    expect(action(rolloutWith({}, { stage: 0, percent: 1 }), FAILING).kind).toBe('revert');
    expect(action(rolloutWith({}, { startPercent: 5 }), FAILING).kind).toBe('revert');
  });

  it('leaves a pause in place, and an edited rule alone', () => {
    const paused = { state: 'paused' as const, reason: { code: 'paused' as const, text: 'wait', since: 0 } };
    expect(done(rolloutWith({}, paused), FAILING).rollout).toMatchObject({
      state: 'paused',
      percent: 5,
      reason: { code: 'paused' },
    });
    const edited = { state: 'paused' as const, reason: { code: 'edited' as const, text: 'mine', since: 0 } };
    expect(action(rolloutWith({}, edited), FAILING).kind).toBe('page');
  });
});

describe('a guard that kills', () => {
  it('takes the rule to nothing and kills the flag in the same change', () => {
    const after = done(rolloutWith({ action: 'kill' }), FAILING);
    expect(after.rollout).toMatchObject({ state: 'reverted', percent: 0 });
    expect(after.state).toMatchObject({ killed: { by: BURGEE.name, at: AT }, rules: [{ percent: 0 }] });
  });

  it('where one that reverts leaves the flag alive, and others only look', () => {
    expect(done(rolloutWith({ action: 'revert' }), FAILING).state.killed).toBeNull();
    expect(done(rolloutWith({ action: 'pause' }), FAILING).rollout).toMatchObject({ state: 'paused', percent: 25 });
    expect(action(rolloutWith({ action: 'observe' }), FAILING).kind).toBe('advance');
  });
});
