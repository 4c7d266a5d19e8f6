import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock, Logger, Store } from '../../domain/ports.ts';
import { migrationsFolder } from '../migrations.ts';
import { createPool, durabilityOf } from './connect.ts';
import { asBurgeeError } from './errors.ts';
import { createPostgresStore } from './store.ts';

/** Any constant will do, as long as every server names the same one: "burgee" in ASCII. */
const MIGRATION_LOCK = 0x627572676565;

/**
 * Connects to the database at `url`, brings it to the present schema (servers that start together take turns) and gives the
 * Store. Throws `storage`, one line: not reachable, or settings that lose acknowledged writes.
 */
export async function openPostgres(options: {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Store> {
  const { url, clock, log } = options;
  const pool = createPool(url, log);
  try {
    await durabilityOf(pool);
    await bringUp(url);
    return await createPostgresStore({ pool, clock, log });
  } catch (error) {
    await pool.end();
    const known = asBurgeeError(error);
    if (!(known instanceof BurgeeError)) throw known;
    throw new BurgeeError(known.code, `cannot open the database: ${known.message}`, { ...known.details }, error);
  }
}

/** The lock is one transaction's and the work another connection's: neither needs a session, so a pooler may be in between. */
async function bringUp(url: string): Promise<void> {
  const turn = new Client({ connectionString: url, application_name: 'burgee migrations' });
  const work = new Client({ connectionString: url, application_name: 'burgee migrations' });
  try {
    await turn.connect();
    await turn.query('begin');
    await turn.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await work.connect();
    await migrate(drizzle(work), { migrationsFolder: migrationsFolder('postgres') });
    await turn.query('commit');
  } finally {
    await Promise.allSettled([turn.end(), work.end()]);
  }
}
