import { FlagError } from './flag-error.ts';
import { compileOperator } from './operators.ts';
import type { RegexCompiler } from './regex.ts';
import { isInTexts, type ValueTest } from './text-operators.ts';
import type { Condition, Leaf } from './types.ts';

/** Attributes by name. Reading one may throw: contexts are anybody's objects. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The time and the dice of one evaluation, asked for only where a rule needs them. Both answer the same all through it. */
export interface Moment {
  /** ms since the epoch; stands in for a `currentTime` that the context lacks. */
  now(): number;
  /** From 0 up to 1; decides where a rule buckets at random. */
  draw(): number;
}

// kinds of tests: up to SITES, a leaf whose attribute is read at the place of that number
const SITES = 8;
const GUARDED = 9;
const TIME = 10;
const EXISTS = 11;
const ALL = 12;
const ANY = 13;

/**
 * A compiled condition, as data of one shape: {@link holds} reads it without a call per leaf. Compile it with
 * {@link compileCondition}.
 */
export interface Test {
  readonly kind: number;
  readonly attribute: string;
  /** The texts of an `in` that has several, the text of one that has one: these are compared without a call. */
  readonly texts: ReadonlySet<string> | null;
  readonly only: string | null;
  readonly expected: boolean;
  /** Another that must hold as well, where this is one of a rule's. */
  readonly and: Test | null;
  readonly compare: ValueTest;
  readonly parts: readonly Test[];
}

/** Groups nest at most this deep. */
export const DEPTH_LIMIT = 16;

/** Only so many elements of a list attribute are compared: a proxy may claim any length. */
export const LIST_LIMIT = 10_000;

const sites = new Map<string, number>();

/** A place of its own for each of the first names that are met; one for all further names. */
function siteOf(name: string): number {
  let site = sites.get(name) ?? SITES;
  if (site === SITES && sites.size < SITES) {
    site = sites.size;
    sites.set(name, site);
  }
  return site;
}

interface Parts extends Partial<Omit<Test, 'kind'>> {
  readonly kind: number;
}

// one literal for every test, one hidden class; what each evaluation looks at comes first
function testOf({ kind, attribute = '', texts = null, only = null, expected = true, and = null, ...rest }: Parts): Test {
  const { compare = () => false, parts = [] } = rest;
  return { kind, attribute, texts, only, expected, and, compare, parts };
}

export const always: Test = testOf({ kind: ALL });
export const never: Test = testOf({ kind: ANY });

/** The attribute, or undefined where reading it throws or it is only inherited from Object.prototype. */
export function read(context: Attributes, name: string, inherited: boolean): unknown {
  try {
    return inherited && !Object.hasOwn(context, name) ? undefined : context[name];
  } catch {
    return undefined;
  }
}

/** Like {@link read}. An engine compiles a place in the code that always reads the same name into a plain load, any other into a search. */
function readAt(site: number, context: Attributes, name: string): unknown {
  try {
    switch (site) {
      case 0:
        return context[name];
      case 1:
        return context[name];
      case 2:
        return context[name];
      case 3:
        return context[name];
      case 4:
        return context[name];
      case 5:
        return context[name];
      case 6:
        return context[name];
      case 7:
        return context[name];
      default:
        return context[name];
    }
  } catch {
    return undefined;
  }
}

/** Whether a name means something on every object, so that an attribute of that name must be an own property. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** The same text as a name that objects have: reading a property by any other copy of it looks the name up first. */
export function asName(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

function testObject(value: object, compare: ValueTest): boolean {
  try {
    if (!Array.isArray(value)) return compare(value);
    const length = Math.min(value.length, LIST_LIMIT);
    for (let i = 0; i < length; i++) if (compare(value[i])) return true;
  } catch {
    // a revoked proxy, an element with a throwing getter: as if the attribute were missing
  }
  return false;
}

function holdsOther({ kind, attribute, expected, compare, parts }: Test, context: Attributes, moment: Moment): boolean {
  if (kind === ALL || kind === ANY) {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part !== undefined && holds(part, context, moment) === (kind === ANY)) return kind === ANY;
    }
    return kind === ALL;
  }
  let given = read(context, attribute, kind >= GUARDED && kind !== TIME && isInherited(attribute));
  if (kind === TIME) given ??= moment.now();
  if (kind === EXISTS) return (given !== undefined && given !== null) === expected;
  return (typeof given === 'object' && given !== null ? testObject(given, compare) : compare(given)) === expected;
}

