import { BurgeeError } from '../../domain/errors.ts';

/** The SQLite error inside what was thrown (drizzle may have wrapped it), if there is one. */
export function sqliteErrorIn(thrown: unknown): { readonly code: string; readonly message: string } | undefined {
  for (let at = thrown; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('SQLITE_')) return { code, message: at.message };
  }
  return undefined;
}

/** What the port promises to throw: `BurgeeError` passes, programmers' mistakes too, the database's own become ours. */
export function asBurgeeError(thrown: unknown): unknown {
  if (thrown instanceof BurgeeError) return thrown;
  const error = sqliteErrorIn(thrown);
  if (error === undefined) {
    const closed = thrown instanceof TypeError && thrown.message.includes('database connection is not open');
    return closed ? new BurgeeError('storage', 'sqlite: the database is closed', {}, thrown) : thrown;
  }
  if (error.code.startsWith('SQLITE_READONLY'))
    return new BurgeeError('read_only', 'sqlite: the database is read-only', {}, thrown);
  return new BurgeeError('storage', `sqlite: ${error.message} (${error.code})`, { code: error.code }, thrown);
}

/** The columns of a broken unique constraint, without their table; undefined for any other error. */
export function takenColumns(thrown: unknown): string[] | undefined {
  const error = sqliteErrorIn(thrown);
  if (error === undefined || !/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(error.code)) return undefined;
  return [...error.message.matchAll(/\w+\.(\w+)/g)].map((match) => match[1] ?? '');
}
