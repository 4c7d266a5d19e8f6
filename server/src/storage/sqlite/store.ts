import type Database from 'better-sqlite3';
import { and, asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { BurgeeError } from '../../domain/errors.ts';
import type { Change, Clock, Logger, Store } from '../../domain/ports.ts';
import { environmentGone, isMarked } from '../entities.ts';
import type { EpochFile } from '../epochs.ts';
import { createWatchers } from '../watchers.ts';
import { readAudit } from './audit.ts';
import { type Outcome, prepareCommit } from './commit.ts';
import { durabilityOf } from './connect.ts';
import { createEntityTables } from './entities.ts';
import { asBurgeeError, sqliteErrorIn } from './errors.ts';
import { createLeases } from './leases.ts';
import { createNoticeTable } from './notices.ts';
import { revision } from './schema.ts';
import { createUsageTables } from './usage.ts';

/**
 * The Store on one open connection, the only one that writes; `closed` is called once it is closed. better-sqlite3 is
 * synchronous: each call is done when it returns, and a commit holds the event loop for as long as its fsync takes.
 */
export function createSqliteStore(parts: {
  readonly connection: Database.Database;
  readonly epochs: EpochFile;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closed: () => void;
}): Store {
  const { connection, epochs, clock, log } = parts;
  const db = drizzle(connection);
  const entities = createEntityTables(db);
  const commit = prepareCommit(db, entities, clock);
  const usage = createUsageTables(db, clock);
  const leases = createLeases(db, clock);
  const notices = createNoticeTable(db, clock);
  const watchers = createWatchers(log);
  let fsyncFailed = false;

  async function read<T>(run: () => T): Promise<T> {
    try {
      return run();
    } catch (error) {
      throw asBurgeeError(error);
    }
  }
  async function write<T>(run: () => T): Promise<T> {
    // After a failed fsync the kernel may have dropped the pages: only opening anew shows what is really there.
    if (fsyncFailed) throw new BurgeeError('storage', 'sqlite: an fsync has failed; restart the server to go on writing');
    try {
      return connection.transaction(run).immediate();
    } catch (error) {
      if (/^SQLITE_IOERR_(DIR_)?FSYNC/.test(sqliteErrorIn(error)?.code ?? '')) fsyncFailed = true;
      throw asBurgeeError(error);
    }
  }
  function announce({ committed, moved }: Outcome): void {
    epochs.note(committed.revisions);
    watchers.tell(moved);
  }
  /** In a savepoint of its own. Where SQLite has given the whole transaction up, so do we. */
  const attempt = connection.transaction((change: Change) => commit(change));
  /** Savepoints cost a third of a small commit: they are for when one is refused. */
  async function writeEach(changes: readonly Change[]): Promise<(Outcome | { readonly error: unknown })[]> {
    try {
      return await write(() => changes.map((change) => commit(change)));
    } catch (error) {
      if (fsyncFailed || changes.length === 1) return changes.map(() => ({ error }));
      return write(() => changes.map(attempted));
    }
  }
  function attempted(change: Change): Outcome | { readonly error: unknown } {
    try {
      return attempt(change);
    } catch (error) {
      if (!connection.inTransaction) throw error;
      return { error };
    }
  }
  const revisions = db
    .select({
      project: revision.project,
      environment: revision.environment,
      revision: { epoch: revision.epoch, n: revision.n },
    })
    .from(revision)
    .where(eq(revision.retired, false))
    .orderBy(asc(revision.project), asc(revision.environment))
    .prepare();

  return {
    get: (kind, key) => read(() => entities.get(kind, key)),
    getAll: (kind, keys) => read(() => keys.map((key) => entities.get(kind, key))),
    list: (kind, where = {}) => read(() => entities.list(kind, where)),
    audit: (query) => read(() => readAudit(db, query)),
    revisions: () => read(() => revisions.all()),
    picture: (project, environment) =>
      read(
        connection.transaction(() => {
          const place = { project, environment };
          const found = entities.get('environment', { project, key: environment });
          const at = revisions.all().find((row) => row.project === project && row.environment === environment);
          if (found === undefined || at === undefined) return undefined;
          return {
            environment: found.entity,
            revision: at.revision,
            flags: entities.list('flag', { project }).map((flag) => flag.entity),
            states: entities.list('state', place).map((state) => state.entity),
            segments: entities.list('segment', { project }).map((segment) => segment.entity),
            rollouts: entities
              .list('rollout', place)
              .map((rollout) => rollout.entity)
              .filter(isMarked),
          };
        }),
      ),

    async commit(change) {
      const outcome = await write(() => commit(change));
      announce(outcome);
      return outcome.committed;
    },
    commitEach(changes) {
      if (changes.length === 0) return [];
      const outcomes = writeEach(changes).then((all) => {
        for (const outcome of all) if ('moved' in outcome) announce(outcome);
        return all;
      });
      return changes.map(async (_, i) => {
        const outcome = (await outcomes)[i];
        if (outcome !== undefined && 'committed' in outcome) return outcome.committed;
        throw asBurgeeError(outcome?.error);
      });
    },
    async newEpoch(project, environment) {
      const moved = await write(() => {
        const here = and(eq(revision.project, project), eq(revision.environment, environment), eq(revision.retired, false));
        return db
          .update(revision)
          .set({ epoch: sql`${revision.epoch} + 1` })
          .where(here)
          .returning({ epoch: revision.epoch, n: revision.n })
          .get();
      });
      if (moved === undefined) throw environmentGone({ project, environment });
      const revisions = [{ project, environment, revision: moved }];
      epochs.note(revisions);
      watchers.tell({ revisions, objects: [] });
      return moved;
    },

    ingest: (input) => write(() => usage.ingest(input)),
    unfolded: (rollout, limit) => read(() => usage.unfolded(rollout, limit)),
    unfoldedOf: (rollouts, limit) => read(() => usage.unfoldedOf(rollouts, limit)),
    batches: (rollout, afterSeq = -1) => read(() => usage.batches(rollout, afterSeq)),
    armMinutes: (query) => read(() => usage.armMinutes(query)),
    minutes: (query) => read(() => usage.minutes(query)),
    sightings: (query) => read(() => usage.sightings(query)),
    async prune(now) {
      let dropped = 0;
      // An hour at a time, so that other work gets in between.
      for (const group of await read(() => usage.dueHours(now))) dropped += await write(() => usage.foldHour(group));
      return dropped + (await write(() => usage.dropOld(now) + notices.dropOld(now)));
    },

    takeNotices: (owner, ttlMs, limit) => write(() => notices.take(owner, ttlMs, limit)),
    settleNotice: (owner, progress) => write(() => notices.settle(owner, progress)),
    notices: (query) => read(() => notices.list(query)),

    claim: (owner, ttlMs, states) => write(() => leases.claim(owner, ttlMs, states)),
    release: (owner) => write(() => leases.release(owner)),

    watch: (listener) => watchers.add(listener),
    check: () =>
      read(() => {
        if (fsyncFailed) throw new BurgeeError('storage', 'sqlite: an fsync has failed; restart the server');
        return { kind: 'sqlite' as const, durable: durabilityOf(connection) };
      }),
    async close() {
      if (!connection.open) return;
      connection.close();
      await epochs.flush();
      parts.closed();
    },
  };
}
