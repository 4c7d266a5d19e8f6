import { isBelow, POSITIONS, signedHashFrom } from './bucketing.ts';
import {
  type Answer,
  type Bucketing,
  type CompiledFlag,
  type CompiledPrerequisite,
  type CompiledRule,
  type CompiledSplit,
  type CountSlot,
  evaluationOf,
  type SketchSlot,
  withArm,
} from './compile.ts';
import { type Attributes, holdAll, type Moment, read } from './conditions.ts';
import type { Prepared } from './prepare.ts';
import { textOf } from './text-operators.ts';
import type { Arm, Evaluation, EvaluationContext, EvaluationErrorCode, Ramp } from './types.ts';

/**
 * Hears what evaluations do, prerequisites' too. Called while a flag is evaluated, so it must be quick. Use one object of one shape
 * per client.
 */
export interface Observer {
  /**
   * A flag answered a variant; `rule` is null for the default and off variants. The slot is the observer's own: one for each (flag,
   * rule, variant) of a prepared ruleset, and of those after it while the flag stays as it is, so that one observer counts there
   * without looking anything up.
   */
  decided(flag: string, rule: string | null, variant: string, slot: CountSlot): void;
  /**
   * A unit met a rule's conditions; its hash is the bucket's 32 bits, made only where the rule's percent is below 100. For a sketch,
   * which the slot is for: one for each rule, for as long.
   */
  audience(flag: string, rule: string, hash: number, slot: SketchSlot): void;
  /** A unit met a ramped rule: inside its percent (treatment) or outside (control). */
  arm(ramp: Ramp, flag: string, rule: string, percent: number, unit: string, arm: Arm): void;
}

const NOBODY: Attributes = Object.freeze({});
const contextOf = (given: unknown): Attributes => (typeof given === 'object' && given !== null ? (given as Attributes) : NOBODY);

/** The unit's id, empty for none. The targeting key is read by its literal name: much quicker than by a name that varies. */
function idOf(bucketing: Bucketing, context: Attributes): string {
  if (bucketing.byTargetingKey) {
    try {
      const id = context.targetingKey;
      if (typeof id === 'string' && id !== '') return id;
    } catch {
      // as if it were missing
    }
  }
  return otherIdOf(bucketing, context);
}

const idFrom = (context: Attributes, name: string, inherited: boolean): string => textOf(read(context, name, inherited)) ?? '';

function otherIdOf({ kind, attribute, inherited }: Bucketing, context: Attributes): string {
  if (kind === 'random') return '';
  if (kind === 'attribute') return idFrom(context, attribute, inherited);
  return idFrom(context, 'targetingKey', false) || idFrom(context, 'userId', false) || idFrom(context, 'sessionId', false);
}

const hashOf = (bucketing: Bucketing, id: string, moment: Moment): number =>
  signedHashFrom(id === '' ? bucketing.drawn : bucketing, id === '' ? String(moment.draw()) : id);

function choose({ bucketing, total, bounds, answers }: CompiledSplit, context: Attributes, moment: Moment): Answer | undefined {
  const hash = hashOf(bucketing, idOf(bucketing, context), moment) >>> 0;
  // told that all three are integers, an engine divides integers; a remainder of doubles takes as long as a flag
  const point = total > 0x7fffffff ? hash % total : (hash % (total >>> 0)) | 0;
  for (let i = 0; i < bounds.length; i++) if (point < (bounds[i] as number)) return answers[i];
  return undefined;
}

const UNMET = 0;
const OUTSIDE = 1;
const INSIDE = 2;

/** On which side of a rule's percent a context stands that meets its conditions; UNMET without the attribute it needs. */
function sideOf(flag: string, rule: CompiledRule, context: Attributes, moment: Moment, observer: Observer): number {
  const id = idOf(rule.bucketing, context);
  if (id === '' || rule.ramp !== null) return rareSideOf(flag, rule, id, moment, observer);
  const hash = signedHashFrom(rule.bucketing, id);
  observer.audience(flag, rule.id, hash, rule);
  return isBelow(hash, rule.threshold) ? INSIDE : OUTSIDE;
}

function rareSideOf(flag: string, rule: CompiledRule, id: string, moment: Moment, observer: Observer): number {
  const { bucketing, threshold, percent, ramp } = rule;
  let side = INSIDE;
  if (threshold < POSITIONS) {
    if (id === '' && bucketing.kind === 'attribute') return UNMET;
    const hash = hashOf(bucketing, id, moment);
    if (!isBelow(hash, threshold)) side = OUTSIDE;
    observer.audience(flag, rule.id, hash, rule);
  }
  if (ramp !== null) {
    const unit = id === '' ? String(moment.draw()) : id;
    observer.arm(ramp, flag, rule.id, percent, unit, side === INSIDE ? 'treatment' : 'control');
  }
  return side;
}

