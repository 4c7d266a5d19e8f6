import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { HeldOverride, Overrides, Store } from '../domain/ports.ts';
import { createOverrides } from '../http/sdk/overrides.ts';
import { openEpochFile } from '../storage/epochs.ts';
import { connect } from '../storage/sqlite/connect.ts';
import { openSqlite } from '../storage/sqlite/open.ts';
import { createSqliteStore } from '../storage/sqlite/store.ts';
import { createWorld, SILENT } from './testing.ts';

/** Overrides of which a restart knows nothing. */
export const FORGETFUL: Overrides = { assert: async () => undefined, settle: async () => undefined, pending: () => [] };

/** A world with a flag `checkout` whose database can be made to refuse, and whose server can be started anew. */
export async function createUndurableWorld(seed: number) {
  let connection: Database.Database | undefined;
  const file = { name: '' };
  const opened: Database.Database[] = [];

  function open(clock: () => number): Store {
    connection = connect(file.name);
    opened.push(connection);
    const epochs = openEpochFile(`${file.name}.epochs.json`, SILENT);
    return createSqliteStore({ connection, epochs, clock, log: SILENT, closed: () => undefined });
  }
  const world = await createWorld({
    seed,
    async open(clock, folder) {
      file.name = join(folder, 'burgee.db');
      await (await openSqlite({ file: file.name, clock, log: SILENT })).close();
      return open(clock);
    },
  });
  await world.addFlag('checkout');
  /** What SDKs were told, by id; settled ones are gone. */
  const told = new Map<string, HeldOverride['override']>();
  return {
    world,
    told,
    /** The connection that was opened last. */
    connection(): Database.Database {
      if (connection === undefined) throw new TypeError('nothing is open');
      return connection;
    },
    /** The database as a new process has it; nothing of the old one's memory is in it. */
    reopened: () => open(world.clock),
    /** The overrides of a server that starts on this folder. */
    started: (): Overrides =>
      createOverrides({
        delivery: { override: (_, one) => void told.set(one.id, one), settle: (id) => void told.delete(id) },
        file: join(world.folder, 'overrides'),
        log: SILENT,
      }),
    async close(): Promise<void> {
      for (const one of opened.slice(1)) one.close();
      await world.close();
    },
  };
}
export type UndurableWorld = Awaited<ReturnType<typeof createUndurableWorld>>;
