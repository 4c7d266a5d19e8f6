import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import type { Change, Clock, Committed, Logger, Store } from '../../domain/ports.ts';
import { environmentGone, isMarked } from '../entities.ts';
import { createWatchers } from '../watchers.ts';
import { readAudit } from './audit.ts';
import { commit } from './commit.ts';
import { type Db, durabilityOf, inTransaction } from './connect.ts';
import { byBytes, getEntities, getEntity, listEntities } from './entities.ts';
import { asBurgeeError, isTransient } from './errors.ts';
import { claim, release } from './leases.ts';
import { dropOldNotices, listNotices, settleNotice, takeNotices } from './notices.ts';
import { startPoll } from './poll.ts';
import { revision } from './schema.ts';
import { listSightings } from './sightings.ts';
import { armMinutes, batches, dropOld, dueHours, foldHour, ingest, minutes, unfolded, unfoldedOf } from './usage.ts';

const ATTEMPTS = 5;

/** The Store on a pool. Several servers may share one database. */
export async function createPostgresStore({ pool, clock, log }: { pool: Pool; clock: Clock; log: Logger }): Promise<Store> {
  const db = drizzle(pool);
  const watchers = createWatchers(log);
  const poll = await startPoll(readRevisions, watchers, log);
  let open = true;

  async function read<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw asBurgeeError(error);
    }
  }
  async function write<T>(run: (tx: Db) => Promise<T>, begin = 'begin'): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTransaction(pool, run, begin);
      } catch (error) {
        if (!isTransient(error) || attempt === ATTEMPTS) throw asBurgeeError(error);
        await sleep(attempt * 10);
      }
    }
  }
  async function commitOne(change: Change): Promise<Committed> {
    const { committed, moved } = await write((tx) => commit(tx, change, clock()));
    poll.note(committed.revisions);
    watchers.tell(moved);
    return committed;
  }
  function readRevisions() {
    return db
      .select({
        project: revision.project,
        environment: revision.environment,
        revision: { epoch: revision.epoch, n: revision.n },
      })
      .from(revision)
      .where(eq(revision.retired, false))
      .orderBy(byBytes(revision.project), byBytes(revision.environment));
  }

  return {
    get: (kind, key) => read(() => getEntity(db, kind, key)),
    getAll: (kind, keys) => read(() => getEntities(db, kind, keys)),
    list: (kind, where = {}) => read(() => listEntities(db, kind, where)),
    audit: (query) => read(() => readAudit(db, query)),
    revisions: () => read(readRevisions),
    picture: (project, environment) =>
      write(async (tx) => {
        const place = { project, environment };
        const found = await getEntity(tx, 'environment', { project, key: environment });
        const here = and(eq(revision.project, project), eq(revision.environment, environment));
        const [at] = await tx.select({ epoch: revision.epoch, n: revision.n }).from(revision).where(here);
        if (found === undefined || at === undefined) return undefined;
        return {
          environment: found.entity,
          revision: at,
          flags: (await listEntities(tx, 'flag', { project })).map((flag) => flag.entity),
          states: (await listEntities(tx, 'state', place)).map((state) => state.entity),
          segments: (await listEntities(tx, 'segment', { project })).map((segment) => segment.entity),
          rollouts: (await listEntities(tx, 'rollout', place)).map((rollout) => rollout.entity).filter(isMarked),
        };
      }, 'begin isolation level repeatable read read only'),

    commit: commitOne,
    // Each on its own connection: the database groups their flushes, and one that waits for a lock holds nobody up.
    commitEach: (changes) => changes.map(commitOne),
    async newEpoch(project, environment) {
      const here = and(eq(revision.project, project), eq(revision.environment, environment), eq(revision.retired, false));
      const [next] = await write((tx) =>
        tx
          .update(revision)
          .set({ epoch: sql`${revision.epoch} + 1` })
          .where(here)
          .returning({ epoch: revision.epoch, n: revision.n }),
      );
      if (next === undefined) throw environmentGone({ project, environment });
      const revisions = [{ project, environment, revision: next }];
      poll.note(revisions);
      watchers.tell({ revisions, objects: [] });
      return next;
    },

    ingest: (input) => write((tx) => ingest(tx, input, clock())),
    unfolded: (rollout, limit) => read(() => unfolded(db, rollout, limit)),
    unfoldedOf: (rollouts, limit) => read(() => unfoldedOf(db, rollouts, limit)),
    batches: (rollout, afterSeq = -1) => read(() => batches(db, rollout, afterSeq)),
    armMinutes: (query) => read(() => armMinutes(db, query)),
    minutes: (query) => read(() => minutes(db, query)),
    sightings: (query) => read(() => listSightings(db, query)),
    async prune(now) {
      let dropped = 0;
      // An hour at a time, so that no transaction is long.
      for (const group of await read(() => dueHours(db, now))) dropped += await write((tx) => foldHour(tx, group));
      dropped += await write((tx) => dropOldNotices(tx, now));
      return dropped + (await write((tx) => dropOld(tx, now)));
    },

    takeNotices: (owner, ttlMs, limit) => write((tx) => takeNotices(tx, owner, ttlMs, limit)),
    settleNotice: (owner, progress) => write((tx) => settleNotice(tx, owner, progress)),
    notices: (query) => read(() => listNotices(db, query)),

    claim: (owner, ttlMs, states) => write((tx) => claim(tx, owner, ttlMs, states)),
    release: (owner) => write((tx) => release(tx, owner)),

    watch: (listener) => watchers.add(listener),
    check: () => read(async () => ({ kind: 'postgres' as const, durable: await durabilityOf(pool) })),
    async close() {
      if (!open) return;
      open = false;
      poll.stop();
      await pool.end();
    },
  };
}