/** Whether a context meets a condition. Never throws. */
export function holds(test: Test, context: Attributes, moment: Moment): boolean {
  if (test.kind <= SITES) {
    const given = readAt(test.kind, context, test.attribute);
    if (typeof given === 'string') {
      if (test.texts !== null) return test.texts.has(given) === test.expected;
      if (test.only !== null) return (given === test.only) === test.expected;
      return test.compare(given) === test.expected;
    }
  }
  return holdsOther(test, context, moment);
}

/** Whether a context meets a condition and all that are chained to it. */
export function holdAll(first: Test, context: Attributes, moment: Moment): boolean {
  for (let test: Test | null = first; test !== null; test = test.and) if (!holds(test, context, moment)) return false;
  return true;
}

/** The tests chained, all to hold; null for none. A list would cost an evaluation two more reads for each. */
export function chain(tests: readonly Test[]): Test | null {
  if (tests.includes(never)) return never;
  const needed = tests.filter((test) => test !== always);
  return needed.reduceRight<Test | null>((and, test) => (and === null ? test : testOf({ ...test, and })), null);
}

function kindOf({ attribute, operator }: Leaf): number {
  if (attribute === 'currentTime') return TIME;
  if (operator === 'exists') return EXISTS;
  return isInherited(attribute) ? GUARDED : siteOf(attribute);
}

function compileLeaf(leaf: Leaf, negated: boolean, regex: RegexCompiler | undefined): Test {
  const { attribute, operator, negate, ignoreCase } = leaf;
  if (typeof attribute !== 'string') throw new FlagError('a condition needs an attribute');
  if (typeof operator !== 'string') throw new FlagError(`the condition on ${attribute} needs an operator`);
  const values: unknown = leaf.values ?? [];
  if (!Array.isArray(values) || !values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) {
    throw new FlagError(`the condition on ${attribute} needs a list of texts, numbers or booleans`);
  }
  if (operator === 'matches' && regex === undefined)
    throw new FlagError('operator matches needs a regex compiler, and none was given to prepare');
  const texts = operator === 'in' && ignoreCase !== true ? new Set(values.map(String)) : null;
  const compare = texts === null ? compileOperator({ ...leaf, values }, regex) : isInTexts(texts);
  if (compare === null) return never;
  const [first = null] = texts?.size === 1 ? texts : [];
  return testOf({
    kind: kindOf(leaf),
    attribute: asName(attribute),
    texts: first === null ? texts : null,
    only: first,
    expected: (negate === true) === negated,
    compare,
  });
}

function groupOf(kind: number, tests: readonly Test[]): Test {
  const [nothing, decisive] = kind === ALL ? [always, never] : [never, always];
  if (tests.includes(decisive)) return decisive;
  const needed = tests.filter((test) => test !== nothing);
  const [only] = needed;
  if (only === undefined) return nothing;
  return needed.length === 1 ? only : testOf({ kind, parts: needed });
}

/**
 * Compiles a condition, or its negation. Negation is pushed down to the leaves, where it costs nothing and where a part that
 * never holds can stay so: `not` of an opaque part does not hold either. Throws a FlagError where the condition is malformed.
 */
export function compileCondition(condition: Condition, negated: boolean, regex: RegexCompiler | undefined, depth = 0): Test {
  if (typeof condition !== 'object' || condition === null) throw new FlagError('a condition must be an object');
  if ('opaque' in condition) return never;
  if ('attribute' in condition) return compileLeaf(condition, negated, regex);
  if (depth >= DEPTH_LIMIT) throw new FlagError(`conditions nest deeper than ${DEPTH_LIMIT} groups`);
  if ('not' in condition) return compileCondition(condition.not, !negated, regex, depth + 1);
  const isAll = 'all' in condition;
  const parts: unknown = isAll ? condition.all : condition.any;
  if (!Array.isArray(parts)) throw new FlagError('a condition must be a leaf, all, any, not or opaque');
  const tests = parts.map((part) => compileCondition(part, negated, regex, depth + 1));
  return groupOf(isAll === negated ? ANY : ALL, tests);
}

/** The tests of which a rule's condition is made, all to hold: those of a top `all` one by one. */
export function compileConjuncts(condition: Condition, regex: RegexCompiler | undefined): readonly Test[] {
  const test = compileCondition(condition, false, regex);
  return test.kind === ALL ? test.parts : [test];
}
