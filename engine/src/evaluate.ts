import { hashFrom, POSITIONS, position } from './bucketing.ts';
import { type Bucketing, type CompiledFlag, type CompiledRule, type CompiledSplit, type Outcome, withArm } from './compile.ts';
import { type Attributes, read, type Test } from './conditions.ts';
import { textOf } from './operators.ts';
import type { Prepared } from './prepare.ts';
import type { Arm, Evaluation, EvaluationContext, EvaluationErrorCode, Ramp } from './types.ts';

/**
 * Hears what evaluations do, prerequisites' too. Called while a flag is evaluated, so it must be quick; what it throws is
 * swallowed. Use one object of one shape per client.
 */
export interface Observer {
  /** A flag answered a variant; `rule` is null for the default and off variants. `slot` numbers (flag, rule, variant) densely from 0 within one prepared ruleset. */
  decided(flag: string, rule: string | null, variant: string, slot: number): void;
  /** A unit met a rule's conditions; its hash is the bucket's, made only where the rule's percent is below 100. For a sketch. */
  audience(flag: string, rule: string, hash: number): void;
  /** A unit met a ramped rule: inside its percent (treatment) or outside (control). */
  arm(ramp: Ramp, flag: string, rule: string, percent: number, unit: string, arm: Arm): void;
}

const NOBODY: Attributes = Object.freeze({});

const idFrom = (value: unknown): string => (typeof value === 'string' ? value : (textOf(value) ?? ''));

// the three ids of `default` are read by their literal names: much quicker than by a name that varies
function targetingKeyOf(context: Attributes): string {
  try {
    return idFrom(context.targetingKey);
  } catch {
    return '';
  }
}

function userIdOf(context: Attributes): string {
  try {
    return idFrom(context.userId);
  } catch {
    return '';
  }
}

/** The unit's id, empty for none. */
function idOf({ kind, attribute, inherited }: Bucketing, context: Attributes): string {
  if (kind === 'default') return targetingKeyOf(context) || userIdOf(context) || idFrom(read(context, 'sessionId', false));
  if (kind === 'random') return '';
  return attribute === 'userId' ? userIdOf(context) : idFrom(read(context, attribute, inherited));
}

function choose({ bucketing, total, bounds, outcomes }: CompiledSplit, context: Attributes, draw: number): Outcome | null {
  const id = idOf(bucketing, context);
  const point = (id === '' ? hashFrom(bucketing.drawn, String(draw)) : hashFrom(bucketing.salted, id)) % total;
  let i = 0;
  while (point >= (bounds[i] ?? Infinity)) i++;
  return outcomes[i] ?? null;
}

const UNMET = 0;
const OUTSIDE = 1;
const INSIDE = 2;

function tellArm(observer: Observer, ramp: Ramp, flag: string, rule: CompiledRule, unit: string, arm: Arm): void {
  try {
    observer.arm(ramp, flag, rule.id, rule.percent, unit, arm);
  } catch {
    // an observer's failure is its own
  }
}

function tellAudience(observer: Observer, flag: string, rule: string, hash: number): void {
  try {
    observer.audience(flag, rule, hash);
  } catch {
    // an observer's failure is its own
  }
}

function conclude(flag: string, outcome: Outcome, observer: Observer | undefined): Evaluation {
  if (observer !== undefined) {
    try {
      observer.decided(flag, outcome.rule, outcome.variant, outcome.slot);
    } catch {
      // an observer's failure is its own
    }
  }
  return outcome.plain;
}

/** On which side of a rule's percent a context stands that meets its conditions; UNMET without the attribute it needs. */
function sideOf(flag: string, rule: CompiledRule, context: Attributes, draw: number, observer: Observer | undefined): number {
  const { bucketing, threshold, ramp } = rule;
  const id = idOf(bucketing, context);
  if (threshold === POSITIONS) {
    if (ramp !== null && observer !== undefined) tellArm(observer, ramp, flag, rule, id === '' ? String(draw) : id, 'treatment');
    return INSIDE;
  }
  if (id === '' && bucketing.kind === 'attribute') return UNMET;
  const hash = id === '' ? hashFrom(bucketing.drawn, String(draw)) : hashFrom(bucketing.salted, id);
  const side = position(hash) < threshold ? INSIDE : OUTSIDE;
  if (observer !== undefined) {
    tellAudience(observer, flag, rule.id, hash);
    if (ramp !== null) {
      tellArm(observer, ramp, flag, rule, id === '' ? String(draw) : id, side === INSIDE ? 'treatment' : 'control');
    }
  }
  return side;
}

