import { may, type Principal } from '../domain/access/access.ts';
import { BurgeeError } from '../domain/errors.ts';
import type { Surroundings } from '../domain/flag/rule-check.ts';
import { carryOutDue, type DueFacts } from '../domain/flag/schedule-decisions.ts';
import type { ScheduledChange } from '../domain/flag/scheduled.ts';
import type { StateEdit, StateSubject } from '../domain/flag/state-decisions.ts';
import type { Clock, Logger, Store, Stored } from '../domain/ports.ts';

/** Makes scheduled changes when their time has come. */
export interface Scheduler {
  start(): void;
  /** Ends the rounds and waits for what is under way. */
  stop(): Promise<void>;
  /** One round; never rejects. */
  tick(): Promise<void>;
}

type Place = Pick<ScheduledChange, 'project' | 'environment' | 'flag'>;

/** What decisions about a state need to know; throws `not_found`. */
export interface StateReader {
  subject(store: Store, place: Place): Promise<StateSubject>;
  surroundings(store: Store, place: Place, edit: StateEdit): Promise<Surroundings>;
}

/** A conflict means that somebody wrote in between: it is decided again, so often in a round. */
const TRIES = 20;

/**
 * find what is due -> read -> decide -> commit. Several servers may do so at once: what became of a change is part of the commit
 * that makes it, and its version is compared, so it is made at most once. What waits while no server runs is found by the next.
 */
export function createScheduler(options: {
  readonly store: Store;
  readonly read: StateReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tickMs?: number;
}): Scheduler {
  const { store, read, clock, log, tickMs = 1_000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function factsOf({ project, environment, flag, id, change, by }: ScheduledChange): Promise<DueFacts> {
    const place = { project, environment, flag };
    const subject = await read.subject(store, place).catch((error: unknown) => {
      if (error instanceof BurgeeError && error.code === 'not_found') return undefined;
      throw error;
    });
    const around = await read.surroundings(store, place, change.kind === 'edit' ? change.edit : {});
    const waiting = await store.list('scheduled', { ...place, state: 'waiting' });
    const others = waiting.filter(({ entity }) => entity.id !== id);
    const principal = await principalOf(by);
    const permission = change.kind === 'kill' || change.kind === 'restore' ? 'state:kill' : 'state:write';
    return { subject, around, others, allowed: may(principal, permission, { project, environment }), at: clock() };
  }

  async function principalOf(by: ScheduledChange['by']): Promise<Principal> {
    if (by.kind === 'user') {
      const user = await store.get('user', { id: by.id });
      if (user !== undefined) return { kind: 'user', user: user.entity, session: '' };
    }
    if (by.kind === 'token') {
      const token = (await store.get('token', { id: by.id }))?.entity;
      const good = token !== undefined && token.revokedAt === null && (token.expiresAt === null || token.expiresAt > clock());
      if (good) return { kind: 'token', token };
    }
    return { kind: 'anonymous' };
  }

  async function settle({ project, environment, id }: ScheduledChange): Promise<void> {
    for (let left = TRIES; ; left--) {
      const due: Stored<ScheduledChange> | undefined = await store.get('scheduled', { project, environment, id });
      if (due === undefined || due.entity.state !== 'waiting') return;
      const change = carryOutDue(due, await factsOf(due.entity));
      try {
        await store.commit(change);
        log.info({ scheduled: id, flag: due.entity.flag, what: change.notices?.[0]?.event }, 'a scheduled change is settled');
        return;
      } catch (error) {
        if (!(error instanceof BurgeeError) || error.code !== 'conflict' || left <= 1) throw error;
      }
    }
  }

  async function round(): Promise<void> {
    const waiting = await store.list('scheduled', { state: 'waiting' });
    const now = clock();
    const due = waiting.map(({ entity }) => entity).filter(({ at }) => at <= now);
    // in the order in which they were wanted: the later one stands
    for (const one of due.sort((a, b) => a.at - b.at || a.madeAt - b.madeAt))
      await settle(one).catch((error: unknown) =>
        log.error({ err: error, scheduled: one.id }, 'a scheduled change is not settled yet'),
      );
  }

  function tick(): Promise<void> {
    running ??= round()
      .catch((error: unknown) => log.error({ err: error }, 'cannot look for scheduled changes'))
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    tick,
    start() {
      timer ??= setInterval(() => void tick(), tickMs);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
}
