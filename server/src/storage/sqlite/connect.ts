import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { BurgeeError } from '../../domain/errors.ts';
import { sqliteErrorIn } from './errors.ts';

/** Makes the folder (0700) and the file (0600; SQLite gives its -wal and -shm the same mode) where they are missing. */
export function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
}

/**
 * Opens and checks a database: every commit fsynced, pages sound. The order matters: better-sqlite3 is compiled so that switching
 * to WAL lowers `synchronous` to NORMAL, which loses acknowledged writes at a power cut.
 * Throws `storage` with one line for a damaged file. Costs a pass over the whole file (quick_check).
 */
export function connect(file: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file);
    // Waiting holds the event loop, and with it every stream and revert: another program that locks longer is a `storage` error.
    connection.pragma('busy_timeout = 500');
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('trusted_schema = OFF');
    connection.pragma('journal_size_limit = 67108864');
    durabilityOf(connection);
    const verdict = connection.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw damaged(file, String(verdict).replaceAll('\n', ' '));
    return connection;
  } catch (error) {
    connection?.close();
    if (error instanceof BurgeeError) throw error;
    const { code, message } = sqliteErrorIn(error) ?? { code: '', message: String(error) };
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) throw damaged(file, message, error);
    throw new BurgeeError('storage', `cannot open the database ${file}: ${message}`, { file }, error);
  }
}

function damaged(file: string, what: string, cause?: unknown): BurgeeError {
  return new BurgeeError('storage', `the database ${file} is damaged: ${what}; restore it from a backup`, { file }, cause);
}

/** What the connection says about fsync, read back. Throws `storage` unless every commit is fsynced. */
export function durabilityOf(connection: Database.Database): string {
  const journal = connection.pragma('journal_mode', { simple: true });
  const synchronous = connection.pragma('synchronous', { simple: true });
  if (journal === 'wal' && synchronous === 2) return 'journal_mode=wal, synchronous=FULL';
  const found = `journal_mode=${String(journal)}, synchronous=${String(synchronous)}`;
  throw new BurgeeError('storage', `sqlite would lose acknowledged writes: ${found}, wanted wal and 2 (FULL)`, { found });
}
