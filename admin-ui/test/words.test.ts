import type { Flag } from '@burgee/server/api';
import { describe, expect, it, vi } from 'vitest';
import type { NewRule, Targeting } from '../src/api/changes.ts';
import { createRefresher, shownBy } from '../src/app/live.ts';
import { flagFilter, pathOfOurs } from '../src/app/search-params.ts';
import { difference, headline } from '../src/flags/difference.ts';
import { keyFrom, variantsFrom } from '../src/flags/new-flag.ts';
import { sees } from '../src/flags/sees.ts';
import { sent } from '../src/flags/targeting.ts';
import { conditionWords, reachPercent, ruleWords } from '../src/flags/words.ts';
import { FAILURES } from '../src/rollouts/measures.ts';
import { ceilingOf, seriesOf, wilson } from '../src/rollouts/rates.ts';
import { duration, odds, percent } from '../src/text/format.ts';

const rule = (more: Partial<NewRule> = {}): NewRule => ({
  id: 'r1',
  percent: 25,
  by: 'default',
  serve: { variant: 'on' },
  ...more,
});
const off: Targeting = { enabled: false, prerequisites: [], rules: [], defaultVariant: 'off', offVariant: 'off' };
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('words', () => {
  it('say a change in one line', () => {
    expect(plain(headline('production', off, { ...off, enabled: true, rules: [rule()] }))).toBe(
      'production: off → on for 25 % by user',
    );
    const on = { ...off, enabled: true, rules: [rule({ percent: 10 })] };
    expect(plain(headline('production', on, { ...on, rules: [rule()] }))).toBe('production: 10 % by user → 25 % by user');
    expect(plain(headline('production', on, { ...on, enabled: false }))).toBe('production: on for 10 % by user → off');
  });

  it('read nested conditions as they are evaluated', () => {
    const country = { attribute: 'country', operator: 'in', values: ['DE', 'AT'] } as const;
    const seats = { attribute: 'seats', operator: 'num_gt', values: [10], negate: true } as const;
    expect(conditionWords({ all: [country, { any: [seats, { not: country }] }] })).toBe(
      'country is DE or AT and (seats is not > 10 or not (country is DE or AT))',
    );
    expect(plain(ruleWords(rule({ when: country, percent: 2.007 })))).toBe(
      '2.007 % by user of everyone whose country is DE or AT → on',
    );
  });

  it('tell who sees what, the killed and the rest included', () => {
    const on = { ...off, enabled: true, rules: [rule()] };
    expect(sees(on).lines.map(({ who, what }) => plain(`${who}: ${what}`))).toEqual(['25 % by user: on', 'everyone else: off']);
    expect(sees({ ...on, killed: { by: 'a', at: 0, reason: '' } }).lines).toEqual([{ who: 'everyone', what: 'off' }]);
    expect(reachPercent({ ...on, rules: [rule(), rule({ id: 'r2' })] })).toBeNull();
  });

  it('list every difference once', () => {
    const before = { ...off, rules: [rule(), rule({ id: 'r2', percent: 5 })] };
    const after = { ...before, defaultVariant: 'on', rules: [rule({ id: 'r2', percent: 6 }), rule({ id: 'new:1', percent: 1 })] };
    expect(difference(before, after).map(plain)).toEqual([
      'Rule 1: 5 % → 6 % by user',
      'Rule 2 is new: 1 % by user → on',
      'Rule 1 goes: 25 % by user → on',
      'Everyone else: off → on',
    ]);
    expect(difference(before, before)).toEqual([]);
  });
});

describe('what is sent', () => {
  it('leaves out names of new rules and empty parts', () => {
    const [made] = sent({ ...off, rules: [rule({ id: 'new:abc', title: '', when: { all: [] }, segments: [] })] }).rules;
    expect(made).toEqual({ percent: 25, by: 'default', serve: { variant: 'on' } });
  });

  it('makes keys and variants from what people type', () => {
    expect(keyFrom('  Café: neue Kasse! ')).toBe('cafe-neue-kasse');
    expect(variantsFrom('off = 0\nhigh = 100', 'number')).toEqual([
      { key: 'off', value: 0 },
      { key: 'high', value: 100 },
    ] satisfies Flag['variants']);
    expect(variantsFrom('off = zero\nhigh = 1', 'number')).toBeNull();
    expect(variantsFrom('only = 1', 'number')).toBeNull();
  });
});

describe('numbers', () => {
  it('are honest about few people', () => {
    expect(wilson({ units: 0, errors: 0 })).toEqual({ low: 0, high: 1 });
    expect(wilson({ units: 10, errors: 0 }).high).toBeGreaterThan(0.25);
    expect(plain(odds(Math.log(1000)))).toBe('1,000 : 1');
    expect(odds(-3)).toBe('none yet');
    expect(plain(percent(2.007))).toBe('2.007 %');
    expect(plain(duration(125_000))).toBe('2 min 5 s');
  });

  it('gather batches until a point stands for enough people, and lose nobody', () => {
    const rows = Array.from({ length: 200 }, (_, seq) => ({
      ...{ seq, at: seq * 1000, stage: 0, percent: seq < 100 ? 1 : 5, stratum: 'shop', w: 0.01, lnM: 0, lnS: 0 },
      ...{ n1: 7, e1: seq % 10 === 0 ? 1 : 0, n0: 500, e0: 5, client: false },
      ...{ seen1: 0, seen0: 0, wanted: 0.01, slow: [] },
    }));
    const forged = rows.map((row) => ({ ...row, n1: 900, e1: 900, client: true }));
    const series = seriesOf([...rows, ...forged], FAILURES);
    expect(seriesOf(forged, FAILURES)).toBeNull();
    expect(series?.treatment.reduce((sum, { units }) => sum + units, 0)).toBe(1400);
    expect(series?.treatment.every(({ units }) => units >= 100)).toBe(true);
    expect(series?.control.length).toBeLessThanOrEqual(50);
    expect(series?.steps.map((step) => step.percent)).toEqual([1, 5]);
    expect(ceilingOf(series?.control ?? [])).toBeCloseTo(0.016);
    expect(seriesOf([], FAILURES)).toBeNull();
  });

  it('and nonsense in an address are survived', () => {
    expect(flagFilter({ q: 123, kind: { a: 1 }, tag: '', archived: 'yes' })).toEqual({ q: '123' });
    expect(['//host/', '/\\host', 'https://host', '/flags?a=1', 7].map(pathOfOurs)).toEqual([
      ...Array(3),
      '/flags?a=1',
      undefined,
    ]);
  });

  it('know which lists show an object', () => {
    expect(shownBy('state/default/production/checkout')).toContainEqual(['flag', 'default', 'checkout']);
    expect(shownBy('nonsense')).toEqual([]);
  });
});

describe('events', () => {
  it('ask for each query again once, however many commits there were', () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    const refresher = createRefresher({
      invalidateQueries: async (filters) => void asked.push(JSON.stringify(filters?.queryKey)),
    });
    for (let n = 0; n < 50; n++) refresher.moved({ objects: ['batch/r1', 'rollout/default/production/r1'] });
    vi.advanceTimersByTime(5000);
    expect(asked.filter((key) => key === '["evidence"]')).toHaveLength(1);
    expect(asked).toContain('["rollout","default","production","r1"]');
    refresher.moved({ objects: ['flag/default/x'] });
    refresher.stop();
    asked.length = 0;
    vi.advanceTimersByTime(5000);
    expect(asked).toEqual([]);
    vi.useRealTimers();
  });
});
