import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ruleset, sleep, until } from '../../test/rulesets.ts';
import { createClient } from './index.ts';

let peer: Peer;
beforeEach(async () => {
  peer = await startPeer(ruleset([flag('a')]));
});
afterEach(() => peer.close());

const leaver = fileURLToPath(new URL('../../test/leaver.ts', import.meta.url));
const start = (how: string) =>
  spawn(process.execPath, ['--conditions=burgee-source', '--import', 'tsx', leaver, peer.url, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('a process that closes its client ends, with its last report delivered', async () => {
  const child = start('close');
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(printed).toBe('live closed true\n');
  expect(peer.reports.flatMap((report) => report.counts)).toEqual([{ flag: 'a', rule: null, variant: 'on', count: 1 }]);
});

test('a process that forgets to close ends as well: flags keep nothing alive', async () => {
  const child = start('leave');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(peer.requests[0]?.path).toBe('/sdk/stream');
});

test('a process with work of its own stays: the two above do not end for another reason', async () => {
  const child = start('hold');
  await until(() => peer.streams() === 1, 20_000);
  await sleep(300);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
});

test('closing while starting, and 200 clients in one process, leave no socket', async () => {
  const early = createClient({ url: peer.url, key: 'key', log: false });
  const ready = early.ready({ timeout: 10_000 });
  await early.close();
  expect((await ready).ready).toBe(false);
  const clients = Array.from({ length: 200 }, () => createClient({ url: peer.url, key: 'key', log: false }));
  await Promise.all(clients.map((client) => client.ready({ timeout: 10_000 })));
  // a client that reports has a second socket for a moment
  expect(peer.streams()).toBe(200);
  await Promise.all(clients.map((client) => client.close()));
  await until(() => peer.sockets().now === 0);
});

test.each([
  [{}, /url must be an http or https URL/],
  [{ url: 'ftp://x' }, /url must be/],
  [{ url: 'http://user:pw@x' }, /without user and password/],
  [{ url: 'http://x?y=1' }, /without query/],
  [{ url: 'http://x', key: '' }, /key must be/],
  [{ url: 'http://x', key: 'with space' }, /key must be/],
  [{ url: 'http://x', key: 'k', app: '' }, /app must be a text of 1–100 characters/],
  [{ url: 'http://x', key: 'k', cacheDir: 5 }, /cacheDir must be/],
  [{ url: 'http://x', key: 'k', streaming: 'yes' }, /streaming must be/],
  [{ url: 'http://x', key: 'k', log: {} }, /log must be/],
  [{ url: 'http://x', key: 'k', refreshInterval: 5 }, /unknown option refreshInterval/],
  [{ file: '' }, /file must be the path of a JSON file/],
  [{ offline: 'yes' }, /offline must be true or false/],
  [{ offline: true, file: 'flags.json' }, /offline must be left out where there is a file/],
  [{ offline: true, hooks: {} }, /hooks must be a list/],
  [
    { offline: true, hooks: [{ after: () => 1 }, { afterwards: () => 1 }] },
    /hooks\[1\] must be an object with functions named before/,
  ],
  [{ offline: true, hooks: [{ before: 1 }] }, /hooks\[0\] must be/],
])('refuses %j and says what would be right', (options, message) => {
  const wrong = { key: 'k', ...options } as Parameters<typeof createClient>[0];
  expect(() => createClient(wrong)).toThrow(TypeError);
  expect(() => createClient(wrong)).toThrow(message);
});
