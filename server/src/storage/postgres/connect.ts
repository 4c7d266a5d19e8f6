import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import { BurgeeError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import { refusalIn } from './errors.ts';

/** The pool's database or one transaction of it. */
export type Db = Pick<NodePgDatabase, 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute'>;

const STATEMENT_MS = 5000;
const LOCK_MS = 2000;
/** The server ends a statement long before; this is for a connection on whose other end nobody is any more. */
const SILENCE_MS = 2 * STATEMENT_MS;

/**
 * A pool whose statements end after 5 s and wait 2 s for a lock. Connections that die, idle or in use, are logged and replaced;
 * without these listeners node would end the process.
 */
export function createPool(url: string, log: Logger): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'burgee',
    max: 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    idle_in_transaction_session_timeout: 2 * STATEMENT_MS,
  });
  const lost = (error: Error) => log.warn({ err: error }, 'postgres: a connection was lost');
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return pool;
}

/**
 * One transaction on one connection. What Postgres or we refuse is rolled back; on any other failure nobody knows what state the
 * connection is in, so it is closed, which rolls back too, and never used again.
 */
export async function inTransaction<T>(pool: Pool, run: (tx: Db) => Promise<T>, begin: string): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await run(drizzle(client));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    const usable = (error instanceof BurgeeError || refusalIn(error)?.severity === 'ERROR') && (await rollBack(client));
    client.release(!usable);
    throw error;
  }
}

async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

/** What the server says about fsync. Throws `storage` unless an acknowledged commit survives a crash of the machine. */
export async function durabilityOf(pool: Pool): Promise<string> {
  const answer = await pool.query<{ commit: string; fsync: string }>(
    "select current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync",
  );
  const { commit = '?', fsync = '?' } = answer.rows[0] ?? {};
  const found = `synchronous_commit=${commit}, fsync=${fsync}`;
  if (commit === 'off' || fsync !== 'on')
    throw new BurgeeError('storage', `postgres would lose acknowledged writes: ${found}, wanted on and on`, { found });
  return found;
}
