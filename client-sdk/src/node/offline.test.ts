import net from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { envelope, startPeer } from '../../test/peer.ts';
import { flag, ramped, ruleset, sleep } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

const clients: Client[] = [];
const make = (options: Parameters<typeof createClient>[0]): Client => {
  const client = createClient({ log: false, ...options });
  clients.push(client);
  return client;
};
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

const handles = (): string[] => process.getActiveResourcesInfo().sort();

test('answers from its bootstrap, or with defaults, without a socket or a timer', async () => {
  const connects = vi.spyOn(net.Socket.prototype, 'connect');
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const before = handles();
  const client = make({ offline: true, bootstrap: ruleset([flag('a'), ramped('b', 50, { rollout: 'r' })]) });
  expect(await client.ready()).toEqual({ source: 'bootstrap', ready: true, revision: { epoch: 1, n: 1 } });
  const empty = make({ offline: true });
  expect(await empty.ready()).toEqual({ source: 'default', ready: false, revision: null });
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(client.run({ targetingKey: 'u' }, () => client.detail('b', undefined, false))).toMatchObject({ rollout: 'r' });
  client.outcome({ targetingKey: 'u' }, { error: true });
  expect(empty.boolean('a', {}, true)).toBe(true);
  expect(client.status()).toMatchObject({ connection: 'offline', stale: false, reports: { sent: 0, failing: null } });
  expect(connects).not.toHaveBeenCalled();
  expect(timers).not.toHaveBeenCalled();
  expect(handles()).toEqual(before);
  await client.close();
  expect(client.status().connection).toBe('closed');
  expect(client.boolean('a', {}, false)).toBe(true);
});

test('wins over a server that is named and up; the same options without it reach that server', async () => {
  const peer = await startPeer(ruleset([flag('a')]));
  const server = { url: peer.url, key: 'key' };
  const client = make({ ...server, offline: true });
  expect((await client.ready()).source).toBe('default');
  await sleep(50);
  expect(peer.requests).toEqual([]);
  const live = make({ ...server, offline: false });
  expect((await live.ready({ timeout: 5_000 })).source).toBe('live');
  await live.close();
  await peer.close();
});

test('a bootstrap that is no ruleset leaves the defaults and says what is wrong', async () => {
  const client = make({ offline: true, bootstrap: { ...ruleset([]), flags: 5 } as never });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  expect((await client.ready()).source).toBe('default');
  expect(client.boolean('a', {}, true)).toBe(true);
  const message = 'the bootstrap cannot be used: ruleset.flags must be a list, got 5';
  expect(errors).toEqual([{ code: 'bootstrap', message }]);
});

test('a bootstrap may be text, as it is or in its envelope; one that is damaged leaves the defaults', async () => {
  const whole = ruleset([ramped('a', 100)]);
  for (const bootstrap of [JSON.stringify(whole), ` ${JSON.stringify(whole, null, 2)}\n`, envelope('ruleset', whole)]) {
    const client = make({ offline: true, bootstrap });
    expect((await client.ready()).source).toBe('bootstrap');
    expect(client.boolean('a', { targetingKey: 'u' }, false)).toBe(true);
  }
  const damaged = envelope('ruleset', whole).replace('"percent":100', '"percent":99');
  const client = make({ offline: true, bootstrap: damaged });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  expect((await client.ready()).source).toBe('default');
  const message = 'the bootstrap cannot be used: the checksum does not match';
  expect(errors).toEqual([{ code: 'bootstrap', message }]);
});
