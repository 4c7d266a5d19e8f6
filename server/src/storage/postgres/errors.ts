import { BurgeeError } from '../../domain/errors.ts';

/** What Postgres said, inside what was thrown (drizzle wraps it), if it was Postgres that spoke. */
export interface Refusal {
  /** SQLSTATE */
  readonly code: string;
  /** `ERROR` ends a statement; `FATAL` and `PANIC` end the connection. */
  readonly severity: string;
  readonly message: string;
  readonly detail: string;
}

export function refusalIn(thrown: unknown): Refusal | undefined {
  for (let at = thrown; at instanceof Error; at = at.cause) {
    const { code, detail, severity } = at as { code?: unknown; detail?: unknown; severity?: unknown };
    if (typeof code === 'string' && typeof severity === 'string')
      return { code, severity, message: at.message, detail: typeof detail === 'string' ? detail : '' };
  }
  return undefined;
}

/** A deadlock or a serialization failure: the same transaction may go through when it is tried again. */
export function isTransient(thrown: unknown): boolean {
  const code = refusalIn(thrown)?.code;
  return code === '40001' || code === '40P01';
}

/** What the port promises to throw: `BurgeeError` passes, programmers' mistakes too, all else is the database or the way to it. */
export function asBurgeeError(thrown: unknown): unknown {
  if (thrown instanceof BurgeeError || thrown instanceof TypeError || thrown instanceof RangeError) return thrown;
  const refusal = refusalIn(thrown);
  if (refusal?.code === '25006') return new BurgeeError('read_only', 'postgres: the database is read-only', {}, thrown);
  if (refusal === undefined) return new BurgeeError('storage', `postgres: ${rootMessage(thrown)}`, {}, thrown);
  return new BurgeeError('storage', `postgres: ${refusal.message} (${refusal.code})`, { code: refusal.code }, thrown);
}

/** The innermost message: drizzle's own repeats the statement, and ECONNREFUSED on two addresses has none at all. */
function rootMessage(thrown: unknown): string {
  let at = thrown;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (!(at instanceof Error)) return String(at);
  return at.message || String((at as { code?: unknown }).code ?? at.name);
}

/** The columns of a broken unique constraint; undefined for any other error. */
export function takenColumns(thrown: unknown): string[] | undefined {
  const refusal = refusalIn(thrown);
  if (refusal?.code !== '23505') return undefined;
  const columns = /^Key \(([^)]*)\)=/.exec(refusal.detail)?.[1] ?? '';
  return columns.split(', ').map((name) => name.replaceAll('"', ''));
}
