import type { Override, Revision } from '@burgee/engine';
import { resyncMs } from './backoff.ts';
import { isOverride, isRevision, MAX_RULESET_BYTES } from './envelope.ts';
import { type Failure, isExtended, pauseMs, statusFailure } from './failures.ts';
import { createEventParser, type StreamEvent } from './sse.ts';
import { type Clock, type Exchange, type Transport, timerSlot } from './transport.ts';

/** What became of a ruleset or delta that was handed over: `newest` is false where something newer is held already. */
export type Receipt = { readonly ok: true; readonly newest: boolean } | { readonly ok: false; readonly failure: Failure };

/** What the connection needs of its owner. Callbacks must not throw. */
export interface ConnectionOwner {
  /** The revision that is held, for `Last-Event-ID` and `If-None-Match`: it moves only when something was applied. */
  held(): Revision | undefined;
  /** Verifies and applies an envelope; deliveries are handed over one at a time. */
  receive(envelope: string): Promise<Receipt>;
  override(override: Override): void;
  /** The server has just shown that what is held is its newest. */
  confirmed(): void;
  failed(failure: Failure): void;
}

/** Keeps the newest ruleset coming. */
export interface Connection {
  start(): void;
  /** Closes socket and timer; nothing happens after it. */
  close(): void;
  mode(): 'streaming' | 'polling' | 'connecting' | 'waiting' | 'closed';
}

/** Durations in ms. Reliability promise P6: a lost event is repaired within 20 s, a half-open connection found within 45 s. */
const HEAD_MS = 10_000;
const WATCHDOG_MS = 45_000;
const FIRST_EVENT_MS = 20_000;
const POLL_MS = 30_000;
const HEALTHY_MS = 60_000;
const STREAM_DEAD_MS = 30_000;
const pollPauseMs = (random: number): number => 30_000 + 15_000 * random;

/**
 * One state machine with one socket and one timer: streams, and while the stream is refused or has been dead for 30 s polls
 * between attempts to stream. Every way an exchange can end goes through `finish`, which plans exactly one next step.
 */
