import { type HashState, POSITIONS, SPLIT_SEED, saltState, thresholdOf } from './bucketing.ts';
import { asName, chain, compileConjuncts, isInherited, never, type Test } from './conditions.ts';
import { FlagError } from './flag-error.ts';
import type { RegexCompiler } from './regex.ts';
import type { Arm, Evaluation, FlagType, JsonValue, Ramp, Reason, Revision, Rule, RulesetFlag, Split } from './types.ts';

/** A place for an observer's counter, one for each (flag, rule, variant): 0 at first, and never looked at by the engine. */
export interface CountSlot {
  count: number;
}

/** A place for an observer's sketch of a rule's audience: null at first, and never looked at by the engine. */
export interface SketchSlot {
  sketch: Uint8Array | null;
}

/** One answer of one flag, shared by all evaluations that come to it. Made by {@link makeAnswer} alone: one shape. */
export interface Answer extends CountSlot {
  /** undefined with an error only. */
  readonly value: JsonValue | undefined;
  readonly flag: string;
  /** Of the flag. */
  readonly type: FlagType;
  readonly variant: string;
  readonly reason: Reason;
  readonly rule: string | null;
  readonly prerequisite: string | undefined;
  readonly error: string | undefined;
  /** The first ramped rule of the flag that was met, and the side. */
  readonly ramp: Ramp | null;
  readonly arm: Arm;
  /** The same answer with an arm, made when first needed. */
  armed: Map<Ramp, { treatment?: Answer; control?: Answer }> | null;
  /** Made when first asked for, and anew for another revision. */
  evaluation: Evaluation | null;
}

/** Whose hash decides, and from which salts' states: its own is the salt's. */
export interface Bucketing extends HashState {
  readonly kind: 'attribute' | 'default' | 'random';
  /** The targeting key decides, where the context has one. */
  readonly byTargetingKey: boolean;
  readonly attribute: string;
  readonly inherited: boolean;
  /** For the caller's draw: the salt and the rule's id, so that two rules of a flag draw independently. */
  readonly drawn: HashState;
}

export interface CompiledSplit {
  readonly bucketing: Bucketing;
  readonly total: number;
  /** Cumulative weights, each with its answer. */
  readonly bounds: readonly number[];
  readonly answers: readonly Answer[];
}

export interface CompiledRule extends SketchSlot {
  readonly id: string;
  /** The first of the chain that must hold; null: everybody. */
  readonly test: Test | null;
  /** Everybody who meets the conditions is inside, and nobody needs to know who that is. */
  readonly isWhole: boolean;
  /** The first position outside; POSITIONS takes everybody without a hash. */
  readonly threshold: number;
  readonly percent: number;
  readonly bucketing: Bucketing;
  /** null with a split. */
  readonly answer: Answer | null;
  readonly split: CompiledSplit | null;
  readonly ramp: Ramp | null;
  /** The rule after it. */
  next: CompiledRule | null;
}

export interface CompiledPrerequisite {
  readonly flag: string;
  readonly variants: readonly string[];
  readonly failed: Answer;
}

export interface CompiledFlag {
  readonly key: string;
  readonly prerequisites: readonly CompiledPrerequisite[] | null;
  readonly rules: readonly CompiledRule[];
  /** Of the rules, each of which knows the next. */
  readonly first: CompiledRule | null;
  readonly bucketsByDefault: boolean;
  /** The answer for every context, where there is one; an error's too. */
  readonly fixed: Answer | null;
  /** The answer where no rule decides. */
  readonly fallback: Answer;
  /** Why the flag cannot be understood; then it answers nothing else. */
  readonly error: string | null;
}

/** What compiling a flag needs of its ruleset. */
export interface Surroundings {
  readonly regex: RegexCompiler | undefined;
  /** The segment's test, or its negation's; `never` both times where the ruleset lacks it. */
  segment(key: string, negated: boolean): Test;
  /** The rule's percent, or a lower one that an override says. */
  percentOf(flag: string, rule: Rule): number;
}

