import type { EvaluationContext, PrepareOptions, Report, Ruleset } from '@burgee/engine';
import { usesClock } from './delivery/clock-use.ts';
import { type Connection, createConnection } from './delivery/connection.ts';
import type { Digest } from './delivery/envelope.ts';
import type { Failure } from './delivery/failures.ts';
import { createHolder, type Swap } from './delivery/holder.ts';
import type { Clock, Transport } from './delivery/transport.ts';
import { createDispatcher } from './dispatcher.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import type { ClientError, ClientEvents, Readiness } from './events.ts';
import { type RampedRule, rampsOf } from './ramps.ts';
import { createAttributeNames } from './reporting/attributes.ts';
import { createExposures, type Outcome, type Scope } from './reporting/exposures.ts';
import { createReporter } from './reporting/reporter.ts';
import { createTally } from './reporting/tally.ts';
import { unitOf } from './reporting/unit.ts';
import { createWork } from './reporting/work.ts';

/** What differs between the places where a client runs. */
export interface Host {
  readonly transport: Transport;
  readonly clock: Clock;
  /** 0…1; not for secrets. */
  readonly random: () => number;
  readonly digest: Digest;
  readonly loadRegex: () => Promise<NonNullable<PrepareOptions['regex']>>;
  /** The unit of work that is running here, and the context of evaluations that pass none. */
  readonly scope: () => Scope | undefined;
  readonly context: () => EvaluationContext | undefined;
  readonly load: () => Promise<Ruleset | undefined>;
  /** Keeps a newly applied ruleset; rejections become `error` events. */
  readonly save: (envelope: string, ruleset: Ruleset) => Promise<void>;
  readonly identity: Pick<Report, 'instance' | 'sdk' | 'app' | 'platform'>;
  readonly streaming: boolean;
  readonly bootstrap: Ruleset | undefined;
  readonly warn: (message: string) => void;
}

/** What a client is doing, for health pages. */
export interface Status extends Readiness {
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
  openScope(): Scope;
  endScope(scope: Scope, failed: boolean): void;
  outcome(context: EvaluationContext | undefined, outcome: Outcome): void;
  close(options?: { readonly timeout?: number }): Promise<void>;
}

const READY_MS = 2_000;
const CLOSE_MS = 1_000;
const STALE_MS = 30_000;
const LOG_MS = 60_000;
const EXPECTED = new Set<Failure['code']>(['goodbye', 'resync']);

