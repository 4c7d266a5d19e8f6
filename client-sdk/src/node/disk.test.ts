import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { mulberry32 } from '../../test/link.ts';
import { envelope } from '../../test/peer.ts';
import { flag, held, ruleset, sleep } from '../../test/rulesets.ts';
import { createDisk } from './disk.ts';

const FLIPS = Math.min(10_000, Number(process.env.BURGEE_RUNS ?? 1_000));
const KILLS = Number(process.env.BURGEE_KILL_ROUNDS ?? 30);

let folder: string;
let bundles: string;
let writer: string;
beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'burgee-writer-'));
  writer = join(bundles, 'writer.mjs');
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const flags = [
    '--bundle',
    '--format=esm',
    '--platform=node',
    '--alias:@burgee/engine=./engine/src/index.ts',
    '--log-level=error',
  ];
  execFileSync('npx', ['--no-install', 'esbuild', 'client-sdk/test/writer.ts', `--outfile=${writer}`, ...flags], {
    cwd: root,
  });
});
afterAll(() => rm(bundles, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burgee-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (n: number, epoch = 1, environment = 'production') => ruleset([flag('a')], { revision: { epoch, n }, environment });
const disk = (key = 'key') => createDisk(folder, 'http://localhost', key);
const save = (one: ReturnType<typeof at>, key?: string) => disk(key).save(held(one), envelope('ruleset', one));
const current = async (): Promise<string> => {
  const names = (await readdir(folder)).filter((name) => name.startsWith('burgee-'));
  const n = (name: string): number => Number(name.split('.').at(-2));
  return join(folder, names.sort((a, b) => n(b) - n(a))[0] ?? 'none');
};

test('keeps the newest ruleset and the one before it, readable by its owner only', async () => {
  expect(await disk().load()).toBeUndefined();
  await save(at(1));
  await save(at(2));
  expect((await disk().load())?.revision).toEqual({ epoch: 1, n: 2 });
  expect((await stat(await current())).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toHaveLength(2);
  await save(at(3));
  expect(await readdir(folder)).toHaveLength(2);
  await writeFile(await current(), 'damaged');
  expect((await disk().load())?.revision).toEqual({ epoch: 1, n: 2 });
});

test('an older ruleset never overwrites a newer one, another epoch orders first', async () => {
  await save(at(5, 2));
  await save(at(9, 1));
  await save(at(4, 2));
  await save(at(1, 3));
  await save(at(5, 2));
  expect((await disk().load())?.revision).toEqual({ epoch: 3, n: 1 });
});

test('other keys have other files, and another environment replaces what its key had', async () => {
  await save(at(5), 'one');
  expect(await disk('two').load()).toBeUndefined();
  await save(at(9), 'two');
  expect((await disk('one').load())?.revision.n).toBe(5);
  await save(at(2, 1, 'development'), 'one');
  expect((await disk('one').load())?.environment).toBe('development');
});

test('a damaged file is replaced without losing the generation before it', async () => {
  await save(at(1));
  await save(at(2));
  await writeFile(await current(), '{}');
  await save(at(3));
  expect((await disk().load())?.revision.n).toBe(3);
  expect(await readdir(folder)).toHaveLength(2);
  await writeFile(await current(), '{}');
  expect((await disk().load())?.revision.n).toBe(1);
});

test(`${FLIPS} flipped bits and truncations: none is accepted`, async () => {
  await save(at(7));
  const file = await current();
  const good = await readFile(file);
  expect((await disk().load())?.revision.n).toBe(7);
  const random = mulberry32(42);
  let accepted = 0;
  for (let i = 0; i < FLIPS; i++) {
    const bad = Buffer.from(good);
    const where = Math.floor(random() * good.length);
    bad[where] = (bad[where] ?? 0) ^ (1 << Math.floor(random() * 8));
    await writeFile(file, i % 4 === 0 ? good.subarray(0, where) : bad);
    if ((await disk().load()) !== undefined) accepted++;
  }
  expect(accepted).toBe(0);
});

test('the same flips get past a reader that only parses', async () => {
  const good = Buffer.from(envelope('ruleset', at(7)));
  const random = mulberry32(42);
  let parsed = 0;
  for (let i = 0; i < 1_000; i++) {
    const bad = Buffer.from(good);
    const where = Math.floor(random() * good.length);
    bad[where] = (bad[where] ?? 0) ^ (1 << Math.floor(random() * 8));
    try {
      JSON.parse(bad.toString());
      parsed++;
    } catch {
      // found without a checksum
    }
  }
  expect(parsed).toBeGreaterThan(300);
});

/** Starts a writer, kills it at a random moment after its first write, and returns the last revision it acknowledged. */
async function writeUntilKilled(random: () => number, ...how: string[]): Promise<number> {
  const child = spawn(process.execPath, [writer, folder, String(50 + Math.floor(random() * 500)), ...how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      acknowledged = Number(text.trim().split('\n').at(-1));
      resolve();
    });
  });
  await sleep(random() * 30);
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGKILL');
  await ended;
  return acknowledged;
}

test(`a writer killed at any of ${KILLS} moments leaves a generation that loads, never older than the one acknowledged`, {
  timeout: 60_000 + KILLS * 4_000,
}, async () => {
  const random = mulberry32(9);
  for (let round = 0; round < KILLS; round++) {
    const acknowledged = await writeUntilKilled(random);
    expect((await disk().load())?.revision.n).toBeGreaterThanOrEqual(acknowledged);
  }
});

test('the same kills find a writer that writes in place', { timeout: 120_000 }, async () => {
  const random = mulberry32(9);
  let torn = false;
  for (let round = 0; round < 30 && !torn; round++) {
    await writeUntilKilled(random, 'plain');
    torn = (await disk().load()) === undefined;
  }
  expect(torn).toBe(true);
});

test('follows no symbolic link', async () => {
  await save(at(3));
  const file = await current();
  const elsewhere = join(folder, 'elsewhere.txt');
  await writeFile(elsewhere, await readFile(file));
  await rm(file);
  await symlink(elsewhere, file);
  expect(await disk().load()).toBeUndefined();
  await save(at(4));
  expect((await disk().load())?.revision.n).toBe(4);
  expect(await readFile(elsewhere, 'utf8')).toContain('"n":3');
});

test('a folder that cannot be made is an error for the caller to report, and loads nothing', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await chmod(file, 0o400);
  const blocked = createDisk(join(file, 'below'), 'http://localhost', 'key');
  expect(await blocked.load()).toBeUndefined();
  await expect(blocked.save(held(at(1)), '{}')).rejects.toThrow();
});

test('writers that share a folder never show a reader anything but whole rulesets', async () => {
  let reading = true;
  let missing = 0;
  await save(at(1));
  const reader = (async () => {
    while (reading) if ((await disk().load()) === undefined) missing++;
  })();
  const writers = Array.from({ length: 4 }, async (_, w) => {
    for (let n = 2; n < 40; n++) await save(at(n * 4 + w));
  });
  await Promise.all(writers);
  reading = false;
  await reader;
  expect(missing).toBe(0);
  expect((await disk().load())?.revision.n).toBe(39 * 4 + 3);
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