function failedPrerequisite(
  prerequisites: readonly CompiledPrerequisite[],
  prepared: Prepared,
  context: Attributes,
  moment: Moment,
  observer: Observer,
): Answer | null {
  for (const { flag: key, variants, failed } of prerequisites) {
    const before = prepared.compiled(key);
    if (before === undefined) return failed;
    const { error, variant } = decide(before, prepared, context, moment, observer);
    if (error !== undefined || !variants.includes(variant)) return failed;
  }
  return null;
}

function decideByRules(flag: CompiledFlag, prepared: Prepared, context: Attributes, moment: Moment, observer: Observer): Answer {
  let answer: Answer | null | undefined = null;
  let ramp: Ramp | null = null;
  let arm: Arm = 'control';
  const { prerequisites } = flag;
  if (prerequisites !== null) answer = failedPrerequisite(prerequisites, prepared, context, moment, observer);
  for (let rule = flag.first; rule !== null && answer === null; rule = rule.next) {
    if (rule.test !== null && !holdAll(rule.test, context, moment)) continue;
    const side = rule.isWhole ? INSIDE : sideOf(flag.key, rule, context, moment, observer);
    if (rule.ramp !== null && ramp === null && side !== UNMET) {
      ramp = rule.ramp;
      arm = side === INSIDE ? 'treatment' : 'control';
    }
    if (side === INSIDE) answer = rule.split === null ? rule.answer : choose(rule.split, context, moment);
  }
  answer ??= flag.fallback;
  observer.decided(answer.flag, answer.rule, answer.variant, answer);
  return ramp === null ? answer : withArm(answer, ramp, arm);
}

function decide(flag: CompiledFlag, prepared: Prepared, context: unknown, moment: Moment, observer: Observer): Answer {
  const { fixed } = flag;
  if (fixed === null) return decideByRules(flag, prepared, contextOf(context), moment, observer);
  if (fixed.error === undefined) observer.decided(fixed.flag, fixed.rule, fixed.variant, fixed);
  return fixed;
}

/**
 * What a flag serves to a context, without the explanation: for callers that ask often; {@link evaluationOf} adds it. Never throws
 * and never changes what it is given, whatever the context holds; allocates nothing for an answer that has been given before.
 * undefined where there is no such flag. The observer must not throw.
 */
export function answerOf(
  prepared: Prepared,
  key: string,
  context: EvaluationContext | null | undefined,
  moment: Moment,
  observer: Observer,
): Answer | undefined {
  try {
    const flag = prepared.ready.get(key) ?? prepared.compiled(key);
    return flag === undefined ? undefined : decide(flag, prepared, context, moment, observer);
  } catch {
    return undefined;
  }
}

const DEAF: Observer = { decided: () => undefined, audience: () => undefined, arm: () => undefined };
const guards = new WeakMap<Observer, Observer>();

/** The observer, without what it throws. */
function guarded(observer: Observer | undefined): Observer {
  if (observer === undefined) return DEAF;
  let guard = guards.get(observer);
  if (guard === undefined) {
    const quietly =
      <Given extends unknown[]>(tell: (...given: Given) => void) =>
      (...given: Given): void => {
        try {
          tell.apply(observer, given);
        } catch {
          // an observer's failure is its own
        }
      };
    guard = {
      decided: quietly(observer.decided),
      audience: quietly((flag, rule, hash, slot) => observer.audience(flag, rule, hash >>> 0, slot)),
      arm: quietly(observer.arm),
    };
    guards.set(observer, guard);
  }
  return guard;
}

/**
 * What a flag serves to a context: prerequisites, then rules in order, as the README of the engine says. Never throws and
 * never changes what it is given, whatever the context holds; what an observer throws is swallowed.
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
      const moment: Moment = { now: () => now, draw: () => draw };
      return evaluationOf(decide(flag, prepared, context, moment, guarded(observer)), prepared.revision);
    }
  } catch (cause) {
    return failure(prepared, key, 'GENERAL', cause instanceof Error ? cause.message : 'the evaluation failed');
  }
  return failure(prepared, key, 'FLAG_NOT_FOUND', `there is no flag ${key}`);
}

function failure({ revision }: Prepared, flag: string, errorCode: EvaluationErrorCode, errorMessage: string): Evaluation {
  return { flag, reason: 'ERROR', revision, errorCode, errorMessage };
}