/** Wires delivery, evaluation and reporting together and starts them. Never throws. */
export function createCore(host: Host): Core {
  const { clock } = host;
  const waiting = new Set<() => void>();
  let ramps: readonly RampedRule[] = [];
  let saving: Promise<void> | undefined;
  let unsaved: { readonly envelope: () => string; readonly ruleset: Ruleset } | undefined;
  let heardAt = clock.monotonic();
  let loggedAt = Number.NEGATIVE_INFINITY;
  let first = true;
  let stale = false;
  let closing: Promise<void> | undefined;

  const report = (error: ClientError): void => {
    events.emit('error', error);
    if (clock.monotonic() - loggedAt < LOG_MS) return;
    loggedAt = clock.monotonic();
    host.warn(`burgee: ${error.message}; flags are answered from ${SOURCES[holder.source()]}`);
  };
  const events = createDispatcher<ClientEvents>((error) => host.warn(`burgee: a listener failed: ${text(error)}`));
  const exposures = createExposures();
  const work = createWork();
  const attributes = createAttributeNames();
  const tally = createTally((ramp, _flag, _rule, percent, unit, arm) => {
    const now = clock.monotonic();
    if (exposures.meet({ ramp, arm, percent, unit, scope: host.scope(), now })) reporter.hurry();
  });
  const { use, ...answers } = createEvaluator({
    observer: tally.observer,
    met: attributes.met,
    now: clock.now,
    random: host.random,
    context: host.context,
  });

  const readiness = (): Readiness => {
    const source = holder.source();
    return { source, ready: source !== 'default', revision: holder.revision() ?? null };
  };

  const wakeWaiting = (): void => {
    for (const wake of waiting) wake();
  };

  const swapped = ({ source, ruleset, prepared, changed }: Swap): void => {
    tally.swap();
    use(prepared, usesClock(ruleset));
    ramps = rampsOf(ruleset);
    const marks = ramps.map((rule) => rule.ramp);
    exposures.ramps(marks, clock.monotonic());
    reporter.replan();
    if (closing !== undefined) return;
    if (source === 'live') wakeWaiting();
    if (first) events.emit('ready', readiness());
    first = false;
    if (changed.length > 0) events.emit('changed', { flags: changed, revision: ruleset.revision });
  };

  const save = (): void => {
    if (saving !== undefined || unsaved === undefined) return;
    const { envelope, ruleset } = unsaved;
    unsaved = undefined;
    saving = host
      .save(envelope(), ruleset)
      .catch((error: unknown) => report({ code: 'disk', message: `the ruleset could not be kept on disk: ${text(error)}` }))
      .then(() => {
        saving = undefined;
        save();
      });
  };

  const holder = createHolder({
    digest: host.digest,
    loadRegex: host.loadRegex,
    swapped,
    applied(envelope, ruleset) {
      unsaved = { envelope, ruleset };
      save();
    },
  });

  const connection = createConnection({
    transport: host.transport,
    clock,
    random: host.random,
    streaming: host.streaming,
    owner: {
      held: holder.revision,
      receive: holder.receive,
      override: holder.override,
      confirmed() {
        heardAt = clock.monotonic();
        if (holder.confirm()) wakeWaiting();
        const revision = holder.revision();
        if (!stale || revision === undefined) return;
        stale = false;
        events.emit('recovered', { revision });
      },
      failed({ code, message, status }) {
        if (!EXPECTED.has(code)) report(status === undefined ? { code, message } : { code, message, status });
        if (stale || clock.monotonic() - heardAt < STALE_MS) return;
        stale = true;
        events.emit('stale', { revision: holder.revision() ?? null });
      },
    },
  });

  const reporter = createReporter({
    transport: host.transport,
    clock,
    random: host.random,
    identity: host.identity,
    revision: holder.revision,
    tally,
    work,
    attributes,
    exposures,
  });

  const start = async (): Promise<void> => {
    const stored = await host.load().catch(() => undefined);
    if (stored !== undefined) await holder.seed(stored, 'disk');
    if (host.bootstrap !== undefined) await holder.seed(host.bootstrap, 'bootstrap');
    if (closing !== undefined) return;
    connection.start();
    reporter.start();
  };
  const started = start();

  return {
    ...answers,
    ready({ timeout } = {}) {
      if (holder.source() === 'live' || closing !== undefined) return Promise.resolve(readiness());
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
    status: () => ({ ...readiness(), connection: connection.mode(), stale, reports: reporter.status() }),
    openScope: () => ({ startedAt: clock.monotonic(), open: new Set(), ended: false }),
    endScope(scope, failed) {
      if (scope.ended) return;
      const outcome = { failed, durationMs: clock.monotonic() - scope.startedAt };
      exposures.end(scope, outcome);
      work.add(outcome);
    },
    outcome(context, outcome) {
      if (host.scope() === undefined) work.add(outcome);
      const asked = context ?? host.context();
      const units = new Map(ramps.map(({ ramp, by }) => [ramp.rollout, unitOf(by, asked)]));
      exposures.outcome((rollout) => units.get(rollout), outcome, clock.monotonic());
    },
    close({ timeout = CLOSE_MS } = {}) {
      closing ??= (async () => {
        connection.close();
        wakeWaiting();
        await started;
        await reporter.close(timeout);
        // the newest ruleset may be waiting behind the one that is being written
        while (saving !== undefined) await saving;
        events.clear();
      })();
      return closing;
    },
  };
}

const SOURCES = {
  live: 'the last ruleset received',
  disk: 'the last known good ruleset on disk',
  bootstrap: 'the bootstrap',
  default: 'their defaults',
} as const;

function text(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
