import { describe, expect, it } from 'vitest';
import { kill, restore } from '../flag/state-decisions.ts';
import { BY, flagOf, rolloutOf, ruleOf, stateOf, subjectOf } from '../flag/testing-state.ts';
import { NO_EVIDENCE } from '../guard/evidence.ts';
import type { Change, Store, Stored } from '../ports.ts';
import type { Plan, Rollout } from '../rollout/rollout.ts';
import type { Action } from '../rollout/rollout-decide.ts';
import { builtinPlan } from '../rollout/rollout-plans.ts';
import { BURGEE, changeOf } from '../rollout/rollout-transitions.ts';
import { announced, announcing, clause, noticesOf } from './announce.ts';

const flag = flagOf();
const plan = builtinPlan('default', 'standard') as Plan;
const figures = (units: number, errors: number) => ({ units, errors });
const evidence = (errors: number) => {
  const both = { treatment: figures(600, errors), control: figures(5_000, errors > 0 ? 2 : 0) };
  return { ...NO_EVIDENCE, totals: both, stage: { ...NO_EVIDENCE.stage, ...both } };
};
const rollout = (errors = 0, over: Partial<Rollout> = {}): Stored<Rollout> => {
  const { entity } = rolloutOf('ab12', 'running');
  return {
    version: 3,
    entity: { ...entity, release: '1.2', plan, percent: 5, stage: 0, rule: ruleOf().id, evidence: evidence(errors), ...over },
  };
};
const state = { version: 1, entity: stateOf(flag, { enabled: true, rules: [ruleOf()] }) };
const tell = (action: Exclude<Action, { kind: 'stay' }>, one = rollout()) =>
  noticesOf(changeOf(action, { rollout: one, state, actor: BURGEE, at: 2_000 }));
const where = `${rollout().entity.flag} in ${rollout().entity.environment}, release 1.2`;

describe('notices of a rollout', () => {
  it.each<readonly [string, Exclude<Action, { kind: 'stay' }>, number, string]>([
    [
      'rollout.advanced',
      { kind: 'advance', stage: 1, percent: 20, completes: false },
      0,
      'Advanced from 5 % to 20 %; none of 600 users on the new version failed; the guard watches and lowers it by itself if errors rise.',
    ],
    [
      'rollout.completed',
      { kind: 'advance', stage: 9, percent: 100, completes: true },
      31,
      'Completed: everyone has it now; 31 of 600 users on the new version failed (5.2 %) against 2 of 5,000 (0.04 %) without it; it can still be reverted by hand.',
    ],
    [
      'rollout.reverted',
      { kind: 'revert', text: '31 of 600 failed' },
      31,
      'Reverted to 0 %: 31 of 600 failed; everyone is being taken back to the old version.',
    ],
    ['rollout.held', { kind: 'announce' }, 0, 'Holding: evidence is missing; nobody new gets the new version meanwhile.'],
    [
      'rollout.aborted',
      { kind: 'abort', code: 'archived', text: 'Ada archived the flag.' },
      0,
      'Ada archived the flag; it will not go on by itself.',
    ],
  ])('say of %s what happened, on what evidence, that it is safe', (event, action, errors, sentence) => {
    const [notice, ...more] = tell(action, rollout(errors));
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ event, rollout: 'ab12', sentence: `${where}: ${sentence}` });
    expect(notice?.path).toBe(`/projects/${notice?.project}/environments/${notice?.environment}/rollouts/ab12`);
  });

  it('are not made of ticks and of holds that nobody needs to hear of', () => {
    expect(tell({ kind: 'hold', code: 'no-data', text: 'no reports' })).toEqual([]);
    expect(tell({ kind: 'run' })).toEqual([]);
    expect(noticesOf({ audit: [], writes: [{ put: 'rollout', entity: rollout().entity, basedOn: 3 }] })).toEqual([]);
  });

  it('tell of a kill that comes with a revert', () => {
    const [reverted, killed] = tell({ kind: 'revert', text: '31 of 600 failed', kill: true });
    expect([reverted?.event, killed?.event]).toEqual(['rollout.reverted', 'flag.killed']);
    expect(killed?.sentence).toContain('Burgee killed');
  });

  it('keep no revert waiting where there is nothing to say it with', () => {
    const { entity } = rollout();
    const odd = { ...entity, plan: undefined, percent: undefined, reason: 7 } as unknown as Rollout;
    const audit = changeOf({ kind: 'revert', text: 'it fails' }, { rollout: rollout(), state, actor: BURGEE, at: 2_000 }).audit;
    const [notice] = noticesOf({ audit, writes: [{ put: 'rollout', entity: odd, basedOn: 3 }] });
    expect(notice?.sentence).toContain('Reverted to 0 %: it fails');
    const aborted = { ...odd, state: 'aborted' as const };
    expect(noticesOf({ audit: [], writes: [{ put: 'rollout', entity: aborted, basedOn: 3 }] })).toHaveLength(1);
  });

  it('say it in one sentence, whatever people wrote', () => {
    const reasons = ['It burns. Everywhere! Really.', 'two\nlines', 'a; b', '   '];
    for (const text of reasons) {
      const [notice] = tell({ kind: 'revert', text });
      expect(notice?.sentence).toMatch(/^[^\n]*[^.]\.$/);
    }
    expect(clause('It burns. Everywhere.')).toBe('It burns – Everywhere');
    expect(clause('at 1.2.3 it broke.')).toBe('at 1.2.3 it broke');
  });
});

describe('notices of a flag', () => {
  it('tell of a kill, of the rollout that it ends, and of the restore', () => {
    const subject = subjectOf(flag, { enabled: true }, [rollout()]);
    const killed = kill(subject, 'it burns.', BY);
    const [told, ended] = noticesOf(killed.change as Change);
    expect(told?.sentence).toBe(
      `Ada killed ${flag.key} in production: it burns; everyone gets “off” until a person restores it.`,
    );
    expect(ended).toMatchObject({ event: 'rollout.aborted', rollout: 'ab12' });
    expect(ended?.sentence).toContain('Ada killed the flag: it burns; it will not go on by itself.');
    const back = restore({ ...subject, state: killed.result }, 'it is mended', BY);
    expect(noticesOf(back.change as Change)).toMatchObject([{ event: 'flag.restored', flag: flag.key }]);
  });
});

describe('a store that announces', () => {
  it('adds notices to whatever is committed, once, and leaves the rest alone', async () => {
    const seen: Change[] = [];
    const bare = {
      commit: async (change: Change) => void seen.push(change),
      commitEach: (all: Change[]) => all.map((one) => seen.push(one)),
    };
    const store = announcing(bare as unknown as Store);
    const killing = kill(subjectOf(flag, { enabled: true }), 'x', BY).change as Change;
    const quiet: Change = { environments: [], writes: [], audit: [] };
    await store.commit(killing);
    store.commitEach([killing, quiet]);
    expect(seen.map(({ notices }) => notices?.length)).toEqual([1, 1, undefined]);
    expect(announced({ ...killing, notices: noticesOf(killing) }).notices).toHaveLength(2);
  });
});
