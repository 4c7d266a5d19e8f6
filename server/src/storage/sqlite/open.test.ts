import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../domain/ports.ts';
import { AT, change, entry, flag, LIVE, liveRevision, settle, silent } from '../testing/samples.ts';
import { connect, durabilityOf } from './connect.ts';
import { openSqlite } from './open.ts';

let folder: string;
let file: string;
const open = () => openSqlite({ file, clock: () => AT, log: silent });
const commits = async (store: Store, count: number) => {
  for (let i = 0; i < count; i++) await store.commit(change([], { environments: [LIVE], audit: [entry()] }));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'burgee-open-'));
  file = join(folder, 'data', 'burgee.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('an SQLite database', () => {
  it('is made in a folder and files that only their owner can read', async () => {
    const store = await open();
    await settle(store);
    await commits(store, 1);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    for (const name of ['', '-wal', '-shm', '.lock']) expect(statSync(file + name).mode & 0o777, name).toBe(0o600);
    await store.close();
    expect(statSync(`${file}.epochs.json`).mode & 0o777).toBe(0o600);
  });

  it('fsyncs every commit, read back on the connection, at the first start and at later ones', async () => {
    for (let start = 0; start < 2; start++) {
      const store = await open();
      expect(await store.check()).toEqual({ kind: 'sqlite', durable: 'journal_mode=wal, synchronous=FULL' });
      await store.close();
    }
  });

  it('is refused with the synchronous mode that WAL brings along (the control)', async () => {
    await (await open()).close();
    const careless = new Database(file);
    careless.pragma('journal_mode = WAL');
    expect(careless.pragma('synchronous', { simple: true })).toBe(1);
    expect(() => durabilityOf(careless)).toThrow(/synchronous=1, wanted wal and 2 \(FULL\)/);
    careless.close();
    const careful = connect(file);
    expect(durabilityOf(careful)).toContain('FULL');
    careful.pragma('synchronous = NORMAL');
    expect(() => durabilityOf(careful)).toThrow(/would lose acknowledged writes/);
    careful.close();
  });

  it('refuses a second server in this process, and lets it in after the first has closed', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('in use by another server') });
    await first.commit(change([]));
    await expect(open()).rejects.toMatchObject({ code: 'storage' });
    await first.close();
    await (await open()).close();
  });

  it('refuses a second server in another process until that dies, however it dies', async () => {
    const other = spawn(
      process.execPath,
      ['--conditions=burgee-source', '--import', 'tsx', join(import.meta.dirname, '../testing/holder.ts'), file],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      await said(other, 'open');
      await expect(open()).rejects.toMatchObject({
        code: 'storage',
        message: expect.stringMatching(/in use .*\.lock is locked/),
      });
    } finally {
      other.kill('SIGKILL');
      await new Promise((resolve) => other.once('exit', resolve));
    }
    await (await open()).close();
  });

  it.each([
    ['is no database', () => writeFileSync(file, 'x'.repeat(8192))],
    ['has lost its header', () => flip(file, 0, 16)],
    ['has scrambled pages', () => flip(file, 4096, 60_000)],
  ])('is refused in one line when it %s', async (_, damage) => {
    const store = await open();
    await settle(store);
    await store.commit(change(Array.from({ length: 50 }, (_, i) => ({ put: 'flag', basedOn: null, entity: flag(`f${i}`) }))));
    await store.close();
    await (await open()).close();
    damage();
    const error = await open().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'storage' });
    expect(error?.message).toMatch(/^the database .*burgee\.db is damaged: .*; restore it from a backup$/);
    await expect(open()).rejects.toThrow(/damaged/);
  });

  it('is not said to be in use when its lock cannot be opened', async () => {
    mkdirSync(`${file}.lock`, { recursive: true });
    const message = expect.stringMatching(/^cannot open the database .*unable to open database file/);
    await expect(open()).rejects.toMatchObject({ code: 'storage', message });
  });

  it('is refused in one line when it cannot be made', async () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringMatching(/^cannot open the database /) });
  });
});

describe('epochs', () => {
  /** A database at (1,5) with a copy of it at (1,2) beside. */
  async function aged(): Promise<string> {
    const copy = join(folder, 'old.db');
    const store = await open();
    await settle(store);
    await commits(store, 2);
    await store.close();
    copyFileSync(file, copy);
    const again = await open();
    await commits(again, 3);
    await again.close();
    return copy;
  }

  it('stay when the database is the newest that there was (the control)', async () => {
    await aged();
    const store = await open();
    expect(await liveRevision(store)).toEqual({ epoch: 1, n: 5 });
    await store.close();
  });

  it('begin anew when an old copy was put back, once', async () => {
    const copy = await aged();
    copyFileSync(copy, file);
    for (let start = 0; start < 2; start++) {
      const store = await open();
      expect(await liveRevision(store)).toEqual({ epoch: 2, n: 2 });
      await store.close();
    }
    copyFileSync(copy, file);
    const store = await open();
    expect(await liveRevision(store)).toEqual({ epoch: 3, n: 2 });
    await store.close();
  });

  it('begin anew when the side file is damaged, and not when there is none', async () => {
    await aged();
    rmSync(`${file}.epochs.json`);
    const store = await open();
    expect(await liveRevision(store)).toEqual({ epoch: 1, n: 5 });
    await store.close();
    writeFileSync(`${file}.epochs.json`, '{"schema":1,"environ');
    const again = await open();
    expect(await liveRevision(again)).toEqual({ epoch: 2, n: 5 });
    await again.close();
    expect(JSON.parse(readFileSync(`${file}.epochs.json`, 'utf8'))).toMatchObject({ schema: 1 });
  });

  it('go on above those of a database that was thrown away', async () => {
    await aged();
    rmSync(file);
    const store = await open();
    await settle(store);
    expect(await liveRevision(store)).toEqual({ epoch: 2, n: 0 });
    await store.close();
  });

  it('are noted without waiting, and no commit waits for the note', async () => {
    const store = await open();
    await settle(store);
    await commits(store, 1);
    expect(existsSync(`${file}.epochs.json`)).toBe(false);
    await expect
      .poll(() => existsSync(`${file}.epochs.json`) && readFileSync(`${file}.epochs.json`, 'utf8'), { timeout: 10_000 })
      .toContain('"n":1');
    await store.close();
  });
});

function flip(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  for (let i = from; i < Math.min(to, bytes.length); i++) bytes[i] = (bytes[i] ?? 0) ^ 0x5a;
  writeFileSync(path, bytes);
}

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => String(chunk).includes(word) && resolve());
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
}
