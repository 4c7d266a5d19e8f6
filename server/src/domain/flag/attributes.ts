import type { Condition, Leaf, Operator, Rule } from '@burgee/engine';
import type { MinuteRow } from '../ports.ts';
import type { FlagState } from './flag.ts';
import type { Segment } from './segment.ts';

/** What an attribute's value, or an element of its list, must be for a condition to hold. `date`: what `instantOf` reads. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'date';

/** An attribute of contexts, as one environment knows it. */
export interface Attribute {
  readonly name: string;
  /** Start of the minute (hour, after two days) of the last report of it, ms; a process reports a name once. Null: no SDK met it. */
  readonly reportedAt: number | null;
  /** What rules and segments compare it with, in a fixed order; empty where none does. */
  readonly types: readonly AttributeType[];
}

const ORDER: readonly AttributeType[] = ['string', 'number', 'boolean', 'date'];
/** Values of `by` that name no attribute. */
const NO_ATTRIBUTE: ReadonlySet<string> = new Set(['default', 'random']);
const PREFIX = 'attribute/';

type Read = (values: Leaf['values']) => readonly AttributeType[];
const always =
  (...types: AttributeType[]): Read =>
  () =>
    types;

/** The engine compares as text: the text of a number or a truth value is met by the value itself too. */
const scalar: Read = (values) =>
  values.flatMap((value): AttributeType[] => {
    if (typeof value !== 'string') return [typeof value as 'number' | 'boolean'];
    if (value === 'true' || value === 'false') return ['string', 'boolean'];
    return value !== '' && String(Number(value)) === value ? ['string', 'number'] : ['string'];
  });

const TYPES: Readonly<Record<Operator, Read>> = {
  in: scalar,
  starts_with: always('string'),
  ends_with: always('string'),
  contains: always('string'),
  matches: always('string'),
  num_eq: always('number'),
  num_gt: always('number'),
  num_gte: always('number'),
  num_lt: always('number'),
  num_lte: always('number'),
  date_before: always('date'),
  date_after: always('date'),
  semver_eq: always('string'),
  semver_gt: always('string'),
  semver_gte: always('string'),
  semver_lt: always('string'),
  semver_lte: always('string'),
  in_cidr: always('string'),
  exists: always(),
};

/** Every attribute that SDKs of an environment met, or that its rules or the project's segments look at, by name. */
export function attributesOf(environment: {
  /** Its minute rows; those of other series are passed over. */
  readonly rows: readonly MinuteRow[];
  readonly states: readonly FlagState[];
  readonly segments: readonly Segment[];
}): Attribute[] {
  const found = new Map<string, { reportedAt: number | null; readonly types: Set<AttributeType> }>();
  const at = (name: string) => {
    const known = found.get(name) ?? { reportedAt: null, types: new Set() };
    found.set(name, known);
    return known;
  };
  for (const { series, subject, minute } of environment.rows) {
    if (series !== 'attribute') continue;
    const known = at(subject.slice(PREFIX.length));
    known.reportedAt = Math.max(minute, known.reportedAt ?? minute);
  }
  const look = ({ attribute, operator, values }: Leaf): void => {
    const { types } = at(attribute);
    for (const type of Object.hasOwn(TYPES, operator) ? TYPES[operator](values ?? []) : []) types.add(type);
  };
  for (const { when } of environment.segments) leavesOf(when).forEach(look);
  for (const rule of environment.states.flatMap(({ rules }) => rules)) {
    if (rule.when !== undefined) leavesOf(rule.when).forEach(look);
    for (const name of unitsOf(rule)) at(name).types.add('string').add('number');
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { reportedAt, types }]) => ({ name, reportedAt, types: ORDER.filter((type) => types.has(type)) }));
}

function leavesOf(condition: Condition): readonly Leaf[] {
  if ('opaque' in condition) return [];
  if ('attribute' in condition) return [condition];
  if ('not' in condition) return leavesOf(condition.not);
  return ('all' in condition ? condition.all : condition.any).flatMap(leavesOf);
}

/** The attributes that a rule buckets by. */
function unitsOf({ by, serve }: Rule): string[] {
  const names = 'split' in serve ? [by, serve.split.by ?? by] : [by];
  return names.filter((name) => !NO_ATTRIBUTE.has(name));
}
