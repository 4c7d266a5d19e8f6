import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delta, Revision, Ruleset } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, opened, openStream, percentRule, type StreamClient } from './testing.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes 200 times a second until told to stop; resolves with the last revision. */
function storm(server: DeliveryServer): { stop: () => Promise<Revision> } {
  let going = true;
  const writing = (async () => {
    let last = await server.putFlag('stormy');
    for (let i = 0; going; i++) {
      last = await server.putFlag('stormy', {}, { rules: [percentRule('r', (i % 1000) / 10)] });
      await pause(5);
    }
    return last;
  })();
  return {
    async stop() {
      going = false;
      return writing;
    },
  };
}

/** How many revisions were skipped on the way from the snapshot to the newest. */
function gaps(revisions: readonly number[], newest: number): number {
  let missing = 0;
  let held: number | undefined;
  for (const n of revisions) {
    if (held !== undefined && n > held + 1) missing += n - held - 1;
    held = n;
  }
  return missing + (newest - (held ?? 0));
}

const revisionsOf = (client: StreamClient) =>
  client.events.filter(({ id }) => id !== undefined).map(({ id }) => Number(id?.split('.')[1]));

describe('streams under faults', () => {
  it('miss nothing when they connect while 200 changes a second are made (100 connects)', async () => {
    const server = await createDeliveryServer({ limits: { heartbeatMs: 200 } });
    const { token } = await server.token('server');
    const writer = storm(server);
    const clients: StreamClient[] = [];
    for (let i = 0; i < 100; i++) {
      clients.push(await openStream(server.url, token));
      await pause(7);
    }
    const newest = await writer.stop();
    for (const client of clients) {
      await client.until(() => revisionsOf(client).at(-1) === newest.n);
      expect(gaps(revisionsOf(client), newest.n)).toBe(0);
      const [first, ...deltas] = client.events.filter(({ id }) => id !== undefined);
      let flag = opened<Ruleset>(first?.data ?? '').flags.find(({ key }) => key === 'stormy');
      for (const { data } of deltas) flag = opened<Delta>(data).flags.find(({ key }) => key === 'stormy') ?? flag;
      const stored = await server.store.get('state', { ...AT, flag: 'stormy' });
      expect(flag?.rules[0]?.percent).toBe(stored?.entity.rules[0]?.percent);
      client.close();
    }
    expect(newest.n).toBeGreaterThan(100);
    await server.close();
  });

  it('control: a stream that subscribes after it has read its snapshot is seen to miss changes', async () => {
    const server = await createDeliveryServer();
    await server.putFlag('stormy');
    const writer = storm(server);
    let missed = 0;
    for (let i = 0; i < 20; i++) {
      const snapshot = await server.deps.delivery.snapshot(AT, 'server');
      const seen = [snapshot?.revision.n ?? 0];
      await pause(7);
      const unwatch = server.store.watch(({ revisions }) => seen.push(...revisions.map(({ revision }) => revision.n)));
      await pause(20);
      unwatch();
      missed += gaps(seen, seen.at(-1) ?? 0);
    }
    await writer.stop();
    expect(missed).toBeGreaterThan(0);
    await server.close();
  });

  const bulky = (fill: string) => ({
    type: 'string' as const,
    variants: [
      { key: 'on', value: fill.repeat(100_000) },
      { key: 'off', value: '' },
    ],
  });

  it('drop readers that take nothing while more than the cap is published; the others miss nothing', async () => {
    const server = await createDeliveryServer({ limits: { stallMs: 60_000, heartbeatMs: 200 } });
    const { token } = await server.token('server');
    await server.putFlag('first');
    const stalled = await Promise.all(Array.from({ length: 10 }, () => openStream(server.url, token, { paused: true })));
    const healthy = await Promise.all(Array.from({ length: 10 }, () => openStream(server.url, token)));
    let newest = 0;
    // Kernel buffers take some megabytes for each reader before anything stalls.
    for (let i = 0; i < 400 && server.deps.delivery.readers() > 10; i++) {
      newest = (await server.putFlag('big', bulky(String(i % 10)))).n;
      await Promise.all(healthy.map((client) => client.until(() => revisionsOf(client).at(-1) === newest)));
    }
    while (server.deps.delivery.readers() > 10) await pause(10);
    for (const client of stalled) client.resume();
    await Promise.all(stalled.map((client) => client.closed));
    for (const client of healthy) {
      expect(client.isClosed).toBe(false);
      expect(gaps(revisionsOf(client), newest)).toBe(0);
      client.close();
    }
    await server.close();
  });

  it('are kept when many changes come in one turn of the event loop: that is not their fault', async () => {
    const server = await createDeliveryServer({ limits: { heartbeatMs: 15, backlogBytes: 200_000 } });
    const { token } = await server.token('server');
    await server.putFlag('first');
    const clients = await Promise.all(Array.from({ length: 10 }, () => openStream(server.url, token)));
    let newest = 0;
    for (let i = 0; i < 20; i++) newest = (await server.putFlag('big', bulky(String(i % 10)))).n;
    for (const client of clients) await client.until(() => revisionsOf(client).at(-1) === newest);
    await pause(100);
    expect(server.deps.delivery.readers()).toBe(10);
    await server.close();
  });

  it('control: a writer without a cap queues without bound behind a reader that stalls', async () => {
    const streams: ServerResponse[] = [];
    const naive = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      streams.push(response);
      response.write(':\n\n');
    });
    await new Promise<void>((resolve) => naive.listen(0, '127.0.0.1', resolve));
    const { port } = naive.address() as AddressInfo;
    const outgoing = request({ port, host: '127.0.0.1', agent: false }, (response) => response.pause());
    outgoing.on('error', () => undefined);
    outgoing.end();
    while (streams.length === 0) await pause(5);
    const backlog: number[] = [];
    for (let i = 0; i < 300; i++) {
      streams[0]?.write(Buffer.alloc(100_000, 'x'));
      if (i % 10 === 0) await pause(1);
      backlog.push(streams[0]?.writableLength ?? 0);
    }
    expect(backlog.at(-1)).toBeGreaterThan(1024 * 1024);
    expect(backlog.at(-1)).toBeGreaterThan(backlog[150] ?? 0);
    outgoing.destroy();
    naive.closeAllConnections();
    await new Promise((resolve) => naive.close(resolve));
  });

  it('drop readers that take nothing for too long, and let slow ones skip to the newest state', async () => {
    const server = await createDeliveryServer({ limits: { stallMs: 1500, heartbeatMs: 150, backlogBytes: 2 ** 30 } });
    const { token } = await server.token('server');
    await server.putFlag('first');
    const stalled = await openStream(server.url, token, { paused: true });
    const slow = await openStream(server.url, token);
    slow.pause();
    let newest = 0;
    // Until kernel buffers are full: then neither reader takes anything.
    for (let i = 0; i < 150; i++) {
      newest = (await server.putFlag('big', bulky(String(i % 10)))).n;
      await pause(1);
    }
    slow.resume();
    await slow.until(() => revisionsOf(slow).at(-1) === newest);
    const snapshots = slow.events.filter(({ event }) => event === 'snapshot').length;
    expect(snapshots).toBeGreaterThan(1);
    expect(slow.bytes).toBeLessThan(150 * 100_000);
    while (server.deps.delivery.readers() > 1) await pause(20);
    expect(slow.isClosed).toBe(false);
    stalled.resume();
    await stalled.closed;
    slow.close();
    await server.close();
  });

  it('end soon after their token is revoked or has expired, and only then', async () => {
    let skew = 0;
    const server = await createDeliveryServer({ limits: { tokenSweepMs: 50, heartbeatMs: 100 }, clock: () => Date.now() + skew });
    const [kept, revoked, expiring] = [
      await server.token('server'),
      await server.token('server'),
      await server.token('client', { expiresAt: Date.now() + 60_000 }),
    ];
    const [a, b, c] = [
      await openStream(server.url, kept.token),
      await openStream(server.url, revoked.token),
      await openStream(server.url, expiring.token),
    ];
    await Promise.all([a, b, c].map((client) => client.next('heartbeat')));
    const entity = { ...revoked.entity, revokedAt: Date.now() };
    await server.store.commit({ environments: [], writes: [{ put: 'token', entity, basedOn: 'any' }], audit: [] });
    await b.closed;
    expect([a.isClosed, c.isClosed]).toEqual([false, false]);
    skew = 61_000;
    await c.closed;
    await a.next('heartbeat');
    await pause(150);
    expect(a.isClosed).toBe(false);
    server.deps.delivery.drop(kept.entity.id);
    await a.closed;
    await server.close();
  });

  it('carry any name and value in one event', async () => {
    const server = await createDeliveryServer();
    const { token } = await server.token('server');
    await server.putFlag('f');
    const client = await openStream(server.url, token);
    await client.next('heartbeat');
    const parts = [
      '\r\n',
      '\n',
      '\r',
      '\n\n',
      '\r\n\r\n',
      '\u2028',
      '\u2029',
      '\u0085',
      '\u0000',
      '</script>',
      '\ufeff',
      '\ud800',
      '\udc00x',
    ];
    const tails = ['', 'data: {}', 'event: snapshot', 'id: 9.9', ': comment', 'retry: 1'];
    const corpus = parts.flatMap((part) => tails.map((tail) => `a${part}${tail}${part}`));
    expect(corpus.length).toBeGreaterThanOrEqual(40);
    for (const text of corpus) {
      const before = client.events.length;
      const variants = [
        { key: 'on', value: text },
        { key: 'off', value: { [text]: text } },
      ];
      const rules = [percentRule('r', 1, { title: text, when: { attribute: text, operator: 'in', values: [text] } })];
      await server.putFlag('f', { type: 'json', variants }, { rules });
      const { data, event } = await client.next('delta');
      expect(event).toBe('delta');
      const flag = opened<Delta>(data).flags[0];
      expect(flag?.variants[0]?.value).toBe(text);
      expect(flag?.rules[0]?.title).toBe(text);
      expect(client.events.length).toBe(before + 1);
    }
    client.close();
    await server.close();
  });
});
