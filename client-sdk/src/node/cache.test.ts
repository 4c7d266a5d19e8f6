import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ruleset, until } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

let peer: Peer;
let folder: string;
const clients: Client[] = [];
const make = (options: Partial<Parameters<typeof createClient>[0]> = {}): Client => {
  const client = createClient({ url: peer.url, key: 'key', log: false, cacheDir: folder, ...options });
  clients.push(client);
  return client;
};
const away: Peer['script'] = (_request, response) => {
  response.writeHead(503).end();
  return true;
};
const kept = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.endsWith('.json'));

beforeEach(async () => {
  peer = await startPeer(ruleset([flag('a')]));
  folder = await mkdtemp(join(tmpdir(), 'burgee-cache-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(clients.splice(0).map((client) => client.close({ timeout: 50 })));
  await peer.close();
  await rm(folder, { recursive: true, force: true });
});

async function filled(): Promise<void> {
  const client = make();
  await client.ready({ timeout: 5_000 });
  await until(() => client.status().connection === 'streaming');
  await vi.waitFor(async () => expect(await kept()).toHaveLength(1));
  await client.close();
}

test('what was received last answers at the next start when the server is away', async () => {
  await filled();
  peer.script = away;
  const client = make();
  expect(await client.ready({ timeout: 1_500 })).toEqual({ source: 'disk', ready: true, revision: { epoch: 1, n: 1 } });
  expect(client.boolean('a', {}, false)).toBe(true);
});

test('it is used however old it is', async () => {
  await filled();
  peer.script = away;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 90 * 86_400_000 });
  expect((await make().ready({ timeout: 1_500 })).source).toBe('disk');
});

test('the server wins when it is there, and confirms what it has not changed', async () => {
  await filled();
  expect((await make().ready({ timeout: 5_000 })).source).toBe('live');
  expect(peer.requests.filter((request) => request.path === '/sdk/stream').at(-1)?.headers['last-event-id']).toBe('1.1');
  peer.publish([flag('b')]);
  const client = make();
  expect(await client.ready({ timeout: 5_000 })).toMatchObject({ source: 'live', revision: { epoch: 1, n: 2 } });
});

test('without cacheDir nothing is written', async () => {
  const client = createClient({ url: peer.url, key: 'key', log: false });
  clients.push(client);
  await client.ready({ timeout: 5_000 });
  await client.close();
  expect(await kept()).toEqual([]);
});

test('a damaged file is not used, and another key finds nothing', async () => {
  await filled();
  peer.script = away;
  expect((await make({ key: 'other' }).ready({ timeout: 1_500 })).source).toBe('default');
  const [file = ''] = await kept();
  const text = await readFile(join(folder, file), 'utf8');
  await writeFile(join(folder, file), text.replace('"enabled":true', '"enabled":tru'));
  expect((await make().ready({ timeout: 1_500 })).source).toBe('default');
});

test('an older ruleset from the server replaces neither what is held nor the file', async () => {
  peer.ruleset = ruleset([flag('a')], { revision: { epoch: 3, n: 9 } });
  await filled();
  peer.ruleset = ruleset([], { revision: { epoch: 3, n: 8 } });
  const client = make();
  const errors: string[] = [];
  client.on('error', (error) => errors.push(error.code));
  await client.ready({ timeout: 200 });
  expect(errors).toContain('older');
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(await kept()).toEqual([expect.stringContaining('.3.9.json')]);
});

test('deltas are kept as whole rulesets', async () => {
  const client = make();
  await client.ready({ timeout: 5_000 });
  for (let i = 0; i < 20; i++) peer.publish([flag(`f${i}`)]);
  await until(() => client.status().revision?.n === 21);
  await client.close();
  peer.script = away;
  const next = make();
  expect((await next.ready({ timeout: 1_500 })).revision).toEqual({ epoch: 1, n: 21 });
  expect(next.boolean('f3', {}, false)).toBe(true);
});

test('a folder that cannot be written is an error event and nothing else', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await chmod(file, 0o400);
  const client = make({ cacheDir: join(file, 'below') });
  const errors: string[] = [];
  client.on('error', (error) => errors.push(error.code));
  expect((await client.ready({ timeout: 5_000 })).source).toBe('live');
  await until(() => errors.includes('disk'));
  expect(client.boolean('a', {}, false)).toBe(true);
});

test('the bootstrap answers where neither server nor file do', async () => {
  peer.script = away;
  const client = make({ bootstrap: ruleset([flag('b')], { revision: { epoch: 0, n: 0 } }) });
  expect((await client.ready({ timeout: 1_500 })).source).toBe('bootstrap');
  expect(client.boolean('b', {}, false)).toBe(true);
  peer.script = undefined;
  await until(() => client.status().source === 'live', 20_000);
  expect(client.boolean('a', {}, false)).toBe(true);
});
