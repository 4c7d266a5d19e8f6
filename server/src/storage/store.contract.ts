/** What every Store does. Each adapter's test makes databases for it; what only one adapter has is tested beside that one. */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../domain/ports.ts';
import { changeCases } from './changes.contract.ts';
import { discoveredCases } from './discovered.contract.ts';
import { entityCases } from './entities.contract.ts';
import { leaseCases } from './leases.contract.ts';
import { noticeCases } from './notices.contract.ts';
import { settle } from './testing/samples.ts';
import { usageCases } from './usage.contract.ts';

/** One database of one test. */
export interface TestDatabase {
  /** Opens it as a server that starts does. */
  open(): Promise<Store>;
  /** Opens it so that the database itself refuses every write. */
  openReadOnly(): Promise<Store>;
  /** Lets the database's time pass. */
  elapse(ms: number): Promise<void>;
  /** After every store is closed. */
  destroy(): Promise<void>;
}

/** What a case works with: a settled store, and the database under it. */
export interface Bench {
  readonly store: Store;
  readonly database: TestDatabase;
  /** Closes the present store and opens the database anew. */
  reopen(): Promise<Store>;
}

/** Runs the whole suite on databases that `create` makes. */
export function describeStore(name: string, create: () => Promise<TestDatabase>): void {
  describe(`${name}: the Store contract`, () => {
    let store: Store;
    let database: TestDatabase;
    const bench: Bench = {
      get store() {
        return store;
      },
      get database() {
        return database;
      },
      async reopen() {
        await store.close();
        store = await database.open();
        return store;
      },
    };
    beforeEach(async () => {
      database = await create();
      store = await database.open();
      await settle(store);
    });
    afterEach(async () => {
      await store.close();
      await database.destroy();
    });
    entityCases(bench);
    changeCases(bench);
    leaseCases(bench);
    noticeCases(bench);
    usageCases(bench);
    discoveredCases(bench);
  });
}
