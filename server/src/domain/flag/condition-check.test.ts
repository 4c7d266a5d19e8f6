import { OPERATORS } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { checkCondition, RULE_CONDITION, SEGMENT_CONDITION } from './condition-check.ts';

const limits = { ...RULE_CONDITION, patternOk: (pattern: string) => !pattern.includes('(?=') };

function mistakes(condition: unknown, within = limits): string[] {
  const fields: string[] = [];
  const right = checkCondition(condition, 'when', within, (field) => fields.push(field));
  expect(right).toBe(fields.length === 0);
  return fields;
}

const leaf = (operator: string, values: unknown[], more: object = {}) => ({ attribute: 'a', operator, values, ...more });
const nested = (depth: number): unknown => (depth === 0 ? leaf('exists', []) : { not: nested(depth - 1) });

describe('conditions that are accepted', () => {
  const right: unknown[] = [
    leaf('in', ['a', 1, true, '']),
    leaf('in', []),
    leaf('in', ['a'], { negate: true, ignoreCase: true }),
    leaf('starts_with', ['x']),
    leaf('matches', ['^a+$'], { ignoreCase: true }),
    leaf('num_gte', [1, 2.5, -3]),
    leaf('date_before', ['2030-01-31T09:00:00Z', 1_700_000_000_000]),
    leaf('semver_lt', ['1.2.3', '1.2.3-beta.1+build']),
    leaf('in_cidr', ['10.0.0.0/8', '2001:db8::/32', '192.168.1.1']),
    leaf('exists', []),
    { all: [] },
    { any: [{ not: leaf('in', ['a']) }, { all: [leaf('num_eq', [1])] }] },
    nested(16),
  ];
  it.each(right.map((condition) => [JSON.stringify(condition).slice(0, 80), condition]))('%s', (_, condition) => {
    expect(mistakes(condition)).toEqual([]);
  });
});

describe('conditions that are refused', () => {
  const wrong: [unknown, string[]][] = [
    [null, ['when']],
    ['x', ['when']],
    [[], ['when']],
    [{}, ['when.attribute', 'when.operator', 'when.values']],
    [leaf('within', ['a']), ['when.operator']],
    [leaf('IN', ['a']), ['when.operator']],
    [{ ...leaf('in', ['a']), percent: 3 }, ['when.percent']],
    [{ ...leaf('in', ['a']), attribute: '' }, ['when.attribute']],
    [{ ...leaf('in', ['a']), attribute: 'a\nb' }, ['when.attribute']],
    [leaf('in', [null]), ['when.values[0]']],
    [leaf('in', [{}, 'a', []]), ['when.values[0]', 'when.values[2]']],
    [leaf('in', ['x'.repeat(1_025)]), ['when.values[0]']],
    [leaf('in', ['\ud800']), ['when.values[0]']],
    [leaf('in', ['a\u0000']), ['when.values[0]']],
    [leaf('contains', ['']), ['when.values[0]']],
    [leaf('contains', []), ['when.values']],
    [leaf('num_gt', ['5']), ['when.values[0]']],
    [leaf('num_gt', [Number.POSITIVE_INFINITY]), ['when.values[0]']],
    [leaf('num_gt', [true]), ['when.values[0]']],
    [leaf('date_after', ['yesterday']), ['when.values[0]']],
    [leaf('date_after', ['2030-02-30T00:00:00Z']), ['when.values[0]']],
    [leaf('date_after', ['2030-01-31']), ['when.values[0]']],
    [leaf('semver_eq', ['v1.0.0', '1.0', 2]), ['when.values[0]', 'when.values[1]', 'when.values[2]']],
    [leaf('in_cidr', ['10.0.0.0/33', '300.1.1.1', 'fe80::/129']), ['when.values[0]', 'when.values[1]', 'when.values[2]']],
    [leaf('matches', ['a(?=b)']), ['when.values[0]']],
    [leaf('matches', ['a'.repeat(257)]), ['when.values[0]']],
    [leaf('exists', ['a']), ['when.values']],
    [leaf('num_eq', [1], { ignoreCase: true }), ['when.ignoreCase']],
    [leaf('in', ['a'], { negate: 'yes' }), ['when.negate']],
    [leaf('in', 'a' as unknown as unknown[]), ['when.values']],
    [{ opaque: { any: 'thing' } }, ['when.opaque']],
    [{ all: leaf('in', []) }, ['when.all']],
    [{ all: [], any: [] }, ['when.any']],
    [{ not: [] }, ['when.not']],
    [{ any: [leaf('in', ['a']), { not: leaf('nope', []) }] }, ['when.any[1].not.operator']],
    [nested(17), [`when${'.not'.repeat(16)}`]],
  ];
  it.each(wrong.map(([condition, fields]) => [JSON.stringify(condition).slice(0, 80), condition, fields] as const))(
    '%s',
    (_, condition, fields) => {
      expect(mistakes(condition)).toEqual(fields);
    },
  );
});

it('knows every operator of the engine', () => {
  for (const operator of OPERATORS) expect(mistakes(leaf(operator, [])).filter((field) => field === 'when.operator')).toEqual([]);
});

it('limits how much there is to evaluate', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);
  expect(mistakes(leaf('in', many(10_000)))).toEqual([]);
  expect(mistakes(leaf('in', many(10_001)))).toEqual(['when']);
  expect(mistakes({ any: [leaf('in', many(5_001)), leaf('in', many(5_000))] })).toEqual(['when']);
  const segment = { ...SEGMENT_CONDITION, patternOk: () => true };
  expect(mistakes(leaf('in', many(100_000)), segment)).toEqual([]);
  expect(mistakes(leaf('in', many(100_001)), segment)).toEqual(['when']);
  expect(mistakes({ all: Array.from({ length: 199 }, () => leaf('exists', [])) })).toEqual([]);
  expect(mistakes({ all: Array.from({ length: 200 }, () => leaf('exists', [])) })).toEqual(['when']);
});
