import { type Condition, OPERATORS, type Rule } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { MinuteRow } from '../ports.ts';
import { attributesOf } from './attributes.ts';
import type { FlagState } from './flag.ts';
import type { Segment } from './segment.ts';

const met = (name: string, minute: number, series = 'attribute'): MinuteRow => ({
  ...{ project: 'p', environment: 'e', minute, series, subject: `attribute/${name}`, sums: [1], sketch: null },
});
const state = (...rules: Partial<Rule>[]): FlagState => ({
  ...{ project: 'p', environment: 'e', flag: 'f', enabled: true, killed: null, prerequisites: [] },
  ...{ defaultVariant: 'off', offVariant: 'off' },
  rules: rules.map((rule, i) => ({ id: `r${i}`, percent: 100, by: 'default', serve: { variant: 'on' }, ...rule })),
});
const segment = (when: Condition): Segment => ({
  ...{ project: 'p', key: 's', name: 's', description: '', when, number: 1, createdAt: 0 },
});
const known = (parts: { rows?: MinuteRow[]; states?: FlagState[]; segments?: Segment[] }) =>
  attributesOf({ rows: [], states: [], segments: [], ...parts });
const typesOf = (when: unknown) => known({ states: [state({ when: when as Condition })] });
const leaf = (operator: string, ...values: unknown[]) => ({ attribute: 'a', operator, values });

describe('the attributes that an environment knows', () => {
  it('are what its SDKs met, each with its last report', () => {
    const rows = [met('plan', 60_000), met('a/b', 120_000), met('plan', 180_000), met('plan', 0), met('no', 9, 'count')];
    expect(known({ rows })).toEqual([
      { name: 'a/b', reportedAt: 120_000, types: [] },
      { name: 'plan', reportedAt: 180_000, types: [] },
    ]);
  });

  it('are what rules and segments look at, however deep, and what they bucket by', () => {
    const deep: Condition = { not: { any: [{ all: [{ attribute: 'plan', operator: 'in', values: ['pro'] }] }, { opaque: 1 }] } };
    const split = { by: 'team', weights: [{ variant: 'on', weight: 1 }] };
    const states = [state({ when: deep, by: 'company' }, { by: 'random' }, { serve: { split } })];
    const segments = [segment({ attribute: 'age', operator: 'num_gt', values: [18] })];
    expect(known({ rows: [met('age', 60_000)], states, segments })).toEqual([
      { name: 'age', reportedAt: 60_000, types: ['number'] },
      { name: 'company', reportedAt: null, types: ['string', 'number'] },
      { name: 'plan', reportedAt: null, types: ['string'] },
      { name: 'team', reportedAt: null, types: ['string', 'number'] },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['texts', leaf('in', 'pro', 'free'), ['string']],
    ['numbers', leaf('in', 1, 2.5), ['number']],
    ['the text of a number', leaf('in', '42'), ['string', 'number']],
    ['the text of no number that is written so', leaf('in', '042', '', ' 1', '1e3'), ['string']],
    ['truth values', leaf('in', true), ['boolean']],
    ['the text of one', leaf('in', 'true'), ['string', 'boolean']],
    ['a mix', leaf('in', false, 'x', 3), ['string', 'number', 'boolean']],
    ['patterns', leaf('matches', '^1'), ['string']],
    ['dates', leaf('date_after', '2030-01-01T00:00:00Z'), ['date']],
    ['versions', leaf('semver_gte', '1.2.3'), ['string']],
    ['networks', leaf('in_cidr', '10.0.0.0/8'), ['string']],
    ['presence', leaf('exists'), []],
    ['what an import brought', leaf('sounds_like', 'x'), []],
    ['two conditions', { all: [leaf('num_gt', 3), leaf('in', 'none')] }, ['string', 'number']],
  ])('compared with %s', (_, when, types) => {
    expect(typesOf(when)).toEqual([{ name: 'a', reportedAt: null, types }]);
  });

  it('have a type for every operator but exists', () => {
    const untyped = OPERATORS.filter((operator) => typesOf(leaf(operator, 'x'))[0]?.types.length === 0);
    expect(untyped).toEqual(['exists']);
  });

  it('may have the names of what every object has', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const when = { any: names.map((attribute) => ({ ...leaf('in', 'x'), attribute })) };
    expect(typesOf(when).map(({ name }) => name)).toEqual([...names].sort());
    expect(typesOf(leaf('constructor', 'x'))).toEqual([{ name: 'a', reportedAt: null, types: [] }]);
  });
});
