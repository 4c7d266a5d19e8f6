import type { Override, Revision } from '@burgee/engine';
import { resyncMs } from './backoff.ts';
import { isOverride, isRevision } from './envelope.ts';
import { type Failure, goodbye, isExtended, pauseMs } from './failures.ts';
import { type RequestPorts, requestRuleset, requestStream } from './requests.ts';
import type { StreamEvent } from './sse.ts';
import { type Exchange, timerSlot } from './transport.ts';

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
  /** `file` and `offline` are those of clients without a server. */
  mode(): 'streaming' | 'polling' | 'connecting' | 'waiting' | 'file' | 'offline' | 'closed';
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
export function createConnection(
  input: RequestPorts & { readonly streaming: boolean; readonly owner: ConnectionOwner },
): Connection {
  const { clock, random, owner } = input;
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
    // by their order, not by the clock: timers may fire a fraction of a millisecond early
    if (polling && pollAt < streamAt) openPoll();
    else openStream();
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
    timer.set(HEAD_MS, () => fail({ code: 'timeout', message: `/sdk/stream: no answer within ${HEAD_MS / 1000} s` }));
    mine.handle = requestStream(
      input,
      conditional('last-event-id', (id) => id),
      {
        opened() {
          mine.open = true;
          openedAt = clock.monotonic();
          lastByteAt = openedAt;
          timer.set(patience(), watch);
        },
        bytes() {
          lastByteAt = clock.monotonic();
        },
        event(event) {
          enqueue(async () => {
            if (exchange !== mine) return;
            const failure = await takeEvent(event);
            if (exchange !== mine) return;
            if (failure !== undefined) return fail(failure);
            heard = true;
            if (event.event !== 'override') polling = false;
          });
        },
        failed: fail,
        ended: (failure) => enqueue(async () => fail(failure)),
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
    return event === 'goodbye' ? goodbye(value) : undefined;
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
    mine.handle = requestRuleset(
      input,
      conditional('if-none-match', (id) => `"${id}"`),
      {
        opened() {
          mine.open = true;
        },
        unchanged() {
          confirm();
          done(undefined);
        },
        failed: done,
        body(text) {
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
