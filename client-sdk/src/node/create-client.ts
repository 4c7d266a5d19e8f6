import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { type Core, createCore } from '../client.ts';
import type { Evaluator as AnyEvaluator } from '../evaluator.ts';
import type { Context } from '../flags/index.ts';
import type { Scope } from '../reporting/exposures.ts';
import type { Evaluator } from '../typed-evaluator.ts';
import { createDisk, sha256 } from './disk.ts';
import { createMiddleware, type Middleware } from './middleware.ts';
import { type ClientOptions, readOptions } from './options.ts';
import { loadRegex } from './regex.ts';
import { createNodeTransport, nodeClock } from './transport.ts';

/** A unit of work's end, given by hand. */
export interface WorkOutcome {
  /** Anything but undefined, null and false: it failed. */
  readonly error?: unknown;
  readonly durationMs?: number;
}

/**
 * A client of one environment. It holds the environment's rules and answers from them; the network only brings changes. Nothing
 * here throws or rejects because of the server, the network or the disk.
 */
export interface Client extends Evaluator, Omit<Core, keyof AnyEvaluator | 'openScope' | 'endScope' | 'outcome'> {
  /** Settles within `timeout` ms (2,000) and never rejects: at once when the server's ruleset is there. */
  ready: Core['ready'];
  /** Calls the listener on every such event until the returned function is called. A listener that throws harms nobody. */
  on: Core['on'];
  /** What answers now, from where, and how the connection stands. */
  status: Core['status'];
  /**
   * A request scope for Express, Fastify, Hono and node:http: flags that a request evaluates are remembered, and its outcome
   * (status of 500 and above, exception, latency) goes to the arms that it met.
   */
  middleware(): Middleware;
  /**
   * Runs a job in a scope of its own: it failed when `run` throws or rejects. Returns what `run` returns. Evaluations inside that
   * pass no context get this one.
   */
  run<T>(context: Context, run: () => T): T;
  /**
   * An outcome by hand, for work outside any scope: it goes to the arms that this process evaluated for the context's unit in
   * the last 30 s; where there are none, it is only counted.
   */
  outcome(context: Context | undefined, outcome?: WorkOutcome): void;
  /** Sends the last report within `timeout` ms (1,000) and ends every connection and timer. Idempotent; evaluations go on answering. */
  close(options?: { readonly timeout?: number }): Promise<void>;
}

const SDK = 'burgee-node/0.1.0';

/**
 * Makes a client and starts it; returns at once. Throws a TypeError for an option that cannot work, and nothing later. Costs one
 * connection for as long as it lives and, every minute, or every few seconds during a rollout, a short one for a report; neither keeps the process alive.
 */
export function createClient(options: ClientOptions): Client {
  const { url, key, app, platform, cacheDir, streaming, bootstrap, warn } = readOptions(options);
  const disk = cacheDir === undefined ? undefined : createDisk(cacheDir, url.href, key);
  const scopes = new AsyncLocalStorage<{ readonly scope: Scope; readonly context?: Context }>();
  const core = createCore({
    transport: createNodeTransport(url, { authorization: `Bearer ${key}`, 'user-agent': SDK }),
    clock: nodeClock,
    random: Math.random,
    digest: sha256,
    loadRegex,
    scope: () => scopes.getStore()?.scope,
    context: () => scopes.getStore()?.context,
    load: async () => disk?.load(),
    save: async (envelope, ruleset) => disk?.save(envelope, ruleset),
    identity: { instance: randomBytes(16).toString('hex'), sdk: SDK, app, platform },
    streaming,
    bootstrap,
    warn,
  });
  const { openScope, endScope, outcome, ...shared } = core;
  const middleware = createMiddleware({
    open: openScope,
    end: endScope,
    inside: (scope, run) => scopes.run({ scope }, run),
  });

  return {
    ...shared,
    middleware: () => middleware,
    run(context, run) {
      const scope = openScope();
      return scopes.run({ scope, context }, () => settle(run, (failed) => endScope(scope, failed)));
    },
    outcome(context, { error, durationMs } = {}) {
      const failed = error !== undefined && error !== null && error !== false;
      outcome(context, { failed, durationMs: typeof durationMs === 'number' && durationMs >= 0 ? durationMs : 0 });
    },
  };
}

/** Calls back once `run` has returned or settled, whichever is later, and changes nothing about either. */
function settle<T>(run: () => T, ended: (failed: boolean) => void): T {
  let result: T;
  try {
    result = run();
  } catch (error) {
    ended(true);
    throw error;
  }
  if (!isThenable(result)) {
    ended(false);
    return result;
  }
  const observed = result.then(
    () => ended(false),
    () => ended(true),
  );
  void observed;
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
