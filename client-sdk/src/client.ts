import type { EvaluationContext, Prepared, PrepareOptions } from '@burgee/engine';
import { type Connection, createConnection } from './delivery/connection.ts';
import type { Digest } from './delivery/envelope.ts';
import type { Failure } from './delivery/failures.ts';
import { createFreshness } from './delivery/freshness.ts';
import type { Held } from './delivery/held.ts';
import { createHolder, type Swap } from './delivery/holder.ts';
import { createKeeper } from './delivery/keeper.ts';
import { createDispatcher } from './dispatcher.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import type { ClientError, ClientEvents, Readiness } from './events.ts';
import { createForcedEvaluator, type Variants } from './forced.ts';
import { createHooks, type Hook } from './hooks.ts';
import type { Outcome, Scope } from './reporting/exposures.ts';
import { createReporting, type ReportingHost, silent } from './reporting/reporting.ts';
import { createRequestView, type RequestView } from './request-view.ts';

/** What differs between the places where a client runs. */
export type Host = (ServerHost | LocalHost) & {
  readonly clock: ReportingHost['clock'];
  /** 0…1; not for secrets. */
  readonly random: () => number;
  readonly digest: Digest;
  readonly loadRegex: () => Promise<NonNullable<PrepareOptions['regex']>>;
  /** The unit of work that is running here, and the context of evaluations that pass none. */
  readonly scope: () => Scope | undefined;
  readonly context: () => EvaluationContext | undefined;
  /** Throws what keeps it from being used. */
  readonly bootstrap: (() => Held) | undefined;
  /** Where override tokens are taken: what the one of the work that is running here serves, and who verifies them. */
  readonly overrides?: { readonly variants: () => Variants | undefined; readonly use: (ruleset: Held) => void } | undefined;
  /** Who watches evaluations. */
  readonly hooks?: readonly Hook[];
  readonly warn: (message: string) => void;
};

/** Rulesets come from a server, and reports go there. */
export interface ServerHost extends Pick<ReportingHost, 'transport' | 'identity'> {
  readonly load: () => Promise<Held | undefined>;
  /** Keeps a newly applied ruleset; rejections become `error` events. Left out where nothing is kept. */
  readonly save?: (ruleset: Held, envelope: string | undefined) => Promise<void>;
  readonly streaming: boolean;
}

/** Rulesets come from nearby, or not at all; nothing is counted or sent. */
export interface LocalHost {
  readonly local: (owner: LocalOwner) => Connection;
}

/** What a local feed tells. */
export interface LocalOwner {
  /** Evaluates this from now on, whatever its revision. */
  take(ruleset: Held): Promise<void>;
  failed(error: ClientError): void;
}

/** What a client is doing, for health pages. */
export interface Status extends Readiness {
  /** What the rules that are held are of; null while there are none. */
  readonly project: string | null;
  readonly environment: string | null;
  readonly connection: ReturnType<Connection['mode']>;
  /** Whether nothing was heard from the server for 30 s. */
  readonly stale: boolean;
  /** Reports delivered, units dropped, and why reports fail now, if they do. */
  readonly reports: { readonly sent: number; readonly dropped: number; readonly failing: string | null };
}

/** The part of a client that is the same in every host. */
export interface Core extends Evaluator {
  ready(options?: { readonly timeout?: number }): Promise<Readiness>;
  on<K extends keyof ClientEvents>(event: K, listener: (payload: ClientEvents[K]) => unknown): () => void;
  status(): Status;
  /** Evaluations that all answer from the ruleset held now; without a context, the run's. */
  forRequest(context?: EvaluationContext): RequestView;
  openScope(): Scope;
  endScope(scope: Scope, failed: boolean): void;
  outcome(context: EvaluationContext | undefined, outcome: Outcome): void;
  close(options?: { readonly timeout?: number }): Promise<void>;
}

const READY_MS = 2_000;
const CLOSE_MS = 1_000;
const LOG_MS = 60_000;
const EXPECTED = new Set<Failure['code']>(['goodbye', 'resync']);

