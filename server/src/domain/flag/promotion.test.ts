import { describe, expect, it } from 'vitest';
import { type Promotion, promote, promoted, promotionOrder } from './promotion.ts';
import { around, BY, flagOf, refusalOf, ruleOf, stateOf, subjectOf } from './testing-state.ts';

const flag = flagOf();
const staging = (more = {}) => stateOf(flag, { environment: 'staging', enabled: true, ...more });
const when = { attribute: 'country', operator: 'in' as const, values: ['DE'] };

describe('what a flag serves once it is promoted', () => {
  it('is what the source serves, but never its kill', () => {
    const killed = { by: 'Ada', at: 1, reason: 'x' };
    const source = staging({ killed, rules: [ruleOf({ id: 's1', percent: 25 })], defaultVariant: 'on' });
    expect(promoted(source, stateOf(flag), 'source')).toEqual({
      enabled: true,
      prerequisites: [],
      rules: [ruleOf({ id: 's1', percent: 25 })],
      defaultVariant: 'on',
      offVariant: 'off',
    });
  });

  it('keeps the ids of rules that are there already, by their id first and then by what they say', () => {
    const source = staging({ rules: [ruleOf({ id: 'a', when }), ruleOf({ id: 'b', percent: 50, title: 'Half' })] });
    const target = stateOf(flag, { rules: [ruleOf({ id: 'own', percent: 5 }), ruleOf({ id: 'a', percent: 1 })] });
    expect(promoted(source, target, 'source').rules?.map(({ id, percent }) => [id, percent])).toEqual([
      ['a', 10],
      ['own', 50],
    ]);
  });

  it('has the target’s percents where these are wanted, and 0 % for what is new there', () => {
    const source = staging({ rules: [ruleOf({ id: 'a', percent: 100 }), ruleOf({ id: 'b', when, percent: 100 })] });
    const target = stateOf(flag, { rules: [ruleOf({ id: 'own', percent: 2.5 })] });
    expect(promoted(source, target, 'target').rules?.map(({ id, percent }) => [id, percent])).toEqual([
      ['own', 2.5],
      ['b', 0],
    ]);
  });
});

describe('a promotion', () => {
  const menu = flagOf({ key: 'menu' });
  const needs = [{ flag: 'menu', variants: ['on'] }];
  const both: Promotion[] = [
    {
      source: { version: 2, entity: staging({ prerequisites: needs, rules: [ruleOf()] }) },
      target: subjectOf(flag),
    },
    {
      source: { version: 3, entity: stateOf(menu, { environment: 'staging', enabled: true, rules: [ruleOf({ percent: 100 })] }) },
      target: subjectOf(menu),
    },
  ];
  const here = around([flag, menu], [stateOf(flag), stateOf(menu)]);

  it('moves one environment once, with an entry for each flag that says where it comes from', () => {
    const change = promote(both, 'source', here, BY);
    expect(change?.environments).toEqual([{ project: 'shop', environment: 'production' }]);
    const put = change?.writes.map((write) => ('put' in write ? write.put : 'removed'));
    expect(put?.filter((kind) => kind === 'environment')).toHaveLength(1);
    expect(put?.filter((kind) => kind === 'state')).toHaveLength(2);
    expect(change?.audit.map(({ action, object, summary }) => [action, object, summary.endsWith('; as in staging.')])).toEqual([
      ['state.promoted', 'flag/checkout', true],
      ['state.promoted', 'flag/menu', true],
    ]);
  });

  it('is nothing where it is so already', () => {
    const same: Promotion = {
      source: { version: 2, entity: staging({ enabled: false }) },
      target: subjectOf(flag),
    };
    expect(promote([same], 'source', here, BY)).toBeNull();
  });

  it('is refused as the same edit by hand would be, and says of which flag', () => {
    const unknown = staging({ rules: [ruleOf({ segments: [{ segment: 'gone' }] })] });
    const promotion: Promotion = { source: { version: 1, entity: unknown }, target: subjectOf(flag) };
    const refusal = refusalOf(() => promote([promotion], 'source', here, BY));
    expect([refusal.code, refusal.fields]).toEqual(['invalid', ['rules[0].segments[0].segment']]);
    expect(() => promote([promotion], 'source', here, BY)).toThrow(/^checkout: /);
  });

  it('does not make a cycle with what is not promoted', () => {
    const back = stateOf(menu, { prerequisites: [{ flag: 'checkout', variants: ['on'] }] });
    const alone = around([flag, menu], [stateOf(flag), back]);
    expect(refusalOf(() => promote(both.slice(0, 1), 'source', alone, BY)).fields).toEqual(['prerequisites[0].flag']);
    expect(refusalOf(() => promote(both, 'source', alone, BY)).code).toBe('accepted');
  });

  it('takes what is needed along, each once, also in a circle', () => {
    const state = (key: string, ...wanted: string[]) =>
      stateOf(flagOf({ key }), { prerequisites: wanted.map((one) => ({ flag: one, variants: ['on'] })) });
    const sources = new Map([state('a', 'b', 'c'), state('b', 'c', 'a'), state('c')].map((one) => [one.flag, one]));
    expect(promotionOrder('a', sources)).toEqual(['a', 'b', 'c']);
    expect(promotionOrder('c', sources)).toEqual(['c']);
  });
});
