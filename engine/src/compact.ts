import { hashBytes, POSITIONS, position, SPLIT_SEED, thresholdOf } from './bucketing.ts';
import type { RegexCompiler } from './regex.ts';
import { type Builder, TEXT_OPERATORS, textOf } from './text-operators.ts';
import type { Condition, Evaluation, Leaf, Rule, Ruleset, RulesetFlag } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;
type Test = (context: Fields, now: number) => boolean;

/** An {@link Evaluation} as OFREP has it. */
export interface CompactEvaluation extends Pick<Evaluation, 'value' | 'variant' | 'reason' | 'rule' | 'errorCode'> {
  /** `by` is the attribute that holds the unit of the rule that is being ramped, where the context has one. */
  readonly metadata?: Pick<Evaluation, 'arm' | 'rollout' | 'prerequisite'> & { readonly by?: string };
}

/** What a flag of the ruleset serves to a context, which must be plain JSON. Never throws. */
export type Decide = (context: Fields, now: number, draw: number) => CompactEvaluation;

/** A ruleset ready to be evaluated, in few bytes of code. */
export interface Compact {
  readonly flags: ReadonlyMap<string, Decide>;
  /** Whether flags answer `PARSE_ERROR` because `more` or `regex` is not there. */
  readonly lacks: boolean;
}

/** The code that a ruleset is prepared with. */
export interface CompactOptions {
  /** A text's UTF-8 bytes: every host can do that. */
  readonly bytesOf: (text: string) => Uint8Array;
  /** The operators that are not about texts, where they are there. */
  readonly more?: Readonly<Record<string, Builder>> | undefined;
  /** What `matches` needs, where it is there. */
  readonly regex?: RegexCompiler | undefined;
}

const always: Test = () => true;
const never: Test = () => false;

const own = (of: object, name: string): unknown => (Object.hasOwn(of, name) ? of[name as never] : undefined);

/** A flag is not as it must be. */
function demand(isSo: unknown): asserts isSo {
  if (!isSo) throw isSo;
}
const areTexts = (...values: readonly unknown[]): boolean => values.every((value) => typeof value === 'string');

/** The attribute that holds the unit, and its id; empty where there is none. */
function unitOf(by: string, context: Fields): readonly string[] {
  for (const name of by === 'default' ? ['targetingKey', 'userId', 'sessionId'] : [by]) {
    const id = by !== 'random' && textOf(own(context, name));
    if (id) return [name, id];
  }
  return [];
}

function group(isAll: boolean, tests: readonly Test[]): Test {
  const [nothing, decisive] = isAll ? [always, never] : [never, always];
  const needed = tests.filter((test) => test !== nothing);
  return tests.includes(decisive)
    ? decisive
    : needed.length
      ? (context, now) => needed.some((test) => test(context, now) !== isAll) !== isAll
      : nothing;
}

/**
 * The engine in few bytes, for pages: it means what `evaluate` means, and compact.test.ts holds it to that. Closures instead of
 * data of one shape, no observers, no messages, nothing shared between answers. Throws only where this is no ruleset; flags must have
 * the fields that a server gives them, what is in them may be wrong.
 */
