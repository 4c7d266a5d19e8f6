import type { Actor } from './access/access.ts';

/** One line of history. `seq` and `at` are the store's; entries are written in the transaction of what they tell. */
export interface AuditEntry {
  readonly actor: Actor;
  /** `flag.created`, `state.changed`, `rollout.reverted` … */
  readonly action: string;
  readonly project: string | null;
  readonly environment: string | null;
  /** What it is about: `flag/checkout-v2`, `user/ab12`. */
  readonly object: string;
  /** One plain sentence. */
  readonly summary: string;
  /** Only what changed, secrets left out; null where there is nothing. */
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
}

/** An entry as it was stored. */
export interface AuditRecord extends AuditEntry {
  readonly seq: number;
  /** ms since the epoch */
  readonly at: number;
}