interface Asked {
  readonly prepared: Prepared;
  readonly context: Attributes;
  readonly now: number;
  readonly draw: number;
  readonly observer: Observer | undefined;
}

function failedPrerequisite(flag: CompiledFlag, asked: Asked): Outcome | null {
  for (const { flag: key, variants, failed } of flag.prerequisites) {
    const before = asked.prepared.compiled(key);
    if (before === undefined) return failed;
    const { variant } = decide(before, asked.prepared, asked.context, asked.now, asked.draw, asked.observer);
    if (variant === undefined || !variants.includes(variant)) return failed;
  }
  return null;
}

function holdAll(tests: readonly Test[], context: Attributes, now: number): boolean {
  for (let i = 0; i < tests.length; i++) {
    const test = tests[i];
    if (test !== undefined && !test(context, now)) return false;
  }
  return true;
}

function decide(
  flag: CompiledFlag,
  prepared: Prepared,
  context: Attributes,
  now: number,
  draw: number,
  observer: Observer | undefined,
): Evaluation {
  if (flag.fixed !== null) return conclude(flag.key, flag.fixed, observer);
  if (flag.fallback === null) return flag.error;
  if (flag.prerequisites.length > 0) {
    const failed = failedPrerequisite(flag, { prepared, context, now, draw, observer });
    if (failed !== null) return conclude(flag.key, failed, observer);
  }
  let ramp: Ramp | null = null;
  let arm: Arm = 'control';
  let outcome: Outcome | null = null;
  const { rules } = flag;
  for (let i = 0; i < rules.length && outcome === null; i++) {
    const rule = rules[i];
    if (rule === undefined || !holdAll(rule.tests, context, now)) continue;
    let side = INSIDE;
    if (rule.threshold < POSITIONS || rule.ramp !== null) side = sideOf(flag.key, rule, context, draw, observer);
    if (rule.ramp !== null && ramp === null && side !== UNMET) {
      ramp = rule.ramp;
      arm = side === INSIDE ? 'treatment' : 'control';
    }
    if (side === INSIDE) outcome = rule.split === null ? rule.outcome : choose(rule.split, context, draw);
  }
  outcome ??= flag.fallback;
  const plain = conclude(flag.key, outcome, observer);
  return ramp === null ? plain : withArm(outcome, ramp, arm);
}

/**
 * What a flag serves to a context: prerequisites, then rules in order, as the README of the engine says. Never throws and
 * never changes what it is given, whatever the context holds; nothing is allocated for an answer that has been given before.
 *
 * @param now the time, ms since the epoch; stands in for a `currentTime` that the context lacks
 * @param draw a number from 0 up to 1, drawn by the caller: decides where a rule buckets at random
 */
export function evaluate(
  prepared: Prepared,
  key: string,
  context: EvaluationContext | null | undefined,
  now: number,
  draw: number,
  observer?: Observer,
): Evaluation {
  try {
    const flag = prepared.compiled(key);
    if (flag !== undefined) {
      return decide(flag, prepared, typeof context === 'object' && context !== null ? context : NOBODY, now, draw, observer);
    }
  } catch (cause) {
    return failure(prepared, key, 'GENERAL', cause instanceof Error ? cause.message : 'the evaluation failed');
  }
  return failure(prepared, key, 'FLAG_NOT_FOUND', `there is no flag ${key}`);
}

function failure({ revision }: Prepared, flag: string, errorCode: EvaluationErrorCode, errorMessage: string): Evaluation {
  return { flag, reason: 'ERROR', revision, errorCode, errorMessage };
}