type Given = Pick<Answer, 'flag' | 'type' | 'value' | 'variant' | 'reason' | 'rule'> &
  Partial<Pick<Answer, 'prerequisite' | 'error' | 'ramp' | 'arm'>>;

function makeAnswer(given: Given): Answer {
  const { flag, value, type, variant, reason, rule, prerequisite, error, ramp = null, arm = 'control' } = given;
  const [count, armed, evaluation] = [0, null, null];
  // one literal for every answer, one hidden class; what each evaluation looks at comes first
  return { value, count, flag, rule, variant, type, error, reason, prerequisite, ramp, arm, armed, evaluation };
}

// whatever the first values are, no number is ever kept unboxed, which would be boxed anew each time that it is read
for (const value of [undefined, 0.5]) makeAnswer({ flag: '', type: 'json', value, variant: '', reason: 'ERROR', rule: null });

/** The answer with its explanation, frozen; the same object each time that it is asked for with the same revision. */
export function evaluationOf(answer: Answer, revision: Revision): Evaluation {
  // an answer outlives a ruleset where its flag has not changed
  if (answer.evaluation?.revision === revision) return answer.evaluation;
  const made = Object.freeze(explain(answer, revision));
  answer.evaluation = made;
  return made;
}

function explain({ flag, value, variant, reason, rule, prerequisite, error, ramp, arm }: Answer, revision: Revision): Evaluation {
  if (error !== undefined) return { flag, reason, revision, errorCode: 'PARSE_ERROR', errorMessage: error };
  return {
    flag,
    value: value ?? null,
    variant,
    reason,
    ...(rule !== null && { rule }),
    revision,
    ...(prerequisite !== undefined && { prerequisite }),
    ...(ramp !== null && { arm, rollout: ramp.rollout }),
  };
}

type Answering = (variant: string, reason: Reason, rule: string | null, prerequisite?: string) => Answer;

function answers(flag: RulesetFlag): Answering {
  const values = new Map<string, JsonValue>();
  for (const variant of flag.variants) {
    if (typeof variant?.key !== 'string' || variant.value === undefined) throw new FlagError('a variant needs a key and a value');
    values.set(variant.key, variant.value);
  }
  return (variant, reason, rule, prerequisite) => {
    const value = values.get(variant);
    if (value === undefined) throw new FlagError(`variant ${String(variant)} does not exist`);
    const { key, type } = flag;
    return makeAnswer({ flag: key, value, type, variant, reason, rule, prerequisite });
  };
}

/** The same answer with an arm; made once per arm. */
export function withArm(answer: Answer, ramp: Ramp, arm: Arm): Answer {
  answer.armed ??= new Map();
  let made = answer.armed.get(ramp);
  if (made === undefined) {
    made = {};
    answer.armed.set(ramp, made);
  }
  made[arm] ??= makeAnswer({ ...answer, ramp, arm });
  return made[arm];
}

function bucketingOf(by: string, salt: string, rule: string, seed: number): Bucketing {
  if (typeof by !== 'string' || typeof salt !== 'string') throw new FlagError(`rule ${rule} needs texts as by and salt`);
  const { hash, tail, length } = saltState(salt, seed);
  return {
    hash,
    tail,
    length,
    kind: by === 'default' || by === 'random' ? by : 'attribute',
    byTargetingKey: by === 'default' || by === 'targetingKey',
    attribute: asName(by),
    inherited: isInherited(by),
    drawn: saltState(`${salt}/${rule}`, seed),
  };
}

function compileTests(rule: Rule, around: Surroundings): Test | null {
  const tests = rule.when === undefined ? [] : [...compileConjuncts(rule.when, around.regex)];
  for (const { segment, negate } of rule.segments ?? []) {
    if (typeof segment !== 'string') throw new FlagError(`rule ${rule.id} has a segment without a key`);
    tests.push(around.segment(segment, negate === true));
  }
  return chain(tests);
}