export function createConnection(input: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly streaming: boolean;
  readonly owner: ConnectionOwner;
}): Connection {
  const { transport, clock, random, owner } = input;
  const timer = timerSlot(clock);
  let closed = false;
  let exchange: { readonly kind: 'stream' | 'poll'; handle?: Exchange; open: boolean } | undefined;
  let failures = 0;
  let pollFailures = 0;
  let resyncs = 0;
  let polling = !input.streaming;
  let blockedUntil = 0;
  let streamAt = input.streaming ? 0 : Number.POSITIVE_INFINITY;
  let pollAt = 0;
  let wantSnapshot = false;
  let confirmedAt = clock.monotonic();
  let queue: Promise<void> = Promise.resolve();

  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work);
  };

  const plan = (): void => {
    if (closed) return;
    const due = Math.max(polling ? Math.min(streamAt, pollAt) : streamAt, blockedUntil);
    timer.set(due - clock.monotonic(), next);
  };

  const next = (): void => {
    if (streamAt <= clock.monotonic()) openStream();
    else openPoll();
  };

  const confirm = (): void => {
    confirmedAt = clock.monotonic();
    owner.confirmed();
  };

  /** Ends an exchange once, however many signs of its end arrive, and plans what follows. */
  const finish = (mine: NonNullable<typeof exchange>, after: () => void): void => {
    if (exchange !== mine || closed) return;
    exchange = undefined;
    mine.handle?.abort();
    after();
    plan();
  };

  const delay = (failure: Failure): void => {
    // a path that is missing may be a proxy's doing, so the other one is tried; a refused key or an asked-for pause stops both
    const both = failure.waitMs !== undefined || (isExtended(failure) && failure.status !== 404);
    if (both) blockedUntil = clock.monotonic() + pauseMs(failure, 0, random());
  };

  const streamEnded = (failure: Failure, openedAt: number | undefined): void => {
    const now = clock.monotonic();
    if (openedAt !== undefined && now - openedAt >= HEALTHY_MS) {
      failures = 0;
      resyncs = 0;
    }
    if (failure.code === 'resync') {
      wantSnapshot = true;
      streamAt = now + resyncMs(resyncs++, random());
    } else {
      if (failure.code === 'damaged' || failure.code === 'foreign') wantSnapshot = true;
      delay(failure);
      streamAt = now + pauseMs(failure, failures++, random());
      if (!polling && (failure.code === 'status' || failure.code === 'content-type' || now - confirmedAt >= STREAM_DEAD_MS)) {
        polling = true;
        pollAt = now;
        pollFailures = 0;
      }
    }
    owner.failed(failure);
  };

  const openStream = (): void => {
    const mine: NonNullable<typeof exchange> = { kind: 'stream', open: false };
    exchange = mine;
    let openedAt: number | undefined;
    let lastByteAt = 0;
    let heard = false;
    const patience = (): number => (heard || !polling ? WATCHDOG_MS : FIRST_EVENT_MS);
    const fail = (failure: Failure): void => finish(mine, () => streamEnded(failure, openedAt));
    const watch = (): void => {
      const silent = clock.monotonic() - lastByteAt;
      if (silent < patience()) timer.set(patience() - silent, watch);
      else fail({ code: 'silent', message: `the stream was silent for ${Math.round(silent / 1000)} s` });
    };
    const parser = createEventParser({
      maxChars: MAX_RULESET_BYTES,
      event: (event) => {
        enqueue(async () => {
          if (exchange !== mine) return;
          const failure = await takeEvent(event);
          if (exchange !== mine) return;
          if (failure !== undefined) return fail(failure);
          heard = true;
          if (event.event !== 'override') polling = false;
        });
      },
    });
    timer.set(HEAD_MS, () => fail({ code: 'timeout', message: `/sdk/stream: no answer within ${HEAD_MS / 1000} s` }));
    mine.handle = transport.open(
      {
        method: 'GET',
        path: '/sdk/stream',
        headers: { accept: 'text/event-stream', ...conditional('last-event-id', (id) => id) },
      },
      {
        head(status, header) {
          const type = header('content-type') ?? 'none';
          if (status !== 200) {
            fail(
              statusFailure({
                what: '/sdk/stream',
                status,
                retryAfter: header('retry-after'),
                now: clock.now(),
                random: random(),
              }),
            );
          } else if (!/^text\/event-stream\b/i.test(type)) {
            fail({ code: 'content-type', message: `/sdk/stream: content-type ${type} instead of text/event-stream` });
          } else {
            mine.open = true;
            openedAt = clock.monotonic();
            lastByteAt = openedAt;
            timer.set(patience(), watch);
          }
        },
        chunk(bytes) {
          lastByteAt = clock.monotonic();
          try {
            parser.push(bytes);
          } catch (error) {
            fail({ code: 'too-large', message: error instanceof Error ? error.message : 'the stream is not text' });
          }
        },
        // behind the events that have already arrived
        end: (failure) => enqueue(async () => fail(failure ?? { code: 'closed', message: 'the server closed the stream' })),
      },
    );
  };

  const takeEvent = async ({ event, data }: StreamEvent): Promise<Failure | undefined> => {
    if (event === 'snapshot' || event === 'delta') return take(data);
    const value = parse(data);
    if (event === 'override' && isOverride(value)) owner.override(value);
    if (event === 'heartbeat' && isRevision(value)) {
      const held = owner.held();
      const behind = held === undefined || value.epoch > held.epoch || (value.epoch === held.epoch && value.n > held.n);
      if (behind) return { code: 'resync', message: 'a heartbeat announced a revision that never came' };
      if (value.epoch === held.epoch && value.n === held.n) confirm();
    }
    if (event === 'goodbye') {
      const asked = typeof value === 'object' && value !== null && 'retryMs' in value ? Number(value.retryMs) : 0;
      const waitMs = Number.isFinite(asked) ? Math.min(300_000, Math.max(0, asked)) : 0;
      return { code: 'goodbye', message: 'the server is going away', waitMs };
    }
    return undefined;
  };

  const take = async (envelope: string): Promise<Failure | undefined> => {
    const receipt = await owner.receive(envelope).catch(applyThrew);
    if (!receipt.ok) return receipt.failure;
    wantSnapshot = false;
    if (receipt.newest) confirm();
    // a lagging replica catches up, so the connection stays
    else owner.failed({ code: 'older', message: 'the server offers an older revision than the one held' });
    return undefined;
  };

  const conditional = (name: string, form: (id: string) => string): Record<string, string> => {
    const held = wantSnapshot ? undefined : owner.held();
    return held === undefined ? {} : { [name]: form(`${held.epoch}.${held.n}`) };
  };

  const openPoll = (): void => {
    const mine: NonNullable<typeof exchange> = { kind: 'poll', open: false };
    exchange = mine;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    const done = (failure: Failure | undefined): void =>
      finish(mine, () => {
        const now = clock.monotonic();
        if (failure !== undefined) delay(failure);
        if (failure?.code === 'damaged' || failure?.code === 'foreign') wantSnapshot = true;
        pollAt = now + (failure === undefined ? pollPauseMs(random()) : pauseMs(failure, pollFailures, random()));
        pollFailures = failure === undefined ? 0 : pollFailures + 1;
        if (failure !== undefined) owner.failed(failure);
      });
    timer.set(POLL_MS, () => done({ code: 'timeout', message: `/sdk/ruleset: no complete answer within ${POLL_MS / 1000} s` }));
    const condition = conditional('if-none-match', (id) => `"${id}"`);
    const headers = { accept: 'application/json', 'accept-encoding': 'gzip', ...condition };
    mine.handle = transport.open(
      { method: 'GET', path: '/sdk/ruleset', headers, maxBytes: MAX_RULESET_BYTES },
      {
        head(status, header) {
          if (status === 304 && condition['if-none-match'] !== undefined) {
            confirm();
            done(undefined);
          } else if (status !== 200) {
            done(
              statusFailure({
                what: '/sdk/ruleset',
                status,
                retryAfter: header('retry-after'),
                now: clock.now(),
                random: random(),
              }),
            );
          } else if (!/^application\/json\b/i.test(header('content-type') ?? '')) {
            done({
              code: 'content-type',
              message: `/sdk/ruleset: content-type ${header('content-type') ?? 'none'} instead of JSON`,
            });
          } else {
            mine.open = true;
          }
        },
        chunk(bytes) {
          try {
            text += decoder.decode(bytes, { stream: true });
          } catch {
            done({ code: 'damaged', message: '/sdk/ruleset: not UTF-8' });
          }
        },
        end(failure) {
          if (failure !== undefined) return done(failure);
          enqueue(async () => {
            if (exchange === mine) done(await take(text));
          });
        },
      },
    );
  };

  return {
    start: () => (closed ? undefined : next()),
    close() {
      closed = true;
      timer.clear();
      exchange?.handle?.abort();
      exchange = undefined;
    },
    mode() {
      if (closed) return 'closed';
      if (exchange === undefined) return 'waiting';
      return exchange.open ? (exchange.kind === 'stream' ? 'streaming' : 'polling') : 'connecting';
    },
  };
}

function applyThrew(error: unknown): Receipt {
  const message = `what the server sent could not be applied: ${error instanceof Error ? error.message : 'unknown reason'}`;
  return { ok: false, failure: { code: 'damaged', message } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
