import type { Report, Revision } from '@burgee/engine';
import { backoffMs, extendedMs, retryAfterMs } from '../delivery/backoff.ts';
import { type Clock, type Exchange, type Transport, timerSlot } from '../delivery/transport.ts';
import type { AttributeNames } from './attributes.ts';
import type { Exposures } from './exposures.ts';
import type { Tally } from './tally.ts';
import type { UnknownFlags } from './unknown.ts';
import type { Work } from './work.ts';

/** Sends what was counted. One request and one timer at a time, apart from the delivery connection's. */
export interface Reporter {
  start(): void;
  /** Plans anew: the marks of ramped rules may have changed. */
  replan(): void;
  /** An opened exposure is due within 200 ms. */
  hurry(): void;
  /** Sends what is left, once, within `timeoutMs`; then stops for good. */
  close(timeoutMs: number): Promise<void>;
  status(): { readonly sent: number; readonly dropped: number; readonly failing: string | null };
}

const MINUTE_MS = 60_000;
const HURRY_MS = 120;
const TIMEOUT_MS = 10_000;
/** Together below the server's 1 MiB: 20,000 × 11 + 2,000 × 150 + 256 × 1,450 + 100 × 1,100 bytes = 1.00 MB. */
const MOST_UNITS = 20_000;
const MOST_COUNTS = 2_000;
const MOST_SKETCHES = 256;
const MOST_UNKNOWN = 100;
/** The server will never take these as they are. */
const HOPELESS = new Set([400, 413, 415, 422]);

export function createReporter(input: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly identity: Pick<Report, 'instance' | 'sdk' | 'app' | 'platform'>;
  readonly revision: () => Revision | undefined;
  readonly tally: Tally;
  readonly work: Work;
  readonly attributes: AttributeNames;
  readonly exposures: Exposures;
  readonly unknown: UnknownFlags;
}): Reporter {
  const { transport, clock, random, exposures } = input;
  const timer = timerSlot(clock);
  let sequence = 0;
  let pending: { readonly body: string; readonly units: number } | undefined;
  let flying: Exchange | undefined;
  let spanFrom = clock.monotonic();
  let fullAt = clock.monotonic() + MINUTE_MS * random();
  let retryAt = 0;
  let failures = 0;
  let hurried = false;
  let more = false;
  let started = false;
  let closed = false;
  let sent = 0;
  let dropped = 0;
  let failing: string | null = null;
  let settled: (() => void) | undefined;

  const build = (): void => {
    const now = clock.monotonic();
    const full = now >= fullAt - MIN_PAUSE_MS || closed;
    const units = exposures.take(now, MOST_UNITS);
    const counts = input.tally.counts(MOST_COUNTS);
    const sketches = full ? input.tally.sketches(MOST_SKETCHES) : { sketches: [], more: false };
    const work = input.work.take();
    hurried = false;
    more = units.more || counts.more || sketches.more;
    if (full && !sketches.more) fullAt = now + MINUTE_MS;
    const names = full ? input.attributes.take() : [];
    const unknown = full ? input.unknown.take(MOST_UNKNOWN) : [];
    const parts = [units.rollouts, counts.counts, sketches.sketches, names, unknown];
    // a minute's report tells that this process lives and what it holds; any other must have something to say
    if ((!full || closed) && work === null && parts.every((part) => part.length === 0)) return;
    const report: Report = {
      schema: 1,
      ...input.identity,
      sequence: ++sequence,
      revision: input.revision() ?? null,
      spanMs: Math.round(now - spanFrom),
      counts: counts.counts,
      sketches: sketches.sketches,
      work,
      attributes: names,
      rollouts: units.rollouts,
      ...(unknown.length > 0 && { unknown }),
    };
    spanFrom = now;
    pending = { body: JSON.stringify(report), units: units.units };
  };

  const plan = (): void => {
    if (!started || closed || flying !== undefined) return;
    const now = clock.monotonic();
    let due = fullAt;
    const flushMs = exposures.flushMs();
    if (flushMs !== undefined) due = Math.min(due, spanFrom + flushMs, now + flushMs);
    if (hurried) due = Math.min(due, now + HURRY_MS);
    if (more) due = now;
    if (pending !== undefined) due = now;
    timer.set(Math.max(Math.max(due, retryAt) - now, MIN_PAUSE_MS), tick);
  };

  const tick = (): void => {
    if (pending === undefined) build();
    if (pending === undefined) {
      spanFrom = clock.monotonic();
      plan();
    } else {
      send(pending);
    }
  };

  const send = (report: NonNullable<typeof pending>): void => {
    let answered = false;
    const done = (status: number | string, retryAfter?: string): void => {
      if (answered) return;
      answered = true;
      timer.clear();
      flying?.abort();
      flying = undefined;
      conclude(report, status, retryAfter);
      settled?.();
      plan();
    };
    timer.set(TIMEOUT_MS, () => done('no answer in time'));
    flying = transport.open(
      {
        method: 'POST',
        path: '/sdk/reports',
        headers: { 'content-type': 'application/json' },
        body: report.body,
        maxBytes: 65_536,
      },
      {
        head: (status, header) => done(status, header('retry-after')),
        chunk: () => undefined,
        end: (failure) => done(failure?.message ?? 'the connection broke off'),
      },
    );
  };

  const conclude = (report: NonNullable<typeof pending>, status: number | string, retryAfter: string | undefined): void => {
    if (status === 202 || status === 200) {
      pending = undefined;
      failures = 0;
      retryAt = 0;
      sent++;
      failing = null;
      return;
    }
    failing = typeof status === 'number' ? `/sdk/reports: HTTP ${status}` : `/sdk/reports: ${status}`;
    if (typeof status === 'number' && HOPELESS.has(status)) {
      pending = undefined;
      dropped += report.units;
    }
    const asked = retryAfterMs(retryAfter, clock.now(), random());
    const lasting = status === 401 || status === 403 || status === 404;
    const pause = asked ?? (lasting ? extendedMs(random()) : backoffMs(failures, random()));
    failures++;
    retryAt = clock.monotonic() + pause;
  };

  const flush = async (): Promise<void> => {
    const answer = (): Promise<void> =>
      new Promise((resolve) => {
        settled = resolve;
      });
    if (flying !== undefined) await answer();
    // what was already waiting, then what has gathered since; a refusal ends it
    for (let round = 0; round < 3; round++) {
      if (pending === undefined) build();
      if (pending === undefined) return;
      const answered = answer();
      send(pending);
      await answered;
      if (failing !== null) return;
    }
  };

  return {
    start() {
      started = true;
      plan();
    },
    replan: plan,
    hurry() {
      if (hurried) return;
      hurried = true;
      plan();
    },
    async close(timeoutMs) {
      if (closed) return;
      closed = true;
      if (!started) return;
      let cancel: (() => void) | undefined;
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(timeoutMs, resolve, 'keep alive');
      });
      await Promise.race([flush(), late]);
      cancel?.();
      timer.clear();
      flying?.abort();
      flying = undefined;
    },
    status: () => ({ sent, dropped: dropped + exposures.dropped(), failing }),
  };
}

/** A report at most so often, whatever asks for one. */
const MIN_PAUSE_MS = 20;
