import type { AuditRecord, Flag } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import type { Targeting } from '../src/api/changes.ts';
import { saidOf as saidBy } from '../src/audit/said.ts';
import { ruleIdsIn, sideLines } from '../src/audit/side-lines.ts';
import { detailsOf, patchOf, rebased } from '../src/flags/details.ts';
import { revertFlag, revertible, revertState } from '../src/flags/history/revert.ts';
import { saidOf } from '../src/flags/history/said.ts';
import { merge } from '../src/flags/merge.ts';
import { movesOf, moveWords } from '../src/flags/movers.ts';
import { notUnderstood } from '../src/flags/not-understood.ts';
import { flag, plain, rule } from './flag-rows.ts';
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

describe('what will not understand a change', () => {
  const base: Targeting = { enabled: true, prerequisites: [], rules: [rule()], defaultVariant: 'off', offVariant: 'off' };
  const attribute = (name: string, reportedAt: number | null) => ({ name, reportedAt, types: [] });
  const known = { attributes: [attribute('country', 1), attribute('companyId', null)], access: new Map() };
  const country = { attribute: 'country', operator: 'in', values: ['DE'] } as const;
  const edit = (after: Partial<Targeting>, access: Flag['browserAccess'] = 'none', before: Partial<Targeting> = {}) => ({
    ...{ access, before: { ...base, ...before }, after: { ...base, ...after } },
  });

  it('are attributes that no application sends, once, in conditions and as units', () => {
    const when = { all: [country, { not: { any: [{ attribute: 'beta', operator: 'exists', values: [] } as const] } }] };
    const rules = [rule(), rule({ id: 'r2', when, by: 'companyId' }), rule({ id: 'r3', by: 'beta' })];
    expect(notUnderstood(edit({ rules }), known)).toEqual([
      'Applications with Burgee’s SDK: rule 2 looks at “beta” and “companyId”, which none here has sent. It decides as if nobody had it.',
    ]);
    // what was so before is nothing of this change, unless the flag was off
    expect(notUnderstood(edit({ rules }, 'none', { rules }), known)).toEqual([]);
    expect(notUnderstood(edit({ rules }, 'none', { rules, enabled: false }), known)).toHaveLength(1);
    expect(notUnderstood(edit({ rules, enabled: false }), known)).toEqual([]);
  });

  it('are none where all is known to be sent, or nothing is known', () => {
    const rules = [rule({ when: country, serve: { split: { by: 'random', weights: [{ variant: 'on', weight: 1000 }] } } })];
    expect(notUnderstood(edit({ rules }), known)).toEqual([]);
    const looks = edit({ rules: [rule({ by: 'companyId' })] });
    expect(notUnderstood(looks, { attributes: undefined, access: undefined })).toEqual([]);
    expect(notUnderstood(looks, { ...known, attributes: [attribute('companyId', null)] })).toEqual([]);
    expect(notUnderstood(looks, known)).toHaveLength(1);
  });

  it('are pages, where they may not have what it needs, or keep what was drawn', () => {
    const needs = { prerequisites: ['a', 'b'].map((flag) => ({ flag, variants: ['on'] })) };
    const access = new Map([
      ['a', 'rules'],
      ['b', 'values'],
    ] as const);
    const told = notUnderstood(edit(needs, 'rules'), { ...known, access });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('may not have the rules of b, so they get the off variant');
    for (const seen of ['none', 'values'] as const) expect(notUnderstood(edit(needs, seen), { ...known, access })).toEqual([]);
    const random = { rules: [rule({ by: 'random' })] };
    expect(notUnderstood(edit(random, 'values'), known)).toHaveLength(1);
    expect(notUnderstood(edit(random, 'rules'), known)).toEqual([]);
    expect(notUnderstood(edit({ rules: [rule({ by: 'random', percent: 100 })] }, 'values'), known)).toEqual([]);
  });
});

describe('an entry of the audit', () => {
  const when = { attribute: 'country', operator: 'in', values: ['DE'] } as const;
  const sides = {
    before: { rules: [rule({ id: 'XyZ', percent: 5, when })] },
    after: { rules: [rule({ id: 'XyZ', percent: 7, when }), rule({ id: 'new', title: 'Staff' })], enabled: true },
  };
  const told = (side: unknown) => sideLines(side)?.map(({ text, id }) => [plain(text), id]);

  it('tells what a flag serves in the page’s own sentences, each rule with its id', () => {
    expect(told(sides.before)).toEqual([['5 % by user of everyone whose country is DE → on', 'XyZ']]);
    expect(told(sides.after)).toEqual([
      ['On', undefined],
      ['7 % by user of everyone whose country is DE → on', 'XyZ'],
      ['“Staff”: 25 % by user → on', 'new'],
    ]);
    expect(ruleIdsIn(sides.before, sides.after)).toEqual(['XyZ', 'XyZ', 'new']);
    expect(
      told({ killed: { by: 'a', at: 1, reason: 'INC-1' }, prerequisites: [{ flag: 'b', variants: ['on', 'beta'] }] }),
    ).toEqual([
      ['Killed: INC-1', undefined],
      ['Needs b to serve on, beta', undefined],
    ]);
  });

  it('is left as it is stored where it is about anything else, or was cut', () => {
    for (const side of [null, 'x', [1], { percent: 5 }, { rules: [], name: 'A' }, { rules: { leftOut: '40000 characters' } }])
      expect(sideLines(side)).toBeNull();
    expect(sideLines({ rules: [] })).toEqual([]);
  });

  it('says whom a rule is for where it was written with an id, and nothing else where it was not', () => {
    const summary = 'a in production: rule XyZ 5 % → 7 %; rule new added at 25 %; rule gone removed.';
    expect(plain(saidBy({ ...sides, summary }))).toBe(
      'a in production: the rule for everyone whose country is DE 5 % → 7 %; the rule for everyone added at 25 %; rule gone removed.',
    );
    const now = 'a in production: rule 1: 5 % → 7 %.';
    expect(saidBy({ ...sides, summary: now })).toBe(now);
  });
});
