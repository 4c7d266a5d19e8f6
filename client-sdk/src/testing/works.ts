import { AsyncLocalStorage } from 'node:async_hooks';
import type { EvaluationContext } from '@burgee/engine';
import { createMiddleware, type Middleware } from '../node/middleware.ts';
import { settle } from '../node/settle.ts';
import type { Scope } from '../reporting/exposures.ts';

/** One end of a unit of work. */
export interface TestOutcome {
  /** A call of `outcome`, a job in `run`, or a request through `middleware`. */
  readonly of: 'outcome' | 'run' | 'request';
  /** The outcome's or the run's; requests have none. */
  readonly context?: EvaluationContext;
  readonly failed: boolean;
  readonly durationMs: number;
  /** The keys of the flags that the job or request asked for, each once. */
  readonly flags: readonly string[];
}

/** The jobs and requests that are running, and how they end. */
export interface Works {
  readonly middleware: Middleware;
  run<T>(context: EvaluationContext, run: () => T): T;
  outcome(context: EvaluationContext | undefined, outcome?: { readonly error?: unknown; readonly durationMs?: number }): void;
  /** The context of the run around here. */
  context(): EvaluationContext | undefined;
  /** The job or request around here asked for this flag. */
  met(key: string): void;
}

interface Work {
  readonly scope: Scope;
  readonly of: 'run' | 'request';
  readonly context?: EvaluationContext;
  readonly flags: Set<string>;
}

const maybe = (context: EvaluationContext | undefined) => (context === undefined ? {} : { context });

export function createWorks(ended: (outcome: TestOutcome) => void): Works {
  const works = new AsyncLocalStorage<Work>();
  const byScope = new WeakMap<Scope, Work>();

  const begin = (of: Work['of'], context?: EvaluationContext): Work => {
    const scope: Scope = { startedAt: performance.now(), open: new Set(), ended: false };
    const work: Work = { scope, of, flags: new Set(), ...maybe(context) };
    byScope.set(scope, work);
    return work;
  };
  const end = (scope: Scope, failed: boolean): void => {
    const work = byScope.get(scope);
    if (work === undefined || scope.ended) return;
    scope.ended = true;
    const durationMs = performance.now() - scope.startedAt;
    ended({ of: work.of, ...maybe(work.context), failed, durationMs, flags: [...work.flags] });
  };

  return {
    middleware: createMiddleware({
      open: () => begin('request').scope,
      end,
      isOverridden: () => false,
      inside: (scope, run) => works.run(byScope.get(scope) ?? begin('request'), run),
    }),
    run(context, run) {
      const work = begin('run', context);
      return works.run(work, () => settle(run, (failed) => end(work.scope, failed)));
    },
    outcome(given, { error, durationMs } = {}) {
      const failed = error !== undefined && error !== null && error !== false;
      const context = maybe(given ?? works.getStore()?.context);
      ended({ of: 'outcome', ...context, failed, durationMs: durationMs ?? 0, flags: [] });
    },
    context: () => works.getStore()?.context,
    met: (key) => void works.getStore()?.flags.add(key),
  };
}
