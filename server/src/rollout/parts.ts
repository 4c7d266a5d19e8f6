import type { Clock, Logger, MetricReader, Overrides, Random, Store } from '../domain/ports.ts';

/** What a controller works with. */
export interface Parts {
  readonly store: Store;
  readonly metrics: MetricReader;
  readonly overrides: Overrides;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  /** Who holds the leases: one name per process, the same after a restart where the database has one process only. */
  readonly owner: string;
  readonly tickMs: number;
  readonly leaseMs: number;
}
