import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEpochFile } from '../epochs.ts';
import { describeStore } from '../store.contract.ts';
import { AT, silent } from '../testing/samples.ts';
import { connect } from './connect.ts';
import { openSqlite } from './open.ts';
import { createSqliteStore } from './store.ts';

describeStore('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-sqlite-'));
  const file = join(folder, 'burgee.db');
  let now = AT;
  const clock = () => now;
  return {
    open: () => openSqlite({ file, clock, log: silent }),
    async openReadOnly() {
      const connection = connect(file);
      connection.pragma('query_only = ON');
      const epochs = openEpochFile(`${file}.epochs.json`, silent);
      return createSqliteStore({ connection, epochs, clock, log: silent, closed: () => undefined });
    },
    async elapse(ms) {
      now += ms;
    },
    async destroy() {
      rmSync(folder, { recursive: true });
    },
  };
});
