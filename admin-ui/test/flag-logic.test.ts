import type { AuditRecord, Flag, FlagUsage } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import type { NewRule, Targeting } from '../src/api/changes.ts';
import type { FlagRow, StateRow } from '../src/api/resources.ts';
import { snippetsOf } from '../src/flags/code.ts';
import { firstOperator, groupsFor, isWhole, typedValues, wrongIn } from '../src/flags/conditions.ts';
import { detailsOf, patchOf, rebased } from '../src/flags/details.ts';
import { confirmation } from '../src/flags/difference.ts';
import { warningsOf } from '../src/flags/find-warnings.ts';
import { revertFlag, revertible, revertState } from '../src/flags/history/revert.ts';
import { saidOf } from '../src/flags/history/said.ts';
import { lifecycleOf, servedToAll } from '../src/flags/lifecycle.ts';
import { needsRule, stepsOf } from '../src/flags/list/bulk.ts';
import { chosenRows, listRows, nextSort } from '../src/flags/list/filter.ts';
import { builtInViews, sameView } from '../src/flags/list/views.ts';
import { rangeOf } from '../src/flags/list/window.ts';
import { merge } from '../src/flags/merge.ts';
import { movesOf, moveWords } from '../src/flags/movers.ts';
import { stepOf, thousandths } from '../src/flags/percent-field.tsx';
import { placeAt } from '../src/flags/reorder.ts';
import { evenWeights, weightsOf, withBoundary, withWeight } from '../src/flags/split.ts';
import { armsOf, figuresOf } from '../src/flags/usage/figures.ts';
import { seeded } from './traffic.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const rule = (more: Partial<NewRule> = {}): NewRule => ({
  id: 'r1',
  percent: 25,
  by: 'default',
  serve: { variant: 'on' },
  ...more,
});
const flag = (more: Partial<Flag> = {}): Flag => ({
  ...{
    project: 'default',
    key: 'a',
    name: 'A',
    description: '',
    owner: null,
    tags: [],
    links: [],
    kind: 'release',
    type: 'boolean',
  },
  variants: [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ],
  ...{ browserAccess: 'none', lifetimeDays: 40, archived: false, createdAt: NOW - DAY },
  ...more,
});
const state = (environment: string, more: Partial<StateRow['state']> = {}, seen: number | null = NOW): StateRow => ({
  state: {
    ...{ project: 'default', environment, flag: 'a', enabled: true, killed: null, prerequisites: [], rules: [] },
    ...{ defaultVariant: 'off', offVariant: 'off' },
    ...more,
  },
  version: 1,
  rollout: null,
  lastEvaluated: seen,
});
const rules = (...list: NewRule[]) => ({ rules: list as StateRow['state']['rules'] });
const row = (states: StateRow[], more: Partial<Flag> = {}): FlagRow => ({ flag: flag(more), version: 1, states });
const everyone = rules(rule({ percent: 100 }));
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('where a flag stands in its life', () => {
  const life = (states: StateRow[], more: Partial<Flag> = {}) => lifecycleOf(row(states, more), NOW);
  it('follows from its states, its age and who asks for it', () => {
    const off = state('development', { enabled: false }, null);
    expect(life([off, state('production', { enabled: false }, null)])).toBe('new');
    expect(life([off, state('production', { enabled: false }, NOW - DAY)])).toBe('off');
    expect(life([state('development', everyone), state('production', { enabled: false })])).toBe('testing');
    expect(life([off, state('production', rules(rule()))])).toBe('rolling');
    expect(life([off, state('production', everyone)])).toBe('done');
    expect(life([off, state('production', everyone)], { kind: 'operational' })).toBe('live');
    expect(life([off, state('production', { ...everyone, killed: { by: 'a', at: 0, reason: '' } })])).toBe('off');
    expect(life([off, state('production', everyone)], { archived: true })).toBe('archived');
    expect(life([off, state('production', everyone)], { createdAt: NOW - 41 * DAY })).toBe('overdue');
    expect(life([off, state('production', everyone, NOW - 8 * DAY)], { createdAt: NOW - 9 * DAY })).toBe('unused');
  });

  it('is not fooled by conditions, splits and kills', () => {
    expect(servedToAll(state('p', rules(rule({ percent: 100, segments: [{ segment: 's' }] }))).state)).toBeNull();
    expect(servedToAll(state('p', rules(rule({ percent: 0 }), rule({ percent: 100 }))).state)).toBe('on');
    expect(servedToAll(state('p', { ...everyone, enabled: false }).state)).toBe('off');
  });
});

