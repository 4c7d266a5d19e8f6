import { instantOf, type Leaf, type Operator, parseNetwork, parseVersion } from '@burgee/engine';
import type { Attribute, AttributeType } from '@burgee/server/api';
import { page } from '../text/flag-page.ts';

const t = page.conditions;

/** What an operator compares as. */
export type Comparison = keyof typeof t.groups;

export const COMPARISONS: Readonly<Record<Operator, Comparison>> = {
  in: 'text',
  starts_with: 'text',
  ends_with: 'text',
  contains: 'text',
  matches: 'text',
  num_eq: 'number',
  num_gt: 'number',
  num_gte: 'number',
  num_lt: 'number',
  num_lte: 'number',
  date_before: 'date',
  date_after: 'date',
  semver_eq: 'version',
  semver_gt: 'version',
  semver_gte: 'version',
  semver_lt: 'version',
  semver_lte: 'version',
  in_cidr: 'network',
  exists: 'any',
};

const LIKELY: Readonly<Record<AttributeType, Comparison>> = { string: 'text', boolean: 'text', number: 'number', date: 'date' };
const ORDER: readonly Comparison[] = ['text', 'number', 'date', 'version', 'network', 'any'];

/** The groups of operators, those first that suit what is known of the attribute. */
export function groupsFor(attribute: Attribute | undefined): Comparison[] {
  const likely = new Set((attribute?.types ?? []).map((type) => LIKELY[type]));
  return [...ORDER].sort((a, b) => Number(likely.has(b)) - Number(likely.has(a)));
}

/** The operator that somebody who just chose this attribute most likely wants. */
export function firstOperator(attribute: Attribute | undefined): Operator {
  const [type] = attribute?.types ?? [];
  if (type === 'number') return 'num_gte';
  return type === 'date' ? 'date_after' : 'in';
}

/** What was typed as the operator wants it; what cannot be that stays as it was typed, so that nothing is lost. */
export function typedValues(operator: Operator, typed: readonly string[]): (string | number | boolean)[] {
  if (COMPARISONS[operator] !== 'number') return [...typed];
  return typed.map((value) => (value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value));
}

/** Why the server would refuse this leaf, or null. */
export function wrongIn({ attribute, operator, values }: Leaf): { readonly attribute?: string; readonly values?: string } | null {
  if (attribute.trim() === '') return { attribute: t.wrong.attribute };
  if (operator === 'exists') return null;
  if (values.length === 0) return operator === 'in' ? null : { values: t.wrong.empty };
  for (const value of values) {
    const message = WRONG[COMPARISONS[operator]]?.(value);
    if (message) return { values: message };
  }
  return null;
}

type Check = (value: string | number | boolean) => string | null;
const WRONG: Partial<Readonly<Record<Comparison, Check>>> = {
  number: (value) => (typeof value === 'number' ? null : t.wrong.number(String(value))),
  date: (value) => (Number.isNaN(instantOf(value)) ? t.wrong.date(String(value)) : null),
  version: (value) => (typeof value === 'string' && parseVersion(value) !== null ? null : t.wrong.version(String(value))),
  network: (value) => (typeof value === 'string' && parseNetwork(value) !== null ? null : t.wrong.network(String(value))),
};

/** Whether every leaf of a condition can be saved. */
export function isWhole(condition: unknown): boolean {
  if (condition === undefined || condition === null || typeof condition !== 'object') return true;
  if ('all' in condition || 'any' in condition)
    return (('all' in condition ? condition.all : condition.any) as unknown[]).every(isWhole);
  if ('not' in condition) return isWhole(condition.not);
  if ('opaque' in condition) return true;
  return wrongIn(condition as Leaf) === null;
}
