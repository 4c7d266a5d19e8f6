import {
  type Arm,
  type Evaluation,
  type EvaluationContext,
  type EvaluationErrorCode,
  evaluate,
  type Observer,
  type Prepared,
  type Reason,
  type Revision,
} from '@burgee/engine';

/** An answer with its explanation. `value` is the caller's default whenever there is an `errorCode`. */
export interface Detail<T> {
  readonly value: T;
  /** Absent where the default answers. */
  readonly variant?: string;
  readonly reason: Reason;
  /** The id of the rule that decided. */
  readonly rule?: string;
  /** Null while there is no ruleset. */
  readonly revision: Revision | null;
  /** On which side of a rule that is being ramped the context is, and by which rollout. */
  readonly arm?: Arm;
  readonly rollout?: string;
  /** The prerequisite that failed. */
  readonly prerequisite?: string;
  readonly errorCode?: EvaluationErrorCode;
  readonly errorMessage?: string;
}

/**
 * Evaluations, all local: no I/O, no waiting, no exception for any context. An unknown flag, one of another type, or no ruleset
 * yet: the default. Inside `run`, a context left undefined is the run's.
 */
export interface Evaluator {
  /** About 0.1 µs; allocates nothing. */
  boolean(key: string, context: EvaluationContext | undefined, fallback: boolean): boolean;
  string(key: string, context: EvaluationContext | undefined, fallback: string): string;
  number(key: string, context: EvaluationContext | undefined, fallback: number): number;
  /** The value of a flag of type json, whatever its shape: the type parameter is the caller's claim. Shared, never mutate it. */
  json<T>(key: string, context: EvaluationContext | undefined, fallback: T): T;
  /** The type asked for is the default's: an object, a list or null asks for a flag of type json. */
  detail(key: string, context: EvaluationContext | undefined, fallback: boolean): Detail<boolean>;
  detail(key: string, context: EvaluationContext | undefined, fallback: string): Detail<string>;
  detail(key: string, context: EvaluationContext | undefined, fallback: number): Detail<number>;
  detail<T extends object | null>(key: string, context: EvaluationContext | undefined, fallback: T): Detail<T>;
}

/** What the evaluator works on; `use` swaps the ruleset. */
export interface EvaluatorControl extends Evaluator {
  /** `timed`: whether its conditions look at the time. */
  use(prepared: Prepared, timed: boolean): void;
}

export function createEvaluator(input: {
  readonly observer: Observer;
  readonly met: (context: unknown) => void;
  /** Hears of flags that the ruleset does not have, with the default that answered. */
  readonly missed: (key: string, fallback: unknown) => void;
  readonly now: () => number;
  readonly random: () => number;
  /** The context of evaluations that pass none. */
  readonly context: () => EvaluationContext | undefined;
}): EvaluatorControl {
  const { observer, met, now } = input;
  // full period over 2³² (Numerical Recipes); the engine hashes what it draws, and Math.random() would cost as much as a flag
  let draw = Math.trunc(input.random() * 0x100000000) | 0;
  let prepared: Prepared | undefined;
  let timed = false;

  const answer = (key: string, given: EvaluationContext | undefined): Evaluation | undefined => {
    if (prepared === undefined) return undefined;
    const context = given === undefined ? input.context() : given;
    met(context);
    draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) | 0;
    return evaluate(prepared, key, context, timed ? now() : 0, (draw >>> 0) / 0x100000000, observer);
  };

  const missing = <T>(key: string, fallback: T): T => {
    if (prepared !== undefined && prepared.flag(key) === undefined) input.missed(key, fallback);
    return fallback;
  };

  const isOfType = (key: string, value: unknown, type: string): boolean =>
    type === 'object' ? value !== undefined && prepared?.flag(key)?.type === 'json' : typeof value === type;

  const detail = <T>(key: string, context: EvaluationContext | undefined, fallback: T): Detail<T> => {
    const found = answer(key, context);
    if (found === undefined) {
      const errorMessage = 'no ruleset has been received yet';
      return { value: fallback, reason: 'ERROR', revision: null, errorCode: 'PROVIDER_NOT_READY', errorMessage };
    }
    const { flag: _, value, ...rest } = found;
    if (found.errorCode !== undefined) return { ...rest, value: missing(key, fallback) };
    if (isOfType(key, value, typeof fallback)) return { ...rest, value: value as T };
    const is = prepared?.flag(key)?.type ?? typeof value;
    const errorMessage = `flag ${key} is of type ${is}, the default of type ${typeof fallback === 'object' ? 'json' : typeof fallback}`;
    return { value: fallback, reason: 'ERROR', revision: found.revision, errorCode: 'TYPE_MISMATCH', errorMessage };
  };

  return {
    use(next, nextTimed) {
      prepared = next;
      timed = nextTimed;
    },
    boolean(key, context, fallback) {
      const value = answer(key, context)?.value;
      return typeof value === 'boolean' ? value : missing(key, fallback);
    },
    string(key, context, fallback) {
      const value = answer(key, context)?.value;
      return typeof value === 'string' ? value : missing(key, fallback);
    },
    number(key, context, fallback) {
      const value = answer(key, context)?.value;
      return typeof value === 'number' ? value : missing(key, fallback);
    },
    json<T>(key: string, context: EvaluationContext | undefined, fallback: T): T {
      const value = answer(key, context)?.value;
      return isOfType(key, value, 'object') ? (value as T) : missing(key, fallback);
    },
    detail,
  };
}