describe('the list', () => {
  const made = (key: string, more: Partial<Flag>, ...states: StateRow[]) =>
    row(states, { key, name: key.toUpperCase(), ...more });
  const all = listRows(
    [
      made('beta', { owner: 'u1', tags: ['x'], kind: 'experiment' }, state('production', rules(rule({ percent: 5 })), NOW - 5)),
      made('alpha', { tags: ['y'], createdAt: NOW - 3 }, state('production', everyone, NOW - 1)),
      made('gamma', {}, state('production', { enabled: false }, null)),
    ],
    new Map([['u1', 'Zoe']]),
    NOW,
  );
  const keys = (filter: Parameters<typeof chosenRows>[1], stars: string[] = []) =>
    chosenRows(all, filter, new Set(stars)).map((one) => one.flag.key);

  it('filters by everything at once', () => {
    expect(keys({})).toEqual(['beta', 'alpha', 'gamma']);
    expect(keys({ q: 'zo X' })).toEqual(['beta']);
    expect(keys({ kind: 'release', owner: 'none' })).toEqual(['alpha', 'gamma']);
    expect(keys({ life: 'done' })).toEqual(['alpha']);
    expect(keys({ fav: true }, ['gamma'])).toEqual(['gamma']);
    expect(keys({ tag: 'x', kind: 'release' })).toEqual([]);
  });

  it('sorts by every column, both ways, and survives nonsense', () => {
    expect(keys({ sort: 'name' })).toEqual(['alpha', 'beta', 'gamma']);
    expect(keys({ sort: '-name' })).toEqual(['gamma', 'beta', 'alpha']);
    expect(keys({ sort: 'seen' })).toEqual(['alpha', 'beta', 'gamma']);
    expect(keys({ sort: 'owner' })[0]).toBe('beta');
    expect(keys({ sort: 'in production' })).toEqual(['alpha', 'beta', 'gamma']);
    expect(keys({ sort: 'constructor' })).toEqual(['beta', 'alpha', 'gamma']);
    expect([undefined, 'name', '-name', 'kind'].map((now) => nextSort(now, 'name'))).toEqual([
      'name',
      '-name',
      undefined,
      'name',
    ]);
  });

  it('draws what is visible and some more, never beyond the end', () => {
    expect(rangeOf({ from: 0, to: 700 }, 44, 2000, 8)).toEqual({ from: 0, to: 24 });
    expect(rangeOf({ from: 44_000, to: 44_700 }, 44, 2000, 8)).toEqual({ from: 992, to: 1024 });
    expect(rangeOf({ from: 87_300, to: 88_000 }, 44, 2000, 8).to).toBe(2000);
    expect(rangeOf({ from: -500, to: 100 }, 44, 0, 8)).toEqual({ from: 0, to: 0 });
  });

  it('knows a view by what it filters, whatever else the address says', () => {
    expect(builtInViews('u1').filter(({ filter }) => sameView(filter, { owner: 'u1', new: true, q: undefined }))).toHaveLength(1);
  });

  it('says for every chosen flag what a change does to it, or why nothing', () => {
    const off = row([state('production', { enabled: false })], { key: 'off' });
    const killed = row([state('production', { killed: { by: 'a', at: 0, reason: '' } })], { key: 'killed' });
    const on = row([state('production', rules(rule()))], { key: 'on' });
    const steps = stepsOf([off, killed, on], { kind: 'on', environment: 'production', percent: 10 });
    expect(steps.map(({ lines }) => plain(lines.join('; ')))).toEqual([
      'production: off → on for 10 % by user; Rule 1 is new: 10 % by user → on',
      'is killed: restore it first',
      'is so already',
    ]);
    expect(steps.map(({ run }) => run !== null)).toEqual([true, false, false]);
    expect([off, on].map((one) => needsRule(one, 'production'))).toEqual([true, false]);
    const tagged = row([], { tags: ['a', 'b'] });
    expect(stepsOf([tagged], { kind: 'tags', add: ['b', 'c'], remove: ['a'] })[0]?.lines).toEqual(['+ #c   − #a']);
  });
});

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

