import type { Delta, Ruleset } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, opened, openStream, override, percentRule } from './testing.ts';

describe('the stream', () => {
  let server: DeliveryServer;
  let key: string;
  beforeEach(async () => {
    server = await createDeliveryServer({ limits: { heartbeatMs: 300 } });
    key = (await server.token('server')).token;
    await server.putFlag('first');
  });
  afterEach(() => server.close());

  it('begins with a snapshot, pushes deltas from the commit, and beats with its revision', async () => {
    const client = await openStream(server.url, key);
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private, no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const snapshot = await client.next();
    expect(snapshot).toMatchObject({ event: 'snapshot' });
    const { revision, flags } = opened<Ruleset>(snapshot.data);
    expect(snapshot.id).toBe(`${revision.epoch}.${revision.n}`);
    expect(flags.map((flag) => flag.key)).toEqual(['first']);
    expect(JSON.parse((await client.next()).data)).toEqual(revision);

    const after = await server.putFlag('second', {}, { rules: [percentRule('r', 5)] });
    const delta = await client.next('delta');
    expect(delta.id).toBe(`${after.epoch}.${after.n}`);
    expect(opened<Delta>(delta.data)).toMatchObject({ revision: after, flags: [{ key: 'second' }], removedFlags: [] });
    expect(JSON.parse((await client.next('heartbeat')).data)).toEqual(after);
    client.close();
  });

  it('says in a delta what went away', async () => {
    const client = await openStream(server.url, key);
    await client.next('snapshot');
    await server.putFlag('first', { archived: true });
    expect(opened<Delta>((await client.next('delta')).data)).toMatchObject({ flags: [], removedFlags: ['first'] });
    client.close();
  });

  describe('resumes by Last-Event-ID', () => {
    async function resume(lastEventId: string) {
      const client = await openStream(server.url, key, { lastEventId });
      await client.next('heartbeat');
      client.close();
      return client.events.map(({ event, id }) => (id === undefined ? event : `${event} ${id}`));
    }

    it('with deltas where they are known, with nothing but a heartbeat where nothing happened', async () => {
      const watching = await openStream(server.url, key);
      const { epoch, n } = await server.putFlag('a');
      await server.putFlag('b');
      const last = await server.putFlag('c');
      expect(last).toEqual({ epoch, n: n + 2 });
      expect(await resume(`${epoch}.${n}`)).toEqual([`delta ${epoch}.${n + 1}`, `delta ${epoch}.${n + 2}`, 'heartbeat']);
      expect(await resume(`${epoch}.${n + 2}`)).toEqual(['heartbeat']);
      watching.close();
    });

    it.each([
      ['too old', '1.0'],
      ['of another epoch', '7.2'],
      ['garbage', 'garbage'],
      ['a number', '12'],
      ['empty', ''],
      ['half', '1.'],
      ['negative', '1.-1'],
      ['huge', '1.99999999999999999999'],
      ['long', '9'.repeat(10_000)],
      ['injected', '1.1%0d%0aevent: x'],
    ])('with a snapshot where the id is %s', async (_, id) => {
      const { epoch, n } = await server.putFlag('a');
      expect(await resume(id)).toEqual([`snapshot ${epoch}.${n}`, 'heartbeat']);
    });

    it('with a snapshot of a new epoch where the id is from the future: the database is an old copy', async () => {
      const { epoch, n } = await server.putFlag('a');
      expect(await resume(`${epoch}.${n + 1}`)).toEqual([`snapshot ${epoch + 1}.${n}`, 'heartbeat']);
      expect(await server.store.revisions()).toContainEqual({ ...AT, revision: { epoch: epoch + 1, n } });
    });

    it('without believing a client key about the future', async () => {
      const { epoch, n } = await server.putFlag('a');
      key = (await server.token('client')).token;
      expect(await resume(`${epoch}.${n + 1}`)).toEqual([`snapshot ${epoch}.${n}`, 'heartbeat']);
    });

    it('and refuses an id of a megabyte', async () => {
      const refused = await openStream(server.url, key, { lastEventId: '9'.repeat(1024 * 1024) }).then(
        (client) => client.status,
        () => 431,
      );
      expect(refused).toBe(431);
    });
  });

  it('carries overrides at once, in snapshots too, and lists them once they are settled', async () => {
    const before = await openStream(server.url, key);
    await before.next('heartbeat');
    const asserted = override('ov1', 'first', 'r');
    server.deps.delivery.override(AT, asserted);
    expect(JSON.parse((await before.next('override')).data)).toEqual(asserted);
    server.deps.delivery.override(AT, asserted);

    const during = await openStream(server.url, key);
    expect(opened<Ruleset>((await during.next('snapshot')).data).overrides).toEqual([asserted]);
    const lastEventId = during.events[0]?.id ?? '';
    const resumed = await openStream(server.url, key, { lastEventId });
    expect((await resumed.next()).event).toBe('override');

    server.deps.delivery.settle('ov1');
    await server.putFlag('second');
    const delta = opened<Delta>((await before.next('delta')).data);
    expect(delta.overridesApplied).toEqual(['ov1']);
    expect(delta.overrides).toBeUndefined();
    expect(before.events.filter(({ event }) => event === 'override')).toHaveLength(1);
    for (const client of [before, during, resumed]) client.close();
  });

  it('says goodbye with a spread retry', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => openStream(server.url, key)));
    await Promise.all(clients.map((client) => client.next('heartbeat')));
    const goodbyes = clients.map((client) => client.next('goodbye'));
    await server.deps.delivery.close();
    const waits = (await Promise.all(goodbyes)).map(({ data }) => (JSON.parse(data) as { retryMs: number }).retryMs);
    expect(new Set(waits).size).toBeGreaterThan(10);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    await Promise.all(clients.map((client) => client.closed));
    expect(server.deps.delivery.readers()).toBe(0);
    expect((await openStream(server.url, key)).status).toBe(503);
  });

  it('refuses more streams than it may have, with the time to come back', async () => {
    const small = await createDeliveryServer({ limits: { streams: 2 } });
    const { token } = await small.token('server');
    const open = [await openStream(small.url, token), await openStream(small.url, token)];
    const refused = await openStream(small.url, token);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    open[0]?.close();
    while (small.deps.delivery.readers() === 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await openStream(small.url, token)).status).toBe(200);
    await small.close();
  });

  it('publishes a flag that cannot be prepared beside the others, and the log names it once', async () => {
    const errors: object[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) };
    const logged = await createDeliveryServer({ log });
    const as = await logged.token('server');
    const client = await openStream(logged.url, as.token);
    await client.next('heartbeat');
    await logged.putFlag('broken', {}, { rules: [percentRule('r', 100, { serve: { variant: 'missing' } })] });
    await logged.putFlag('fine', {}, { rules: [percentRule('r', 100)] });
    expect(opened<Delta>((await client.next('delta')).data).flags).toMatchObject([{ key: 'broken' }]);
    await client.next('delta');
    expect(errors).toMatchObject([{ flag: 'broken', environment: 'production' }]);
    const ask = (key: string) => logged.call('POST', `/ofrep/v1/evaluate/flags/${key}`, { as, body: {} });
    expect(await ask('broken')).toMatchObject({ status: 400, body: { errorCode: 'PARSE_ERROR' } });
    expect((await ask('fine')).body).toMatchObject({ value: true });
    client.close();
    await logged.close();
  });
});
