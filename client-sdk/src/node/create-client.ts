import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { type Core, createCore, type LocalHost, type ServerHost } from '../client.ts';
import { type Held, holdRuleset } from '../delivery/held.ts';
import type { Evaluator as AnyEvaluator } from '../evaluator.ts';
import type { Context } from '../flags/index.ts';
import { loadRegex } from '../regex.ts';
import type { Scope } from '../reporting/exposures.ts';
import type { Evaluator, RequestView } from '../typed-evaluator.ts';
import { createDisk, sha256 } from './disk.ts';
import { createFileFeed, readRuleset } from './file.ts';
import { createMiddleware, type Middleware } from './middleware.ts';
import { type ClientOptions, readOptions, type Settings } from './options.ts';
import { withToken } from './override-sources.ts';
import type { OverrideToken } from './override-token.ts';
import { createOverrides } from './overrides.ts';
import { settle } from './settle.ts';
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
export interface Client extends Evaluator, Omit<Core, keyof AnyEvaluator | 'forRequest' | 'openScope' | 'endScope' | 'outcome'> {
  /** Settles within `timeout` ms (2,000) and never rejects: at once when the server's ruleset is there. */
  ready: Core['ready'];
  /** Calls the listener on every such event until the returned function is called. A listener that throws harms nobody. */
  on: Core['on'];
  /** What answers now, from where, and how the connection stands. */
  status: Core['status'];
  /**
   * A view for one request or job: its evaluations take this context, or without one the run's, and answer from the ruleset that is
   * held now, whatever arrives meanwhile. About 0.1 µs. For as long as a request: it does not hear of later kills.
   */
  forRequest(context?: Context): RequestView;
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
  /**
   * Baggage (W3C) for requests to other services of yours: what came in, with the override token of the request that is running
   * here, or without any. `overrides` of those services must look at baggage. Without the option `overrides` it gives back what
   * it is given.
   */
  baggage(incoming?: string): string;
  /** Sends the last report within `timeout` ms (1,000) and ends every connection and timer. Idempotent; evaluations go on answering. */
  close(options?: { readonly timeout?: number }): Promise<void>;
}

/** The unit of work that is running. */
interface Inside {
  readonly scope: Scope;
  readonly token: OverrideToken | undefined;
  readonly context?: Context;
}

const SDK = 'burgee-node/0.1.0';

/**
 * Makes a client and starts it; returns at once. Throws a TypeError for an option that cannot work, and nothing later. With a server it costs one
 * connection for as long as it lives and, every minute, or every few seconds during a rollout, a short one for a report; neither keeps the process alive.
 */
export function createClient(options: ClientOptions): Client {
  const { origin, app, platform, streaming, bootstrap, overrides, hooks, warn } = readOptions(options);
  const scopes = new AsyncLocalStorage<Inside>();
  const tokens = new WeakMap<Scope, OverrideToken>();
  let ruleset: Held | undefined;
  const readOverride =
    overrides.length === 0 ? undefined : createOverrides({ sources: overrides, held: () => ruleset, now: Date.now, warn });
  const core = createCore({
    ...(origin.kind === 'server' ? serverHost(origin, { app, platform, streaming }) : { local: localFeed(origin) }),
    clock: nodeClock,
    random: Math.random,
    digest: sha256,
    loadRegex,
    scope: () => scopes.getStore()?.scope,
    context: () => scopes.getStore()?.context,
    bootstrap:
      bootstrap === undefined
        ? undefined
        : () => (typeof bootstrap === 'string' ? readRuleset(bootstrap) : holdRuleset(bootstrap)),
    overrides: readOverride && {
      variants: () => scopes.getStore()?.token?.variants,
      use: (next) => {
        ruleset = next;
      },
    },
    hooks,
    warn,
  });
  const { openScope, endScope, outcome, ...shared } = core;
  /** Of work under an override token nothing counts, how it ends neither: its scope has ended before it begins. */
  const begin = (token: OverrideToken | undefined): Scope => {
    const scope = openScope();
    if (token === undefined) return scope;
    tokens.set(scope, token);
    scope.ended = true;
    return scope;
  };
  const middleware = createMiddleware({
    open: (request) => begin(readOverride?.(request)),
    end: endScope,
    inside: (scope, run) => scopes.run({ scope, token: tokens.get(scope) }, run),
    isOverridden: (scope) => tokens.has(scope),
  });

  return {
    ...shared,
    middleware: () => middleware,
    baggage: (incoming = '') => (readOverride === undefined ? incoming : withToken(incoming, scopes.getStore()?.token?.text)),
    run(context, run) {
      const token = scopes.getStore()?.token;
      const scope = begin(token);
      return scopes.run({ scope, token, context }, () => settle(run, (failed) => endScope(scope, failed)));
    },
    outcome(context, { error, durationMs } = {}) {
      if (scopes.getStore()?.token !== undefined) return;
      const failed = error !== undefined && error !== null && error !== false;
      outcome(context, { failed, durationMs: typeof durationMs === 'number' && durationMs >= 0 ? durationMs : 0 });
    },
  };
}

function serverHost(
  { url, key, cacheDir }: Settings['origin'] & { kind: 'server' },
  { app, platform, streaming }: Pick<Settings, 'app' | 'platform' | 'streaming'>,
): ServerHost {
  const disk = cacheDir === undefined ? undefined : createDisk(cacheDir, url.href, key);
  return {
    transport: createNodeTransport(url, { authorization: `Bearer ${key}`, 'user-agent': SDK }),
    load: async () => disk?.load(),
    // without a folder no ruleset is written down at all: that costs as much as receiving it
    ...(disk !== undefined && { save: disk.save }),
    identity: { instance: randomBytes(16).toString('hex'), sdk: SDK, app, platform },
    streaming,
  };
}

function localFeed(origin: Exclude<Settings['origin'], { kind: 'server' }>): LocalHost['local'] {
  if (origin.kind === 'file') return createFileFeed(origin.path);
  let closed = false;
  return () => ({
    start: () => undefined,
    close() {
      closed = true;
    },
    mode: () => (closed ? 'closed' : 'offline'),
  });
}
