import { BurgeeError } from '../domain/errors.ts';

/** Somebody else was faster: nothing is wrong, the next tick reads anew. */
export function isConflict(error: unknown): boolean {
  return error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists');
}
