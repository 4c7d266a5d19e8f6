import {
  type Answer,
  type Arm,
  answerOf,
  type EvaluationContext,
  type EvaluationErrorCode,
  evaluate,
  evaluationOf,
  type Moment,
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
  /** An override token decided, and nothing was counted. */
  readonly override?: true;
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
  use(prepared: Prepared): void;
}

const FIRST_LOOKS = 64;
const PAUSE = 1_023;

export function createEvaluator(input: {
  readonly observer: Observer;
  /** Is shown the contexts of the first evaluations, then of one in 1,024. */
  readonly met: (context: unknown) => void;
  /** Hears of flags that the ruleset does not have, with the default that answered. */
  readonly missed: (key: string, fallback: unknown) => void;
  readonly now: () => number;
  readonly random: () => number;
  /** The context of evaluations that pass none. */
  readonly context: () => EvaluationContext | undefined;
}): EvaluatorControl {
  const { observer, met, now } = input;
  // every evaluation has a number of its own, `base + left`: one counter for what is shown, timed and drawn
  let base = Math.trunc(input.random() * 0x100000000) | 0;
  let left = 0;
  let looks = 0;
  let timedAt = Number.NaN;
  let time = 0;
  let prepared: Prepared | undefined;

  const moment: Moment = {
    now() {
      const number = (base + left) | 0;
      if (timedAt !== number) time = now();
      timedAt = number;
      return time;
    },
    // each number once in 2³², and the engine hashes it; Math.random() would cost as much as a flag
    draw: () => (Math.imul(base + left, 0x9e3779b1) >>> 0) / 0x100000000,
  };

  const missing = <T>(key: string, fallback: T): T => {
    if (prepared !== undefined && !prepared.has(key)) input.missed(key, fallback);
    return fallback;
  };

  const look = (context: unknown): void => {
    left = ++looks < FIRST_LOOKS ? 0 : PAUSE;
    base = (base - left - 1) | 0;
    met(context);
  };

  const answer = (key: string, given: EvaluationContext | undefined): Answer | undefined => {
    if (prepared === undefined) return undefined;
    const context = given === undefined ? input.context() : given;
    left--;
    if (left < 0) look(context);
    return answerOf(prepared, key, context, moment, observer);
  };

  const detail = <T>(key: string, context: EvaluationContext | undefined, fallback: T): Detail<T> => {
    if (prepared === undefined) {
      const errorMessage = 'no ruleset has been received yet';
      return { value: fallback, reason: 'ERROR', revision: null, errorCode: 'PROVIDER_NOT_READY', errorMessage };
    }
    const found = answer(key, context);
    const explained = found === undefined ? evaluate(prepared, key, context, 0, 0) : evaluationOf(found, prepared.revision);
    const { flag: _, value, ...rest } = explained;
    if (explained.errorCode !== undefined) return { ...rest, value: missing(key, fallback) };
    const wanted = typeof fallback === 'object' ? 'json' : typeof fallback;
    if (found?.type === 'json' ? wanted === 'json' : typeof value === wanted) return { ...rest, value: value as T };
    const errorMessage = `flag ${key} is of type ${found?.type ?? typeof value}, the default of type ${wanted}`;
    return { value: fallback, reason: 'ERROR', revision: explained.revision, errorCode: 'TYPE_MISMATCH', errorMessage };
  };

  return {
    use(next) {
      prepared = next;
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
      const found = answer(key, context);
      return found?.type === 'json' && found.value !== undefined ? (found.value as T) : missing(key, fallback);
    },
    detail,
  };
}
