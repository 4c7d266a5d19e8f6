import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { BurgeeError } from '../../domain/errors.ts';

/**
 * Holds a database for this process alone: a second, empty database file whose exclusive lock is an OS lock, so that it ends with
 * the process however that dies. Returns the way to let go. Throws `storage` when another process (or another store here) has it,
 * and what better-sqlite3 threw when it cannot be opened at all.
 */
export function lockDatabase(file: string): () => void {
  const path = `${file}.lock`;
  // Never opened by hand when it exists: closing any descriptor of a file drops this process's POSIX locks on it.
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  let lock: Database.Database | undefined;
  try {
    lock = new Database(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (!(error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY')) throw error;
    throw new BurgeeError('storage', `the database ${file} is in use by another server (${path} is locked)`, { file }, error);
  }
  const held = lock;
  return () => {
    held.close();
  };
}
