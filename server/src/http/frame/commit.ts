import { BurgeeError } from '../../domain/errors.ts';
import type { Change, Store, Stored } from '../../domain/ports.ts';

/** Each time somebody else's commit came first, so this many in a row is not a race any more. */
const ATTEMPTS = 30;

/**
 * Reads and decides in `attempt`, then commits; when what was read moved meanwhile, all of it again. Throws what `attempt`
 * throws: a caller's own If-Match is checked there, so retrying never overwrites what the caller did not see.
 */
export async function commitDecision<D extends { readonly change: Change | null }>(
  store: Pick<Store, 'commit'>,
  attempt: () => Promise<D>,
): Promise<D> {
  for (let left = ATTEMPTS; ; left--) {
    const decision = await attempt();
    if (decision.change === null) return decision;
    try {
      await store.commit(decision.change);
      return decision;
    } catch (error) {
      const isRace = error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists');
      if (!isRace || left <= 1) throw error;
    }
  }
}

/** Refuses with `conflict` and what is there now when the caller saw another version; undefined: the caller does not care. */
export function expectVersion<T extends object>({ entity, version }: Stored<T>, expected: number | undefined): void {
  if (expected === undefined || expected === version) return;
  throw new BurgeeError('conflict', `it is at version ${version} now, not ${expected}`, { current: { version, ...entity } });
}

/** An entity that must be there. Throws `not_found`. */
export function found<T>(stored: Stored<T> | undefined, what: string): Stored<T> {
  if (stored === undefined) throw new BurgeeError('not_found', `there is no ${what} here`);
  return stored;
}
