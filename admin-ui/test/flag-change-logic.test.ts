import type { AuditRecord } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import type { Targeting } from '../src/api/changes.ts';
import { detailsOf, patchOf, rebased } from '../src/flags/details.ts';
import { revertFlag, revertible, revertState } from '../src/flags/history/revert.ts';
import { saidOf } from '../src/flags/history/said.ts';
import { merge } from '../src/flags/merge.ts';
import { movesOf, moveWords } from '../src/flags/movers.ts';
import { flag, rule } from './flag-rows.ts';
import { seeded } from './traffic.ts';

describe('two people who edit the same flag', () => {
  const base: Targeting = {
    ...{ enabled: true, prerequisites: [], defaultVariant: 'off', offVariant: 'off' },
    rules: [rule(), rule({ id: 'r2', percent: 5 })],
  };
  const change = (part: Partial<Targeting>): Targeting => ({ ...base, ...part });

  it('keep both changes where they are of different things', () => {
    const mine = change({ rules: [rule({ percent: 30 }), rule({ id: 'r2', percent: 5 })] });
    const theirs = change({
      enabled: false,
      rules: [rule({ title: 'Staff' }), rule({ id: 'r2', percent: 5 }), rule({ id: 'r3' })],
    });
    const { merged, clashes } = merge(base, mine, theirs);
    expect(clashes).toBe(false);
    expect(merged).toMatchObject({ enabled: false, rules: [{ percent: 30, title: 'Staff' }, { id: 'r2' }, { id: 'r3' }] });
  });

  it('are told where they wanted the same thing differently', () => {
    const mine = change({ rules: [rule({ percent: 30 }), rule({ id: 'r2', percent: 5 })] });
    const theirs = change({ rules: [rule({ percent: 40 })] });
    expect(merge(base, mine, theirs)).toMatchObject({ clashes: true, merged: { rules: [{ percent: 30 }] } });
    const gone = change({ rules: [rule({ id: 'r2', percent: 5 })] });
    expect(merge(base, mine, gone)).toMatchObject({
      clashes: true,
      merged: { rules: [{ id: 'r1', percent: 30 }, { id: 'r2' }] },
    });
    expect(merge(base, gone, base)).toMatchObject({ clashes: false, merged: { rules: [{ id: 'r2' }] } });
  });

  it('never lose a change that only one of them made, whatever the two did', () => {
    const random = seeded(7);
    const edit = (from: Targeting, id: string): Targeting => {
      const list = from.rules.map((one) => (random() < 0.4 ? { ...one, percent: Math.round(random() * 100) } : one));
      const kept = list.filter(() => random() > 0.15);
      if (random() < 0.3) kept.reverse();
      if (random() < 0.4) kept.splice(Math.floor(random() * (kept.length + 1)), 0, rule({ id, percent: 1 }));
      return { ...from, rules: kept, enabled: random() < 0.5 };
    };
    for (let n = 0; n < 500; n++) {
      const wide = change({ rules: ['r1', 'r2', 'r3', 'r4'].map((id) => rule({ id, percent: 10 })) });
      const [mine, theirs] = [edit(wide, 'mine'), edit(wide, 'theirs')];
      const { merged, clashes } = merge(wide, mine, theirs);
      const ids = merged.rules.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ['mine', 'theirs']) {
        const made = [...mine.rules, ...theirs.rules].some((one) => one.id === id);
        expect(ids.includes(id)).toBe(made);
      }
      for (const one of wide.rules) {
        const at = (side: Targeting) => side.rules.find(({ id }) => id === one.id)?.percent;
        if (at(theirs) === 10) expect(at(merged)).toBe(at(mine));
        if (at(mine) === 10) expect(at(merged)).toBe(at(theirs));
        else if (at(theirs) !== 10 && at(theirs) !== at(mine)) expect(clashes).toBe(true);
      }
      expect(merge(wide, mine, wide).merged.rules.map(({ id }) => id)).toEqual(mine.rules.map(({ id }) => id));
    }
  });

  it('keep what they typed in details while others change the rest', () => {
    const [old, now] = [flag({ name: 'Old' }), flag({ name: 'New', description: 'theirs', lifetimeDays: null })];
    const typed = { ...detailsOf(old), tags: ['mine'], description: 'mine' };
    const next = rebased(typed, detailsOf(old), detailsOf(now));
    expect(next).toMatchObject({ name: 'New', tags: ['mine'], description: 'mine', lifetime: '' });
    expect(patchOf(now, next)).toEqual({ tags: ['mine'], description: 'mine' });
    expect(patchOf(now, { ...next, lifetime: '7' })).toMatchObject({ lifetimeDays: 7 });
  });
});

