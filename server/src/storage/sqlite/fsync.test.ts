import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AT, settle, silent } from '../testing/samples.ts';
import { openSqlite } from './open.ts';

const WRITER = join(import.meta.dirname, '../testing/writer.ts');
/** Fails each thread's 30th fsync and lets those after it succeed: a flaky disk. */
const INJECT = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=30'];
const traces = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status === 0;

let folder: string;
let file: string;
const open = () => openSqlite({ file, clock: () => AT, log: silent });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'burgee-fsync-'));
  file = join(folder, 'burgee.db');
  const store = await open();
  await settle(store);
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

// The control is crash.test.ts: the same writer without the fault is never refused.
describe.skipIf(!traces)('a disk whose fsync fails (needs strace)', () => {
  it('gets no acknowledgement, and no write after it until the database is opened anew', async () => {
    const run = spawnSync(
      'strace',
      [...INJECT, process.execPath, '--conditions=burgee-source', '--import', 'tsx', WRITER, file, 'honest'],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    const lines = run.stdout.trim().split('\n');
    const acknowledged = lines.filter((line) => !line.startsWith('!')).map(Number);
    const refusals = lines.slice(acknowledged.length);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(refusals).toEqual([
      expect.stringContaining('SQLITE_IOERR_FSYNC'),
      expect.stringContaining('an fsync has failed; restart the server'),
      expect.stringContaining('an fsync has failed; restart the server'),
    ]);
    const store = await open();
    const counter = await store.get('flag', { project: 'shop', key: 'counter' });
    expect(Number(counter?.entity.name)).toBeGreaterThanOrEqual(acknowledged.at(-1) ?? Number.POSITIVE_INFINITY);
    expect(await store.audit({ limit: 1 })).toMatchObject([{ after: Number(counter?.entity.name) }]);
    await store.commit({ environments: [], writes: [], audit: [] });
    await store.close();
  }, 90_000);
});
