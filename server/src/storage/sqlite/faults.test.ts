import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../domain/ports.ts';
import { openEpochFile } from '../epochs.ts';
import { AT, change, entry, flag, LIVE, liveRevision, settle, silent } from '../testing/samples.ts';
import { connect } from './connect.ts';
import { openSqlite } from './open.ts';
import { createSqliteStore } from './store.ts';

let folder: string;
let file: string;
let connection: Database.Database;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'burgee-faults-'));
  file = join(folder, 'burgee.db');
  const first = await openSqlite({ file, clock: () => AT, log: silent });
  await settle(first);
  await first.close();
  connection = connect(file);
  const epochs = openEpochFile(`${file}.epochs.json`, silent);
  store = createSqliteStore({ connection, epochs, clock: () => AT, log: silent, closed: () => undefined });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const put = (key: string, bytes = 0) =>
  store.commit(
    change([{ put: 'flag', basedOn: null, entity: flag(key, { description: 'x'.repeat(bytes) }) }], {
      environments: [LIVE],
      audit: [entry()],
    }),
  );

describe('an SQLite database that is full', () => {
  it('refuses writes, keeps answering reads, and takes writes again when there is room', async () => {
    const pages = Number(connection.pragma('page_count', { simple: true }));
    connection.pragma(`max_page_count = ${pages + 4}`);
    await put('small');
    await expect(put('large', 100_000)).rejects.toMatchObject({ code: 'storage', details: { code: 'SQLITE_FULL' } });
    expect((await store.list('flag')).map((row) => row.entity.key)).toEqual(['small']);
    expect(await store.audit({ limit: 10 })).toHaveLength(1);
    expect(await liveRevision(store)).toEqual({ epoch: 1, n: 1 });
    expect((await store.check()).kind).toBe('sqlite');
    connection.pragma('max_page_count = 1073741823');
    await put('large', 100_000);
    expect(await liveRevision(store)).toEqual({ epoch: 1, n: 2 });
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('an SQLite database that another program holds', () => {
  it('says `storage` and changes nothing, and goes on afterwards', async () => {
    connection.pragma('busy_timeout = 50');
    const backup = new Database(file);
    backup.exec('begin immediate');
    await expect(put('a')).rejects.toMatchObject({ code: 'storage', details: { code: 'SQLITE_BUSY' } });
    expect(await store.list('flag')).toEqual([]);
    backup.exec('rollback');
    backup.close();
    await put('a');
    expect(await store.list('flag')).toHaveLength(1);
  });

  it('is not held up by readers (the control)', async () => {
    const reader = new Database(file, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from flag').get();
    await put('a');
    reader.exec('commit');
    reader.close();
    expect(await store.list('flag')).toHaveLength(1);
  });
});

describe('an SQLite connection that stopped being durable', () => {
  it('is found by the check that readiness asks', async () => {
    expect(await store.check()).toEqual({ kind: 'sqlite', durable: 'journal_mode=wal, synchronous=FULL' });
    connection.pragma('synchronous = NORMAL');
    await expect(store.check()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('synchronous=1') });
  });
});