function compileRule(flag: RulesetFlag, rule: Rule, answering: Answering, around: Surroundings): CompiledRule {
  if (typeof rule?.id !== 'string') throw new FlagError('a rule needs an id');
  const { id, serve } = rule;
  const percent = around.percentOf(flag.key, rule);
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
    throw new FlagError(`rule ${id} has the percent ${String(percent)}, not 0…100`);
  const threshold = thresholdOf(percent);
  const salt = rule.salt ?? flag.key;
  const test = compileTests(rule, around);
  const inside: Reason = threshold < POSITIONS ? 'SPLIT' : test === null ? 'STATIC' : 'TARGETING_MATCH';
  let answer: Answer | null = null;
  let split: CompiledSplit | null = null;
  if ('variant' in serve) answer = answering(serve.variant, inside, id);
  else split = compileSplit(rule, serve.split, salt, answering);
  const bucketing = bucketingOf(rule.by, salt, id, 0);
  const ramp = rule.ramp ?? null;
  const isWhole = threshold === POSITIONS && ramp === null;
  // one literal for every rule, one hidden class; first, and in one line of the cache, what is looked at where the test fails
  return { test, next: null, isWhole, ramp, answer, split, bucketing, threshold, sketch: null, id, percent };
}

function compileSplit({ id, by }: Rule, split: Split, salt: string, answering: Answering): CompiledSplit {
  let total = 0;
  const bounds: number[] = [];
  const answers: Answer[] = [];
  for (const { variant, weight } of split.weights) {
    if (!Number.isSafeInteger(weight) || weight < 0) throw new FlagError(`rule ${id} has the weight ${String(weight)}`);
    const answer = answering(variant, 'SPLIT', id);
    if (weight === 0) continue;
    total += weight;
    bounds.push(total);
    answers.push(answer);
  }
  if (total === 0) throw new FlagError(`rule ${id} has weights that sum to 0`);
  return { bucketing: bucketingOf(split.by ?? by, split.salt ?? salt, id, SPLIT_SEED), total, bounds, answers };
}

function needsDefaultId({ test, threshold, bucketing, split, ramp }: CompiledRule): boolean {
  if (test === never) return false;
  if (bucketing.kind === 'default' && ((threshold > 0 && threshold < POSITIONS) || ramp !== null)) return true;
  return split !== null && threshold > 0 && split.bucketing.kind === 'default';
}

/** Everything that an evaluation of the flag needs. Throws where the flag cannot be understood. */
export function compileFlag(flag: RulesetFlag, around: Surroundings): CompiledFlag {
  const answering = answers(flag);
  const off = answering(flag.offVariant, 'DISABLED', null);
  const rules = flag.rules.map((rule) => compileRule(flag, rule, answering, around));
  const fallback = answering(flag.defaultVariant, rules.length === 0 ? 'STATIC' : 'DEFAULT', null);
  const before = flag.prerequisites.map(({ flag: key, variants }): CompiledPrerequisite => {
    if (typeof key !== 'string' || !Array.isArray(variants)) throw new FlagError('a prerequisite needs a flag and variants');
    return { flag: key, variants, failed: answering(flag.offVariant, 'DISABLED', null, key) };
  });
  const isOff = flag.killed !== false || flag.enabled !== true;
  for (const [i, rule] of rules.entries()) rule.next = rules[i + 1] ?? null;
  const [first = null] = rules;
  const isPlain = first === null || (first.test === null && first.isWhole);
  const decided = first === null ? fallback : first.answer;
  const fixed = isOff ? off : flag.prerequisites.length === 0 && isPlain ? decided : null;
  const bucketsByDefault = !isOff && rules.some(needsDefaultId);
  const prerequisites = before.length === 0 ? null : before;
  return { fixed, prerequisites, first, fallback, key: flag.key, rules, bucketsByDefault, error: null };
}

/** A flag that answers nothing but an error. */
export function brokenFlag(key: string, error: string): CompiledFlag {
  const reason: Reason = 'ERROR';
  const nothing = { value: undefined, type: 'json', variant: '', rule: null } as const;
  const answer = makeAnswer({ ...nothing, flag: key, reason, error });
  const [prerequisites, first, bucketsByDefault] = [null, null, false];
  return { fixed: answer, prerequisites, first, fallback: answer, key, rules: [], bucketsByDefault, error };
}
