import { type HashState, POSITIONS, SPLIT_SEED, saltState, thresholdOf } from './bucketing.ts';
import { always, compileConjuncts, isInherited, never, type Test } from './conditions.ts';
import { FlagError } from './operators.ts';
import type { RegexCompiler } from './regex.ts';
import type { Arm, Evaluation, JsonValue, Ramp, Reason, Revision, Rule, RulesetFlag, Split } from './types.ts';

/** One answer of one flag, shared by all evaluations that come to it. */
export interface Outcome {
  readonly plain: Evaluation;
  readonly rule: string | null;
  readonly variant: string;
  /** Dense number of this (flag, rule, variant) in its ruleset. */
  readonly slot: number;
  /** The same answer with an arm of the flag's first met ramped rule, made when first needed. */
  armed: Map<Ramp, { treatment?: Evaluation; control?: Evaluation }> | null;
}

/** Whose hash decides, and from which salts' states. */
export interface Bucketing {
  readonly kind: 'attribute' | 'default' | 'random';
  readonly attribute: string;
  readonly inherited: boolean;
  readonly salted: HashState;
  /** For the caller's draw: the salt and the rule's id, so that two rules of a flag draw independently. */
  readonly drawn: HashState;
}

export interface CompiledSplit {
  readonly bucketing: Bucketing;
  readonly total: number;
  /** Cumulative weights, each with its outcome. */
  readonly bounds: readonly number[];
  readonly outcomes: readonly Outcome[];
}

export interface CompiledRule {
  readonly id: string;
  /** All must hold; none: everybody. */
  readonly tests: readonly Test[];
  /** The first position outside; POSITIONS takes everybody without a hash. */
  readonly threshold: number;
  readonly percent: number;
  readonly bucketing: Bucketing;
  /** null with a split. */
  readonly outcome: Outcome | null;
  readonly split: CompiledSplit | null;
  readonly ramp: Ramp | null;
}

export interface CompiledPrerequisite {
  readonly flag: string;
  readonly variants: readonly string[];
  readonly failed: Outcome;
}

interface CompiledParts {
  readonly key: string;
  readonly prerequisites: readonly CompiledPrerequisite[];
  readonly rules: readonly CompiledRule[];
  readonly bucketsByDefault: boolean;
}

interface WorkingFlag extends CompiledParts {
  /** The answer for every context, where there is one. */
  readonly fixed: Outcome | null;
  /** The answer where no rule decides. */
  readonly fallback: Outcome;
  readonly error: null;
}

interface BrokenFlag extends CompiledParts {
  readonly fixed: null;
  readonly fallback: null;
  readonly error: Evaluation;
}

/** One hidden class for both, so that evaluations read it monomorphically. */
export type CompiledFlag = WorkingFlag | BrokenFlag;

/** What compiling a flag needs of its ruleset. */
export interface Surroundings {
  readonly revision: Revision;
  readonly regex: RegexCompiler | undefined;
  /** The segment's test, or its negation's; `never` both times where the ruleset lacks it. */
  segment(key: string, negated: boolean): Test;
  /** The rule's percent, or a lower one that an override says. */
  percentOf(flag: string, rule: Rule): number;
  nextSlot(): number;
}

type Answer = (variant: string, reason: Reason, rule: string | null, prerequisite?: string) => Outcome;

function answers(flag: RulesetFlag, { revision, nextSlot }: Surroundings): Answer {
  const values = new Map<string, JsonValue>();
  for (const variant of flag.variants) {
    if (typeof variant?.key !== 'string' || variant.value === undefined) throw new FlagError('a variant needs a key and a value');
    values.set(variant.key, variant.value);
  }
  return (variant, reason, rule, prerequisite) => {
    const value = values.get(variant);
    if (value === undefined) throw new FlagError(`variant ${String(variant)} does not exist`);
    const common = { flag: flag.key, value, variant, reason, revision };
    const plain: Evaluation = rule === null ? common : { ...common, rule };
    const full = prerequisite === undefined ? plain : { ...plain, prerequisite };
    return { plain: Object.freeze(full), rule, variant, slot: nextSlot(), armed: null };
  };
}

/** The outcome's answer with an arm; made once per arm. */
export function withArm(outcome: Outcome, ramp: Ramp, arm: Arm): Evaluation {
  outcome.armed ??= new Map();
  let made = outcome.armed.get(ramp);
  if (made === undefined) {
    made = {};
    outcome.armed.set(ramp, made);
  }
  made[arm] ??= Object.freeze({ ...outcome.plain, arm, rollout: ramp.rollout });
  return made[arm];
}

