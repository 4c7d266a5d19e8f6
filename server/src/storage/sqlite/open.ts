import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock, Logger, Store } from '../../domain/ports.ts';
import { type EpochFile, isBehind, openEpochFile } from '../epochs.ts';
import { migrationsFolder } from '../migrations.ts';
import { connect, createPrivately } from './connect.ts';
import { lockDatabase } from './lock.ts';
import { revision } from './schema.ts';
import { createSqliteStore } from './store.ts';

/**
 * Opens (or makes) the database `file` for this process alone, brings it to the present schema and gives the Store. Beside it lie
 * `<file>.lock` and `<file>.epochs.json`. Throws `storage`, one line that says which file and why: in use by another server,
 * damaged, not durable, not to be opened.
 */
export async function openSqlite(options: {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Store> {
  const { clock, log } = options;
  const file = resolve(options.file);
  const release = claimFile(file);
  let connection: Database.Database | undefined;
  try {
    connection = connect(file);
    migrate(drizzle(connection), { migrationsFolder: migrationsFolder('sqlite') });
    const epochs = openEpochFile(`${file}.epochs.json`, log);
    startNewEpochs(connection, epochs, log);
    return createSqliteStore({ connection, epochs, clock, log, closed: release });
  } catch (error) {
    connection?.close();
    release();
    if (error instanceof BurgeeError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new BurgeeError('storage', `cannot open the database ${file}: ${message}`, { file }, error);
  }
}

function claimFile(file: string): () => void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const release = lockDatabase(file);
    createPrivately(file);
    return release;
  } catch (error) {
    if (error instanceof BurgeeError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new BurgeeError('storage', `cannot open the database ${file}: ${message}`, { file }, error);
  }
}

/**
 * A database behind what its side file remembers is an old copy: its environments start a new epoch, so that no SDK takes its
 * revisions for ones it already has. A side file that cannot be read tells nothing: then every environment does.
 */
function startNewEpochs(connection: Database.Database, epochs: EpochFile, log: Logger): void {
  const db = drizzle(connection);
  const start = connection.transaction(() => {
    const rows = db.select().from(revision).all();
    if (epochs.found === 'damaged') {
      log.warn({ environments: rows.length }, 'the epoch file is damaged: every environment starts a new epoch');
      db.update(revision)
        .set({ epoch: sql`${revision.epoch} + 1` })
        .run();
      return;
    }
    for (const { project, environment, revision: seen } of epochs.found) {
      const row = rows.find((known) => known.project === project && known.environment === environment);
      if (row === undefined) {
        db.insert(revision)
          .values({ project, environment, ...seen, retired: true })
          .run();
      } else if (isBehind(row, seen)) {
        const epoch = seen.epoch + 1;
        log.warn({ project, environment, seen, found: { epoch: row.epoch, n: row.n }, epoch }, 'an old copy of the database');
        const here = and(eq(revision.project, project), eq(revision.environment, environment));
        db.update(revision).set({ epoch }).where(here).run();
      }
    }
  });
  start.immediate();
  const moved = db.select().from(revision).all();
  epochs.note(moved.map(({ project, environment, epoch, n }) => ({ project, environment, revision: { epoch, n } })));
}
