import type { Flag } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import type { StateRow } from '../src/api/resources.ts';
import { lifecycleOf, servedToAll } from '../src/flags/lifecycle.ts';
import { needsRule, stepsOf } from '../src/flags/list/bulk.ts';
import { chosenRows, listRows, nextSort } from '../src/flags/list/filter.ts';
import { builtInViews, sameView } from '../src/flags/list/views.ts';
import { rangeOf } from '../src/flags/list/window.ts';
import { DAY, everyone, NOW, plain, row, rule, rules, state } from './flag-rows.ts';

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