/** Wires delivery, evaluation and reporting together and starts them. Never throws. */
export function createCore(host: Host): Core {
  const { clock } = host;
  const waiting = new Set<() => void>();
  let inForce: Prepared | undefined;
  let pinned: Evaluator | undefined;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let first = true;
  let closing: Promise<void> | undefined;

  const report = (error: ClientError): void => {
    events.emit('error', error);
    if (clock.monotonic() - loggedAt < LOG_MS) return;
    loggedAt = clock.monotonic();
    host.warn(`burgee: ${error.message}; flags are answered from ${SOURCES[holder.source()]}`);
  };
  const events = createDispatcher<ClientEvents>((error) => host.warn(`burgee: a listener failed: ${text(error)}`));
  const keeper = createKeeper('save' in host ? host.save : undefined, (error) =>
    report({ code: 'disk', message: `the ruleset could not be kept on disk: ${text(error)}` }),
  );

  const readiness = (): Readiness => {
    const source = holder.source();
    return { source, ready: source !== 'default', revision: holder.revision() ?? null };
  };

  const wakeWaiting = (): void => {
    for (const wake of waiting) wake();
  };

  const swapped = ({ source, ruleset, prepared, changed, isWhole }: Swap): void => {
    reporting.swapped(ruleset.flags.ramps(), isWhole);
    inForce = prepared;
    host.overrides?.use(ruleset);
    pinned = undefined;
    use(prepared);
    if (closing !== undefined) return;
    if (FINAL.has(source)) wakeWaiting();
    if (first) events.emit('ready', readiness());
    first = false;
    if (changed.length > 0) events.emit('changed', { flags: changed, revision: ruleset.revision });
  };

  const { digest, loadRegex } = host;
  const holder = createHolder({ digest, loadRegex, swapped, applied: keeper.keep });
  const freshness = createFreshness({ clock, events, revision: holder.revision });
  const replace = async (ruleset: Held): Promise<void> => {
    const prepared = await holder.replace(ruleset);
    const broken = prepared.keys().flatMap((key) => prepared.compiled(key)?.error ?? []);
    if (broken.length > 0)
      report({ code: 'file', message: `${broken.length} flags answer their defaults: ${broken.join('; ')}` });
  };
  const connection =
    'local' in host
      ? host.local({ take: replace, failed: report })
      : createConnection({
          transport: host.transport,
          clock,
          random: host.random,
          streaming: host.streaming,
          owner: {
            held: holder.revision,
            receive: holder.receive,
            override: holder.override,
            confirmed() {
              if (holder.confirm()) wakeWaiting();
              freshness.heard();
            },
            failed({ code, message, status }) {
              if (!EXPECTED.has(code)) report(status === undefined ? { code, message } : { code, message, status });
              freshness.missed();
            },
          },
        });
  const reporting = 'local' in host ? silent : createReporting(host, holder.revision);

  const { observer, met, missed } = reporting;
  const parts = { observer, met, missed, now: clock.now, random: host.random, context: host.context };
  const watch = createHooks(host.hooks ?? [], {
    clock,
    context: host.context,
    failed: (message) => report({ code: 'hook', message }),
  });
  const variants = host.overrides?.variants;
  const evaluatorFor = (by = variants) => (by === undefined ? createEvaluator(parts) : createForcedEvaluator(parts, by));
  const { use, ...answers } = evaluatorFor();
  const pin = (by?: Variants): Evaluator => {
    const { use: apply, ...pinnedAnswers } = evaluatorFor(by && (() => by));
    if (inForce !== undefined) apply(inForce);
    return watch(pinnedAnswers);
  };

  const start = async (): Promise<void> => {
    const stored = 'load' in host ? await host.load().catch(() => undefined) : undefined;
    if (stored !== undefined) await holder.seed(stored, 'disk').catch(() => undefined);
    const refused = (error: unknown) => report({ code: 'bootstrap', message: `the bootstrap cannot be used: ${text(error)}` });
    const { bootstrap } = host;
    if (bootstrap !== undefined) await (async () => holder.seed(bootstrap(), 'bootstrap'))().catch(refused);
    if (closing !== undefined) return;
    connection.start();
    reporting.start();
  };
  const started = start();

  return {
    ...watch(answers),
    ready({ timeout } = {}) {
      if (FINAL.has(holder.source()) || closing !== undefined) return Promise.resolve(readiness());
      if (connection.mode() === 'offline') return started.then(readiness);
      return new Promise((resolve) => {
        const ms = typeof timeout === 'number' && timeout >= 0 ? Math.min(timeout, 2 ** 31 - 1) : READY_MS;
        const settle = (): void => {
          cancel();
          waiting.delete(settle);
          resolve(readiness());
        };
        const cancel = clock.after(ms, settle, 'keep alive');
        waiting.add(settle);
      });
    },
    on: events.on,
    status() {
      const { project = null, environment = null } = holder.ruleset() ?? {};
      const held = { ...readiness(), project, environment };
      return { ...held, connection: connection.mode(), stale: freshness.stale(), reports: reporting.status() };
    },
    forRequest(context) {
      const by = variants?.();
      if (by === undefined) pinned ??= pin();
      return createRequestView(
        by === undefined ? (pinned ?? pin()) : pin(by),
        context ?? host.context() ?? NOBODY,
        inForce?.revision ?? null,
      );
    },
    openScope: reporting.openScope,
    endScope: reporting.endScope,
    outcome: reporting.outcome,
    close({ timeout = CLOSE_MS } = {}) {
      closing ??= (async () => {
        connection.close();
        wakeWaiting();
        await started;
        await reporting.close(timeout);
        await keeper.done();
        events.clear();
      })();
      return closing;
    },
  };
}

const NOBODY: EvaluationContext = Object.freeze({});

/** What comes from these is not waited for any longer. */
const FINAL = new Set<Readiness['source']>(['live', 'file']);

const SOURCES = {
  live: 'the last ruleset received',
  file: 'the last good content of the file',
  disk: 'the last known good ruleset on disk',
  bootstrap: 'the bootstrap',
  default: 'their defaults',
} as const;

function text(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
