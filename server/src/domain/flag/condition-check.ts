import { type Condition, instantOf, type Operator, parseNetwork, parseVersion } from '@burgee/engine';
import type { Refuse } from '../mistakes.ts';
import { checkLine, isStorable } from '../text-check.ts';

/** What conditions are checked with. */
export interface ConditionLimits {
  /** Most values in all leaves together. */
  readonly values: number;
  /** Most leaves and groups together. */
  readonly parts: number;
  /** Whether RE2 compiles the pattern. */
  readonly patternOk: (pattern: string) => boolean;
}

export const RULE_CONDITION = { values: 10_000, parts: 200 };
export const SEGMENT_CONDITION = { values: 100_000, parts: 1_000 };

const DEPTH = 16;
const VALUE_LENGTH = 1_024;
const PATTERN_LENGTH = 256;

/** What one value of a leaf must be; null where it is right. */
type ValueRule = (value: unknown, limits: ConditionLimits) => string | null;

const scalar: ValueRule = (value) => {
  if (Number.isFinite(value) || typeof value === 'boolean') return null;
  if (typeof value !== 'string') return 'must be a string, number or boolean';
  if (value.length > VALUE_LENGTH) return `must be at most ${VALUE_LENGTH} characters long`;
  return isStorable(value) ? null : 'must not contain NUL or unpaired surrogates';
};
const text: ValueRule = (value, limits) =>
  typeof value !== 'string' || value === '' ? 'must be a string that is not empty' : scalar(value, limits);
const number: ValueRule = (value) => (Number.isFinite(value) ? null : 'must be a number');
const date: ValueRule = (value) =>
  Number.isNaN(instantOf(value))
    ? 'must be an RFC 3339 time with its offset, as in "2030-01-31T09:00:00Z", or milliseconds since 1970'
    : null;
const semver: ValueRule = (value) =>
  typeof value === 'string' && parseVersion(value) !== null
    ? null
    : 'must be a semantic version, as in "1.4.0" or "2.0.0-beta.1"';
const cidr: ValueRule = (value) =>
  typeof value === 'string' && parseNetwork(value) !== null
    ? null
    : 'must be an IP address or network, as in "10.0.0.0/8" or "2001:db8::/32"';
const pattern: ValueRule = (value, { patternOk }) => {
  if (typeof value !== 'string' || value === '' || value.length > PATTERN_LENGTH)
    return `must be a regular expression of 1 to ${PATTERN_LENGTH} characters`;
  if (!isStorable(value)) return 'must not contain NUL or unpaired surrogates';
  return patternOk(value) ? null : 'must be a regular expression of RE2: no look-around, no backreferences';
};

const VALUES: Readonly<Record<Operator, ValueRule | null>> = {
  in: scalar,
  starts_with: text,
  ends_with: text,
  contains: text,
  matches: pattern,
  num_eq: number,
  num_gt: number,
  num_gte: number,
  num_lt: number,
  num_lte: number,
  date_before: date,
  date_after: date,
  semver_eq: semver,
  semver_gt: semver,
  semver_gte: semver,
  semver_lt: semver,
  semver_lte: semver,
  in_cidr: cidr,
  exists: null,
};
const OPERATORS: ReadonlyMap<unknown, ValueRule | null> = new Map(Object.entries(VALUES));
const CASED: ReadonlySet<unknown> = new Set(['in', 'starts_with', 'ends_with', 'contains', 'matches'] satisfies Operator[]);

/** Notes everything that keeps a value from being a condition that evaluation understands in all its parts. */
export function checkCondition(value: unknown, at: string, limits: ConditionLimits, refuse: Refuse): value is Condition {
  const left = { parts: limits.parts, values: limits.values };
  let right = true;
  const wrong: Refuse = (field, message) => {
    right = false;
    refuse(field, message);
  };
  visit(value, at, 0);
  if (left.parts < 0) wrong(at, `must have at most ${limits.parts} conditions and groups`);
  if (left.values < 0) wrong(at, `must have at most ${limits.values} values; use a segment for long lists`);
  return right;

  function visit(part: unknown, path: string, depth: number): void {
    if (--left.parts < 0) return;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) {
      wrong(path, SHAPES);
      return;
    }
    const fields = new Map<string, unknown>(Object.entries(part));
    const kind = ['all', 'any', 'not', 'opaque'].find((key) => fields.has(key));
    if (kind === undefined) leaf(fields, path);
    else if (kind === 'opaque') wrong(`${path}.opaque`, 'only an import may bring what Burgee does not understand');
    else if (depth >= DEPTH) wrong(path, `must be nested at most ${DEPTH} groups deep`);
    else group(kind, fields, path, depth + 1);
  }

  function group(kind: string, fields: ReadonlyMap<string, unknown>, path: string, depth: number): void {
    for (const key of fields.keys()) if (key !== kind) wrong(`${path}.${key}`, `must not stand beside "${kind}"`);
    const inner = fields.get(kind);
    if (kind === 'not') visit(inner, `${path}.not`, depth);
    else if (!Array.isArray(inner)) wrong(`${path}.${kind}`, 'must be a list of conditions');
    else for (const [index, child] of inner.entries()) visit(child, `${path}.${kind}[${index}]`, depth);
  }

  function leaf(fields: ReadonlyMap<string, unknown>, path: string): void {
    for (const key of fields.keys()) if (!LEAF.has(key)) wrong(`${path}.${key}`, `unknown field; ${SHAPES}`);
    const attribute = fields.get('attribute');
    if (typeof attribute !== 'string') wrong(`${path}.attribute`, "must be the attribute's name");
    else checkLine(attribute, `${path}.attribute`, { min: 1, max: 100 }, wrong);
    for (const key of ['negate', 'ignoreCase'])
      if (fields.has(key) && typeof fields.get(key) !== 'boolean') wrong(`${path}.${key}`, 'must be true or false');
    const operator = fields.get('operator');
    const rule = OPERATORS.get(operator);
    if (rule === undefined) wrong(`${path}.operator`, `must be one of ${[...OPERATORS.keys()].join(', ')}`);
    else if (fields.get('ignoreCase') === true && !CASED.has(operator))
      wrong(`${path}.ignoreCase`, `must be left out: ${String(operator)} has no case`);
    const values = fields.get('values');
    if (!Array.isArray(values)) wrong(`${path}.values`, 'must be a list');
    else if (rule !== undefined) compared(values, rule, operator, path);
  }

  function compared(values: readonly unknown[], rule: ValueRule | null, operator: unknown, path: string): void {
    if (rule === null) {
      if (values.length > 0) wrong(`${path}.values`, 'must be empty: exists compares with nothing');
      return;
    }
    // a list of people may still be empty; other operators compare with something
    if (values.length === 0 && operator !== 'in') wrong(`${path}.values`, 'must have at least one value');
    left.values -= values.length;
    if (left.values < 0) return;
    for (const [index, given] of values.entries()) {
      const message = rule(given, limits);
      if (message !== null) wrong(`${path}.values[${index}]`, message);
    }
  }
}

const LEAF = new Set(['attribute', 'operator', 'values', 'negate', 'ignoreCase']);
const SHAPES = 'a condition is { attribute, operator, values, negate?, ignoreCase? }, { all: […] }, { any: […] } or { not: … }';
