import { afterAttempt, type Deliveries, type Delivery, type NoticeRecord, nextDue, wants } from '../domain/notice/notice.ts';
import type { Clock, Logger, NoticeSender, Store } from '../domain/ports.ts';

/** Sends what the outbox holds. */
export interface Notifier {
  start(): void;
  /** Ends the rounds and waits for what is under way. */
  stop(): Promise<void>;
  /** One round: whatever is due is tried once. Never rejects. */
  tick(): Promise<void>;
}

/** Taken in one round. */
const MOST = 50;
/** Longer than an attempt can take, so that nobody else takes up what is still being sent. */
const LEASE_MS = 60_000;
/** How long a database that cannot be written is left alone, ms. */
const REST_MS = 10_000;
const SAME_HOLD_MS = 3_600_000;
const RECENT = 100;

/**
 * take -> send to every route that wants it -> settle. At least once: who dies between sending and settling leaves the notice to
 * the next, under the same id. Routes stand alone: one that fails or is slow delays no other notice than its own.
 */
export function createNotifier(options: {
  readonly store: Store;
  readonly sender: NoticeSender;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0…1, spreads retries. */
  readonly luck: () => number;
  readonly owner: string;
  readonly tickMs?: number;
}): Notifier {
  const { store, sender, clock, log, luck, owner, tickMs = 1_000 } = options;
  const busy = new Map<number, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let taking: Promise<void> | undefined;
  let restUntil = 0;

  async function attempt(record: NoticeRecord, key: string, before: Delivery): Promise<Delivery> {
    const { id, at, notice } = record;
    const route = await store.get('noticeRoute', { project: notice.project, key });
    if (route === undefined || route.entity.disabled)
      return { ...before, state: 'given_up', at: clock(), error: 'the route is gone or disabled' };
    const error = await sender.send({ id: messageId(record, key), at, notice, route: route.entity }).then(
      () => null,
      (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
    );
    const after = afterAttempt(before, { at: clock(), error, luck: luck() });
    if (error !== null)
      log.warn({ notice: id, route: key, attempts: after.attempts, state: after.state, error }, 'a notice failed');
    return after;
  }

  async function deliver(record: NoticeRecord): Promise<void> {
    const now = clock();
    const open: Deliveries = record.deliveries ?? (await firstLook(record, now));
    const done = await Promise.all(
      Object.entries(open).map(async ([key, delivery]) => {
        const due = (delivery.state === 'waiting' || delivery.state === 'failed') && delivery.at <= now;
        return [key, due ? await attempt(record, key, delivery) : delivery] as const;
      }),
    );
    const deliveries = Object.fromEntries(done);
    const due = nextDue(deliveries);
    await store.settleNotice(owner, { id: record.id, deliveries, dueInMs: due === null ? null : Math.max(0, due - clock()) });
  }

  /** The routes that want it are those that there are when it is first looked at. */
  async function firstLook(record: NoticeRecord, at: number): Promise<Deliveries> {
    const { notice } = record;
    if (notice.event === 'rollout.held' && (await isToldAlready(record))) return {};
    const routes = await store.list('noticeRoute', { project: notice.project });
    const wanted = routes.filter(({ entity }) => wants(entity, notice));
    return Object.fromEntries(wanted.map(({ entity }) => [entity.key, { state: 'waiting', attempts: 0, at, error: null }]));
  }

  /** A hold that comes and goes for the same reason, as on a quiet night, is sent once an hour. */
  async function isToldAlready({ id, at, notice }: NoticeRecord): Promise<boolean> {
    const { project, rollout, sentence } = notice;
    const recent = await store.notices({ project, before: id, limit: RECENT });
    return recent.some(
      (one) =>
        one.notice.rollout === rollout &&
        one.notice.sentence === sentence &&
        at - one.at < SAME_HOLD_MS &&
        Object.keys(one.deliveries ?? {}).length > 0,
    );
  }

  async function take(): Promise<void> {
    if (clock() < restUntil) return;
    const room = MOST - busy.size;
    if (room <= 0) return;
    for (const record of await store.takeNotices(owner, LEASE_MS, MOST)) {
      // an owner is given its own again, which is for restarts
      if (busy.has(record.id)) continue;
      const done = deliver(record)
        .catch((error: unknown) => log.error({ err: error, notice: record.id }, 'a notice could not be settled'))
        .finally(() => busy.delete(record.id));
      busy.set(record.id, done);
    }
  }

  async function tick(): Promise<void> {
    taking ??= take()
      .catch((error: unknown) => {
        restUntil = clock() + REST_MS;
        log.error({ err: error }, 'cannot take notices');
      })
      .finally(() => {
        taking = undefined;
      });
    await taking;
    await Promise.all(busy.values());
  }

  return {
    tick,
    start() {
      timer ??= setInterval(() => void tick(), tickMs);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await taking;
      await Promise.all(busy.values());
    },
  };
}

/** The same for every attempt of one notice at one route; the time tells apart what a restored database numbers alike. */
export function messageId({ id, at }: Pick<NoticeRecord, 'id' | 'at'>, route: string): string {
  return `notice_${id}_${at.toString(36)}_${route}`;
}
