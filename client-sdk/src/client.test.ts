import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../test/fake-clock.ts';
import { mulberry32 } from '../test/link.ts';
import { type Peer, startPeer } from '../test/peer.ts';
import { flag, ruleset, sleep, until } from '../test/rulesets.ts';
import { type Core, createCore, type Host } from './client.ts';
import { sha256 } from './node/disk.ts';
import { createNodeTransport } from './node/transport.ts';
import { loadRegex } from './regex.ts';

let peer: Peer;
let clock: FakeClock;
let core: Core;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  peer = await startPeer(ruleset([flag('a')]));
  clock = createFakeClock();
  const host: Host = {
    transport: createNodeTransport(new URL(peer.url), {}),
    clock,
    random: mulberry32(4),
    digest: sha256,
    loadRegex,
    scope: () => undefined,
    context: () => undefined,
    load: async () => undefined,
    save: async () => undefined,
    identity: { instance: 'i'.repeat(16), sdk: 's', app: 'a', platform: 'p' },
    streaming: true,
    bootstrap: undefined,
    warn: () => undefined,
  };
  core = createCore(host);
  for (const event of ['ready', 'stale', 'recovered'] as const) core.on(event, () => heard.push(event));
});
afterEach(async () => {
  const closing = core.close({ timeout: 1 });
  await sleep(1);
  clock.advance(1);
  await closing;
  await peer.close();
});

test('says once that it is ready, that it is stale after 30 s without the server, and that it has recovered', async () => {
  await until(() => core.status().source === 'live');
  expect(heard).toEqual(['ready']);
  peer.script = (_request, response) => {
    response.writeHead(500).end();
    return true;
  };
  peer.cut();
  const from = clock.monotonic();
  while (!heard.includes('stale')) {
    clock.advance(500);
    await sleep(1);
    expect(clock.monotonic() - from).toBeLessThan(95_000);
  }
  expect(clock.monotonic() - from).toBeGreaterThanOrEqual(30_000);
  expect(core.status()).toMatchObject({ stale: true, source: 'live' });
  expect(core.boolean('a', {}, false)).toBe(true);
  peer.script = undefined;
  while (core.status().stale) {
    clock.advance(500);
    await sleep(1);
  }
  expect(heard).toEqual(['ready', 'stale', 'recovered']);
});

test('with delivery and reports together there are never more than two timers and two sockets', async () => {
  await until(() => core.status().source === 'live');
  for (let i = 0; i < 100; i++) {
    core.boolean('a', {}, false);
    clock.advance(2_000);
    if (i % 10 === 5) peer.cut();
    await sleep(1);
    expect(clock.pending()).toBeLessThanOrEqual(2);
  }
  expect(peer.reports.length).toBeGreaterThan(1);
  expect(peer.sockets().most).toBeLessThanOrEqual(2);
});

test('reports say what is held', async () => {
  await until(() => core.status().source === 'live');
  clock.advance(60_000);
  await until(() => peer.reports.length > 0);
  expect(peer.reports[0]).toMatchObject({ schema: 1, sequence: 1, revision: { epoch: 1, n: 1 }, app: 'a', platform: 'p' });
});