export function prepareCompact(ruleset: Ruleset, { bytesOf, more, regex }: CompactOptions): Compact {
  // in here and first, so that they are inlined
  const PREREQUISITE_LIMIT = 100;
  const DEPTH_LIMIT = 16;
  const LIST_LIMIT = 10_000;
  const { overrides = [], overridesApplied = [] } = ruleset;
  const byKey = new Map(ruleset.flags.map((flag) => [flag.key, flag]));
  const segments = new Map(ruleset.segments.map(({ key, when }) => [key, when]));
  const flags = new Map<string, Decide>();
  let lacks = false;

  const leaf = (given: Leaf, isNegated: boolean): Test => {
    const { attribute, operator, negate } = given;
    const values = given.values ?? [];
    demand(areTexts(attribute, operator) && values.every((value) => typeof value !== 'object'));
    const builder = own({ ...more, ...TEXT_OPERATORS }, operator) as Builder | undefined;
    const isThere = builder ? operator !== 'matches' || regex : more;
    lacks ||= !isThere;
    demand(isThere);
    const compare = builder?.({ ...given, values }, regex);
    const isWanted = (negate === true) === isNegated;
    if (!compare) return never;
    return (context, now) => {
      let value = own(context, attribute);
      if (attribute === 'currentTime') value ??= now;
      if (operator === 'exists') return (value != null) === isWanted;
      return (Array.isArray(value) ? value.slice(0, LIST_LIMIT).some(compare) : compare(value)) === isWanted;
    };
  };

  const condition = (given: Condition, isNegated: boolean, depth = 0): Test => {
    if ('opaque' in given) return never;
    if ('attribute' in given) return leaf(given, isNegated);
    demand(depth < DEPTH_LIMIT);
    if ('not' in given) return condition(given.not, !isNegated, depth + 1);
    const isAll = 'all' in given;
    const tests = (isAll ? given.all : given.any).map((part) => condition(part, isNegated, depth + 1));
    return group(isAll !== isNegated, tests);
  };

  const percentOf = (flag: string, { id, percent }: Rule): number => {
    demand(typeof percent === 'number');
    const lowered = overrides.filter((one) => one.flag === flag && one.rule === id && !overridesApplied.includes(one.id));
    const effective = Math.min(percent, ...lowered.map((one) => Math.max(0, one.percent)));
    demand(effective >= 0 && effective <= 100);
    return effective;
  };

  const compile = (flag: RulesetFlag): Decide => {
    const { key, prerequisites } = flag;
    let met = 0;
    const walk = (of: string, path: readonly string[]): void => {
      for (const { flag: before } of byKey.get(of)?.prerequisites ?? []) {
        demand(before !== key && ++met <= PREREQUISITE_LIMIT);
        if (!path.includes(before)) walk(before, [...path, before]);
      }
    };
    walk(key, []);
    const values = new Map(flag.variants.map(({ key: name, value }) => [name, value]));
    const answer = (variant: string, reason: Evaluation['reason'], more?: object): CompactEvaluation => {
      const value = values.get(variant);
      demand(value !== undefined);
      return { value, variant, reason, ...more };
    };
    const off = answer(flag.offVariant, 'DISABLED');

    const rules = flag.rules.map((rule) => {
      const { id, by, serve, ramp, when, salt = key } = rule;
      const threshold = thresholdOf(percentOf(key, rule));
      const isWhole = threshold === POSITIONS;
      const tests = (rule.segments ?? []).map(({ segment, negate }) => {
        const found = segments.get(segment);
        return found ? condition(found, negate === true) : never;
      });
      if (when !== undefined) tests.push(condition(when, false));
      const test = group(true, tests);
      const split = 'variant' in serve ? undefined : serve.split;
      const weights = 'variant' in serve ? [{ variant: serve.variant, weight: 1 }] : serve.split.weights;
      const { by: splitBy = by, salt: splitSalt = salt } = split ?? {};
      let total = 0;
      const bounds = weights.map(({ variant, weight }) => {
        demand(Number.isSafeInteger(weight) && weight >= 0);
        const reason = !isWhole || split ? 'SPLIT' : test === always ? 'STATIC' : 'TARGETING_MATCH';
        total += weight;
        return [total, answer(variant, reason, { rule: id })] as const;
      });
      demand(total && areTexts(id, by, salt, splitBy, splitSalt));

      const hash = (unit: string | undefined, name: string, seed: number, draw: number): number =>
        hashBytes(bytesOf(unit ? `${name}:${unit}` : `${name}/${id}:${draw}`), seed);

      /** Adds what there is to tell of an arm; undefined where the context goes on to the next rule. */
      return (context: Fields, now: number, draw: number, told: { metadata?: object }): CompactEvaluation | undefined => {
        if (!test(context, now)) return undefined;
        const [name, unit] = unitOf(by, context);
        if (!isWhole && !unit && by !== 'default' && by !== 'random') return undefined;
        const isInside = isWhole || position(hash(unit, salt, 0, draw)) < threshold;
        if (ramp) told.metadata ??= { rollout: ramp.rollout, arm: isInside ? 'treatment' : 'control', ...(name && { by: name }) };
        if (!isInside) return undefined;
        const point = split ? hash(unitOf(splitBy, context)[1], splitSalt, SPLIT_SEED, draw) % total : 0;
        return bounds.find(([bound]) => point < bound)?.[1];
      };
    });

    const fallback = answer(flag.defaultVariant, rules.length ? 'DEFAULT' : 'STATIC');
    if (flag.killed !== false || flag.enabled !== true) return () => off;
    return (context, now, draw) => {
      for (const { flag: before, variants } of prerequisites) {
        const { variant } = flags.get(before)?.(context, now, draw) ?? {};
        if (!variant || !variants.includes(variant)) return { ...off, metadata: { prerequisite: before } };
      }
      const told = {};
      for (const rule of rules) {
        const found = rule(context, now, draw, told);
        if (found) return { ...found, ...told };
      }
      return { ...fallback, ...told };
    };
  };

  for (const [key, flag] of byKey) {
    try {
      flags.set(key, compile(flag));
    } catch {
      flags.set(key, () => ({ reason: 'ERROR', errorCode: 'PARSE_ERROR' }));
    }
  }
  return { flags, lacks };
}