function bucketingOf(by: string, salt: string, rule: string, seed: number): Bucketing {
  if (typeof by !== 'string' || typeof salt !== 'string') throw new FlagError(`rule ${rule} needs texts as by and salt`);
  return {
    kind: by === 'default' || by === 'random' ? by : 'attribute',
    attribute: by,
    inherited: isInherited(by),
    salted: saltState(salt, seed),
    drawn: saltState(`${salt}/${rule}`, seed),
  };
}

function compileTests(rule: Rule, around: Surroundings): readonly Test[] {
  const tests = rule.when === undefined ? [] : [...compileConjuncts(rule.when, around.regex)];
  for (const { segment, negate } of rule.segments ?? []) {
    if (typeof segment !== 'string') throw new FlagError(`rule ${rule.id} has a segment without a key`);
    tests.push(around.segment(segment, negate === true));
  }
  return tests.includes(never) ? [never] : tests.filter((test) => test !== always);
}

function compileRule(flag: RulesetFlag, rule: Rule, answer: Answer, around: Surroundings): CompiledRule {
  if (typeof rule?.id !== 'string') throw new FlagError('a rule needs an id');
  const { id, serve } = rule;
  const percent = around.percentOf(flag.key, rule);
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
    throw new FlagError(`rule ${id} has the percent ${String(percent)}, not 0…100`);
  const threshold = thresholdOf(percent);
  const salt = rule.salt ?? flag.key;
  const tests = compileTests(rule, around);
  const inside: Reason = threshold < POSITIONS ? 'SPLIT' : tests.length === 0 ? 'STATIC' : 'TARGETING_MATCH';
  let outcome: Outcome | null = null;
  let split: CompiledSplit | null = null;
  if ('variant' in serve) outcome = answer(serve.variant, inside, id);
  else split = compileSplit(rule, serve.split, salt, answer);
  const bucketing = bucketingOf(rule.by, salt, id, 0);
  const ramp = rule.ramp ?? null;
  // one literal for every rule: one hidden class
  return { id, tests, threshold, percent, bucketing, outcome, split, ramp };
}

function compileSplit({ id, by }: Rule, split: Split, salt: string, answer: Answer): CompiledSplit {
  let total = 0;
  const bounds: number[] = [];
  const outcomes: Outcome[] = [];
  for (const { variant, weight } of split.weights) {
    if (!Number.isSafeInteger(weight) || weight < 0) throw new FlagError(`rule ${id} has the weight ${String(weight)}`);
    const outcome = answer(variant, 'SPLIT', id);
    if (weight === 0) continue;
    total += weight;
    bounds.push(total);
    outcomes.push(outcome);
  }
  if (total === 0) throw new FlagError(`rule ${id} has weights that sum to 0`);
  return { bucketing: bucketingOf(split.by ?? by, split.salt ?? salt, id, SPLIT_SEED), total, bounds, outcomes };
}

function needsDefaultId({ tests, threshold, bucketing, split, ramp }: CompiledRule): boolean {
  if (tests.includes(never)) return false;
  if (bucketing.kind === 'default' && ((threshold > 0 && threshold < POSITIONS) || ramp !== null)) return true;
  return split !== null && threshold > 0 && split.bucketing.kind === 'default';
}

/** Everything that an evaluation of the flag needs. Throws where the flag cannot be understood. */
export function compileFlag(flag: RulesetFlag, around: Surroundings): CompiledFlag {
  const answer = answers(flag, around);
  const off = answer(flag.offVariant, 'DISABLED', null);
  const rules = flag.rules.map((rule) => compileRule(flag, rule, answer, around));
  const fallback = answer(flag.defaultVariant, rules.length === 0 ? 'STATIC' : 'DEFAULT', null);
  const prerequisites = flag.prerequisites.map(({ flag: key, variants }): CompiledPrerequisite => {
    if (typeof key !== 'string' || !Array.isArray(variants)) throw new FlagError('a prerequisite needs a flag and variants');
    return { flag: key, variants, failed: answer(flag.offVariant, 'DISABLED', null, key) };
  });
  const isOff = flag.killed !== false || flag.enabled !== true;
  const [first] = rules;
  const isPlain = first === undefined || (first.tests.length === 0 && first.threshold === POSITIONS && first.ramp === null);
  const decided = first === undefined ? fallback : first.outcome;
  return {
    key: flag.key,
    prerequisites,
    rules,
    bucketsByDefault: !isOff && rules.some(needsDefaultId),
    fixed: isOff ? off : prerequisites.length === 0 && isPlain ? decided : null,
    fallback,
    error: null,
  };
}

/** A flag that answers nothing but an error. */
export function brokenFlag(key: string, revision: Revision, errorMessage: string): CompiledFlag {
  const error: Evaluation = Object.freeze({ flag: key, reason: 'ERROR', revision, errorCode: 'PARSE_ERROR', errorMessage });
  return { key, prerequisites: [], rules: [], bucketsByDefault: false, fixed: null, fallback: null, error };
}
