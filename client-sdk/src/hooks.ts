import type { EvaluationContext } from '@burgee/engine';
import type { Clock } from './delivery/transport.ts';
import type { Detail, Evaluator } from './evaluator.ts';

/** The question that an evaluation answers; OpenFeature's words. */
export interface HookContext {
  readonly flagKey: string;
  readonly flagValueType: 'boolean' | 'string' | 'number' | 'object';
  readonly defaultValue: unknown;
  /** The caller's own object, or the run's: never change it. */
  readonly context: EvaluationContext;
}

/** The answer. */
export interface HookDetails extends Detail<unknown> {
  readonly flagKey: string;
}

/**
 * Watches evaluations and changes nothing about them. What a hook throws or rejects with is reported as an `error` event, once a
 * minute; what it returns is not waited for. A hook may take a tenth of the thread's time: one that has taken 100 ms more than
 * that is left out until it has made up for it. What a hook evaluates itself, before its first await, is not told to hooks.
 */
export interface Hook {
  before?(question: HookContext): unknown;
  /** The flag answered. */
  after?(question: HookContext, answer: HookDetails): unknown;
  /** The caller's default answered, and `errorCode` says why. */
  error?(question: HookContext, answer: HookDetails): unknown;
  /** Last, whatever the answer. */
  finally?(question: HookContext, answer: HookDetails): unknown;
}

const STAGES = ['before', 'after', 'error', 'finally'] as const;
type Stage = (typeof STAGES)[number];

/** The names that a hook may have, for whoever checks options. */
export const HOOK_STAGES: readonly string[] = STAGES;

const SHARE = 0.1;
const BURST_MS = 100;
const REPORT_MS = 60_000;

/** One hook with its account of time, ms. */
interface Watched {
  readonly hook: Hook;
  debt: number;
  settledAt: number;
  resting: boolean;
  reportedAt: number;
}

/** Where hooks run and who hears of their failures. */
export interface HookHost {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly context: () => EvaluationContext | undefined;
  readonly failed: (message: string) => void;
}

/** Puts hooks around evaluators. Without hooks the evaluator comes back as it is, so that it costs nothing. */
export function createHooks(hooks: readonly Hook[], host: HookHost): (evaluator: Evaluator) => Evaluator {
  if (hooks.length === 0) return (evaluator) => evaluator;
  const { clock } = host;
  const now = clock.monotonic();
  const watched = hooks.map(
    (hook): Watched => ({ hook, debt: 0, settledAt: now, resting: false, reportedAt: Number.NEGATIVE_INFINITY }),
  );
  const reversed = watched.toReversed();
  let running = false;

  const report = (one: Watched, at: number, message: string): void => {
    if (at - one.reportedAt < REPORT_MS) return;
    one.reportedAt = at;
    host.failed(message);
  };

  const isResting = (one: Watched, at: number): boolean => {
    one.debt = Math.max(0, one.debt - (at - one.settledAt) * SHARE);
    one.settledAt = at;
    if (one.debt === 0) one.resting = false;
    return one.resting;
  };

  const call = (one: Watched, stage: Stage, question: HookContext, answer: HookDetails | undefined): void => {
    const run = one.hook[stage] as ((question: HookContext, answer?: HookDetails) => unknown) | undefined;
    if (run === undefined) return;
    const from = clock.monotonic();
    if (isResting(one, from)) return;
    const failed = (error: unknown): void => {
      report(one, clock.monotonic(), `a hook's ${stage} failed: ${error instanceof Error ? error.message : 'unknown reason'}`);
    };
    try {
      const result = run.call(one.hook, question, answer);
      if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') Promise.resolve(result).catch(failed);
    } catch (error) {
      failed(error);
    }
    const to = clock.monotonic();
    one.debt += to - from;
    if (one.debt <= BURST_MS) return;
    one.resting = true;
    report(one, to, `a hook takes too long (its ${stage} took ${Math.round(to - from)} ms) and is left out for a while`);
  };

  const around = <T>(question: Omit<HookContext, 'context'>, given: EvaluationContext | undefined, ask: () => Detail<T>): T => {
    return tell(question, given, ask).value;
  };

  const tell = <T>(
    about: Omit<HookContext, 'context'>,
    given: EvaluationContext | undefined,
    ask: () => Detail<T>,
  ): Detail<T> => {
    if (running) return ask();
    const question: HookContext = { ...about, context: given ?? host.context() ?? {} };
    running = true;
    try {
      for (const one of watched) call(one, 'before', question, undefined);
      const answer = ask();
      const details: HookDetails = { ...answer, flagKey: about.flagKey };
      const stage = answer.errorCode === undefined ? 'after' : 'error';
      for (const one of reversed) call(one, stage, question, details);
      for (const one of reversed) call(one, 'finally', question, details);
      return answer;
    } finally {
      running = false;
    }
  };

  return (evaluator) => {
    const detail = evaluator.detail as (key: string, context: EvaluationContext | undefined, fallback: unknown) => Detail<never>;
    const plain =
      (type: 'boolean' | 'string' | 'number') => (key: string, context: EvaluationContext | undefined, fallback: never) =>
        around({ flagKey: key, flagValueType: type, defaultValue: fallback }, context, () => detail(key, context, fallback));
    return {
      boolean: plain('boolean') as Evaluator['boolean'],
      string: plain('string') as Evaluator['string'],
      number: plain('number') as Evaluator['number'],
      json: (key, context, fallback) =>
        around({ flagKey: key, flagValueType: 'object', defaultValue: fallback }, context, () => {
          const found: Detail<never> = detail(key, context, null);
          return found.errorCode === undefined ? found : { ...found, value: fallback };
        }),
      detail(key: string, context: EvaluationContext | undefined, fallback: unknown) {
        const type = typeof fallback;
        const flagValueType = type === 'boolean' || type === 'string' || type === 'number' ? type : 'object';
        return tell({ flagKey: key, flagValueType, defaultValue: fallback }, context, () => detail(key, context, fallback));
      },
    };
  };
}
