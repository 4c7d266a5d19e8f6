import { compileOperator, compileTexts, FlagError, type ValueTest } from './operators.ts';
import type { RegexCompiler } from './regex.ts';
import type { Condition, Leaf } from './types.ts';

/** Attributes by name. Reading one may throw: contexts are anybody's objects. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Whether a context meets a condition at a time (ms since the epoch). Never throws. */
export type Test = (context: Attributes, now: number) => boolean;

/** Groups nest at most this deep. */
export const DEPTH_LIMIT = 16;

/** Only so many elements of a list attribute are compared: a proxy may claim any length. */
export const LIST_LIMIT = 10_000;

export const always: Test = () => true;
export const never: Test = () => false;

/** The attribute, or undefined where reading it throws or it is only inherited from Object.prototype. */
export function read(context: Attributes, name: string, inherited: boolean): unknown {
  try {
    return inherited && !Object.hasOwn(context, name) ? undefined : context[name];
  } catch {
    return undefined;
  }
}

/** Whether a name means something on every object, so that an attribute of that name must be an own property. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

function testObject(value: object, test: ValueTest): boolean {
  try {
    if (!Array.isArray(value)) return test(value);
    const length = Math.min(value.length, LIST_LIMIT);
    for (let i = 0; i < length; i++) if (test(value[i])) return true;
  } catch {
    // a revoked proxy, an element with a throwing getter: as if the attribute were missing
  }
  return false;
}

function compileLeaf(leaf: Leaf, negated: boolean, regex: RegexCompiler | undefined): Test {
  const { attribute, operator, negate } = leaf;
  if (typeof attribute !== 'string') throw new FlagError('a condition needs an attribute');
  if (typeof operator !== 'string') throw new FlagError(`the condition on ${attribute} needs an operator`);
  const values: unknown = leaf.values ?? [];
  if (!Array.isArray(values) || !values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) {
    throw new FlagError(`the condition on ${attribute} needs a list of texts, numbers or booleans`);
  }
  const test = compileOperator({ ...leaf, values }, regex);
  if (test === null) return never;
  const expected = (negate === true) === negated;
  const inherited = isInherited(attribute);
  if (attribute === 'currentTime') {
    return (context, now) => {
      const given = read(context, attribute, false) ?? now;
      return (typeof given === 'object' ? testObject(given, test) : test(given)) === expected;
    };
  }
  if (operator === 'exists') {
    return (context) => {
      const given = read(context, attribute, inherited);
      return (given !== undefined && given !== null) === expected;
    };
  }
  const texts = compileTexts(leaf);
  if (texts !== null && !inherited) {
    return (context) => {
      const given = read(context, attribute, false);
      if (typeof given === 'string') return texts.has(given) === expected;
      return (typeof given === 'object' && given !== null ? testObject(given, test) : test(given)) === expected;
    };
  }
  return (context) => {
    const given = read(context, attribute, inherited);
    return (typeof given === 'object' && given !== null ? testObject(given, test) : test(given)) === expected;
  };
}

function allOf(tests: readonly Test[]): Test {
  if (tests.includes(never)) return never;
  const needed = tests.filter((test) => test !== always);
  const [first, second, third] = needed;
  if (first === undefined) return always;
  if (second === undefined) return first;
  if (third === undefined) return (context, now) => first(context, now) && second(context, now);
  if (needed.length === 3) return (context, now) => first(context, now) && second(context, now) && third(context, now);
  return (context, now) => {
    for (const test of needed) if (!test(context, now)) return false;
    return true;
  };
}

function anyOf(tests: readonly Test[]): Test {
  if (tests.includes(always)) return always;
  const possible = tests.filter((test) => test !== never);
  const [first, second] = possible;
  if (first === undefined) return never;
  if (second === undefined) return first;
  if (possible.length === 2) return (context, now) => first(context, now) || second(context, now);
  return (context, now) => {
    for (const test of possible) if (test(context, now)) return true;
    return false;
  };
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
  return isAll === negated ? anyOf(tests) : allOf(tests);
}

/** The tests of which a rule's condition is made, all to hold: those of a top `all` one by one, which saves a call for each. */
export function compileConjuncts(condition: Condition, regex: RegexCompiler | undefined): readonly Test[] {
  const parts: unknown = typeof condition === 'object' && condition !== null && 'all' in condition ? condition.all : null;
  if (!Array.isArray(parts)) return [compileCondition(condition, false, regex)];
  return parts.map((part) => compileCondition(part, false, regex, 1));
}
