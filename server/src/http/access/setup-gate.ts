import type { Clock, Random, Store } from '../../domain/ports.ts';
import { sameDigest, sha256 } from './secrets.ts';

/** What stands between a fresh database and its first owner. */
export interface SetupGate {
  /** Whether a user exists; once true it stays so and costs nothing. */
  done(): Promise<boolean>;
  /** Makes the one-time token, good for 30 minutes; only its hash is kept, in memory. An earlier one ends. */
  issue(): string;
  accepts(token: string): boolean;
}

const LIFETIME_MS = 30 * 60_000;

/** One gate per process. */
export function createSetupGate({ store, clock, random }: { store: Store; clock: Clock; random: Random }): SetupGate {
  let isDone = false;
  let expected = { digest: '', until: 0 };
  return {
    async done() {
      isDone ||= (await store.list('user')).length > 0;
      return isDone;
    },
    issue() {
      const token = random(43);
      expected = { digest: sha256(token), until: clock() + LIFETIME_MS };
      return token;
    },
    accepts: (token) => clock() < expected.until && sameDigest(sha256(token), expected.digest),
  };
}