describe('reverting', () => {
  const now: Targeting = {
    ...{ enabled: true, prerequisites: [], defaultVariant: 'off', offVariant: 'off' },
    rules: [rule({ percent: 50 }), rule({ id: 'r2', percent: 5 })],
  };
  const entry = (before: unknown, after: unknown, action = 'state.changed') => ({ action, before, after }) as AuditRecord;

  it('sets back what the entry changed and nothing else', () => {
    const undone = revertState(now, entry({ rules: [rule({ percent: 25 })] }, { rules: [rule({ percent: 50 })] }));
    expect(undone).toEqual({ moved: false, targeting: { ...now, rules: [rule(), rule({ id: 'r2', percent: 5 })] } });
    expect(revertState(now, entry({ rules: [] }, { rules: [rule({ id: 'r2', percent: 5 })] })).targeting.rules).toHaveLength(1);
    const back = revertState(now, entry({ rules: [rule({ id: 'r0' })] }, { rules: [] }));
    expect(back.targeting.rules.map(({ id }) => id)).toEqual(['r0', 'r1', 'r2']);
    expect(revertState(now, entry({ enabled: false }, { enabled: true })).targeting.enabled).toBe(false);
  });

  it('says when it would undo later changes too', () => {
    expect(revertState(now, entry({ rules: [rule({ percent: 1 })] }, { rules: [rule({ percent: 2 })] })).moved).toBe(true);
    expect(revertFlag(flag({ name: 'C' }), entry({ name: 'A' }, { name: 'B' }))).toEqual({ patch: { name: 'A' }, moved: true });
  });

  it('is offered only where the entry says enough', () => {
    expect(revertible(entry({ enabled: false }, { enabled: true }))).toBe('state');
    expect(revertible(entry({ name: 'a' }, { name: 'b' }, 'flag.changed'))).toBe('flag');
    expect(revertible(entry({ killed: null }, { killed: {} }, 'state.killed'))).toBeNull();
    expect(revertible(entry(null, { key: 'a' }, 'flag.created'))).toBeNull();
    expect(revertible(entry({ rules: { leftOut: '40000 characters' } }, { rules: [] }))).toBeNull();
  });

  it('calls rules by their place in the history', () => {
    const summary = 'a in production: rule XyZ 5 % → 7 %; rule gone removed.';
    const told = { summary, environment: 'production', before: { rules: [{ id: 'gone' }, { id: 'XyZ' }] }, after: null };
    expect(saidOf(told, 'a', ['other', 'XyZ'])).toBe('Rule 2 5 % → 7 %; a rule removed.');
  });
});

describe('who would move', () => {
  const before: Targeting = {
    ...{ enabled: true, prerequisites: [], defaultVariant: 'off', offVariant: 'off' },
    rules: [rule(), rule({ id: 'r2', percent: 5 })],
  };
  const units = new Map([['r1', 10_000]]);
  const words = (after: Targeting) => movesOf(before, after, units).map((move) => moveWords(move));

  it('is the share of the people that the rule met', () => {
    expect(words({ ...before, rules: [rule({ percent: 30 }), rule({ id: 'r2', percent: 5 })] })).toEqual([
      'About 500 people of the last day come into rule 1.',
    ]);
    expect(words({ ...before, rules: [rule({ id: 'r2', percent: 5 })] })).toEqual([
      'About 2,500 people of the last day leave rule 1.',
    ]);
    expect(words({ ...before, enabled: false })[0]).toBe('About 2,500 people of the last day leave rule 1.');
  });

  it('says what is not known', () => {
    const other = rule({ when: { attribute: 'country', operator: 'in', values: ['DE'] } });
    expect(words({ ...before, rules: [other, rule({ id: 'r2', percent: 6 }), rule({ id: 'r3' })] })).toEqual([
      'Rule 1 is for other people than before: how many is unknown until it is evaluated.',
      'People come into rule 2; nobody counted in the last day how many it meets.',
      'Rule 3 is new: how many people it meets is unknown until it is evaluated.',
    ]);
    expect(movesOf({ ...before, enabled: false }, { ...before, enabled: false, rules: [] }, units)).toEqual([]);
    expect(movesOf(before, { ...before, defaultVariant: 'on' }, units)).toEqual([]);
  });
});