describe('a split', () => {
  it('always makes 1000, whatever is done to it', () => {
    const random = seeded(3);
    for (let n = 0; n < 500; n++) {
      const count = 2 + Math.floor(random() * 6);
      let weights = evenWeights(count);
      for (let k = 0; k < 8; k++) {
        const at = Math.floor(random() * count);
        weights =
          random() < 0.5
            ? withWeight(weights, at, (random() - 0.1) * 1200)
            : withBoundary(weights, Math.min(at, count - 2), (random() - 0.5) * 1500);
        expect(weights.reduce((all, weight) => all + weight, 0)).toBe(1000);
        expect(weights.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
      }
    }
  });

  it('keeps the others in their proportions, and scales what an import brought', () => {
    expect(withWeight([500, 300, 200], 0, 0)).toEqual([0, 600, 400]);
    expect(withWeight([1000, 0, 0], 0, 400)).toEqual([400, 300, 300]);
    expect(withBoundary([500, 500], 0, 10)).toEqual([510, 490]);
    expect(
      weightsOf(
        {
          weights: [
            { variant: 'a', weight: 1 },
            { variant: 'b', weight: 2 },
          ],
        },
        ['a', 'b'],
      ),
    ).toEqual([333, 667]);
  });
});

describe('editors', () => {
  const key = (name: string, more: object = {}) => stepOf({ key: name, shiftKey: false, altKey: false, ...more });
  it('move a percent by thousandths with keys', () => {
    expect([
      key('ArrowUp'),
      key('ArrowLeft', { shiftKey: true }),
      key('ArrowRight', { altKey: true }),
      key('PageUp'),
      key('a'),
    ]).toEqual([1, -0.1, 0.001, 10, null]);
    expect([thousandths(2.0069999), thousandths(101), thousandths(-1)]).toEqual([2.007, 100, 0]);
  });

  it('know what an operator wants, and what suits an attribute', () => {
    expect(typedValues('num_gt', ['10', 'ten', ''])).toEqual([10, 'ten', '']);
    expect(wrongIn({ attribute: 'a', operator: 'num_gt', values: ['ten'] })?.values).toContain('“ten” is not a number');
    expect(wrongIn({ attribute: 'a', operator: 'in_cidr', values: ['10.0.0.0/8', '10.0.0.300'] })?.values).toContain(
      '10.0.0.300',
    );
    expect(wrongIn({ attribute: 'a', operator: 'semver_gt', values: ['1.2.3'] })).toBeNull();
    expect(wrongIn({ attribute: 'a', operator: 'date_after', values: ['tomorrow'] })?.values).toContain('tomorrow');
    expect(isWhole({ all: [{ not: { any: [{ attribute: '', operator: 'in', values: [] }] } }] })).toBe(false);
    expect(isWhole({ all: [{ attribute: 'a', operator: 'exists', values: [] }] })).toBe(true);
    const seats = { name: 'seats', reportedAt: null, types: ['number'] } as const;
    expect([groupsFor(seats)[0], firstOperator(seats), firstOperator(undefined)]).toEqual(['number', 'num_gte', 'in']);
  });

  it('put a dragged rule where the hand lets it go', () => {
    const boxes = [0, 50, 100].map((top) => ({ top, height: 50 }));
    expect([10, 60, 80, 500, -5].map((y) => placeAt(y, boxes, 0))).toEqual([0, 0, 1, 2, 0]);
    expect(placeAt(10, boxes, 2)).toBe(0);
  });

  it('say one thing first in a confirmation', () => {
    const two: Targeting = {
      ...{ enabled: true, prerequisites: [], defaultVariant: 'off', offVariant: 'off' },
      rules: [rule(), rule({ id: 'r2', percent: 5 })],
    };
    const one = confirmation('production', two, { ...two, rules: [rule({ percent: 30 }), rule({ id: 'r2', percent: 5 })] });
    expect([plain(one.head), one.lines]).toEqual(['production: Rule 1: 25 % → 30 % by user', []]);
    expect(confirmation('production', two, { ...two, rules: [], defaultVariant: 'on' }).head).toBe('production: 3 changes');
    expect(plain(confirmation('p', two, { ...two, enabled: false }).head)).toBe('p: on for 25 % by user and 5 % by user → off');
  });
});

describe('what is asked for', () => {
  const usage: FlagUsage = {
    ...{ from: 0, to: 180_000, lastEvaluated: 120_000 },
    minutes: [
      {
        minute: 0,
        counts: [
          { rule: 'r1', variant: 'on', count: 25 },
          { rule: null, variant: 'off', count: 75 },
        ],
      },
      { minute: 120_000, counts: [{ rule: null, variant: 'gone', count: 4 }] },
    ],
    day: { from: 0, counts: [{ rule: 'old', variant: 'on', count: 9 }], units: [{ rule: 'r1', units: 40 }] },
  };

  it('has a bar for every minute, and loses no variant', () => {
    const { variants, bars, total, most } = figuresOf(usage, ['on', 'off']);
    expect(variants).toEqual(['on', 'off', 'gone']);
    expect(bars.map((bar) => bar.counts)).toEqual([
      [25, 75, 0],
      [0, 0, 0],
      [0, 0, 4],
    ]);
    expect([total, most]).toEqual([104, 100]);
  });

  it('is told by rule, with the share that it took of what came as far', () => {
    const arms = armsOf(usage, [rule(), rule({ id: 'r2', segments: [{ segment: 's' }] })]);
    expect(arms.map(({ rule: id, n }) => [id, n])).toEqual([
      ['r1', 1],
      ['r2', 2],
      ['old', null],
      [null, null],
    ]);
    expect(arms[0]).toMatchObject({ hour: 25, people: 40, wanted: 25 });
    expect(arms[0]?.took).toBeCloseTo(25 / 104);
    expect(arms[1]?.took).toBeNull();
  });
});

describe('a flag’s page', () => {
  const about = (one: StateRow, more: Partial<Flag> = {}) =>
    warningsOf({
      flag: flag(more),
      row: one,
      flags: [row([state('production', everyone)], { key: 'b' })],
      segments: new Set(['s']),
      now: NOW,
    });

  it('warns of what nobody would guess', () => {
    expect(about(state('production', everyone))).toEqual([]);
    expect(about(state('production', {}))[0]).toContain('gives nobody anything but the off variant');
    expect(about(state('production', rules(rule({ percent: 100 }), rule({ id: 'r2' }))))[0]).toContain('Rule 1 takes everybody');
    expect(about(state('production', { ...everyone, prerequisites: [{ flag: 'b', variants: ['blue'] }] }))[0]).toContain(
      'serves “on” here',
    );
    expect(about(state('production', { ...everyone, prerequisites: [{ flag: 'zz', variants: ['on'] }] }))[0]).toContain(
      'zz, which does not exist',
    );
    expect(about(state('production', rules(rule({ segments: [{ segment: 'lost' }] }))))[0]).toContain('segment lost');
    expect(about(state('production', everyone), { archived: true })).toHaveLength(1);
  });

  it('has code for every SDK with this key and type', () => {
    const odd = flag({
      key: "it's",
      type: 'json',
      variants: [
        { key: 'off', value: { a: 1 } },
        { key: 'on', value: [] },
      ],
    });
    const all = snippetsOf(odd, { url: 'https://flags.example.com', environment: 'production', offVariant: 'off' });
    expect(all.map(({ name }) => name)).toEqual(['node', 'browser', 'react', 'openfeature', 'curl', 'cli']);
    const [node, , , openfeature, curl, cli] = all.map(({ code }) => code);
    expect(node).toContain(`flags.json('it\\'s', { targetingKey: user.id }, {"a":1})`);
    expect(openfeature).toContain(`getObjectValue('it\\'s', {"a":1}`);
    expect(curl).toContain('/evaluate/flags/it');
    expect(cli).toContain(`burgee flags kill 'it'\\''s'`);
  });
});
