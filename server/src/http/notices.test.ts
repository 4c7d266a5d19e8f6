import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTICE_EVENTS } from '../domain/notice/notice.ts';
import { createNotifier } from '../notices/notifier.ts';
import { createReceiver, startTarget } from '../notices/testing.ts';
import { createTestServer, type TestServer } from './testing.ts';
import { PRODUCTION, PROJECT, seen } from './testing-nouns.ts';

const ROUTES = `${PROJECT}/notice-routes`;
let server: TestServer;
let target: Awaited<ReturnType<typeof startTarget>>;

beforeAll(async () => {
  target = await startTarget();
  server = await createTestServer({ config: { outboundAllow: ['127.0.0.1'] } });
});
afterAll(async () => {
  await server.close();
  await target.close();
});

interface One {
  readonly route: { key: string; version: number; target: object };
  readonly secret?: string;
}
const webhook = (key: string, over: object = {}) => ({
  key,
  name: 'Ops',
  target: { kind: 'webhook', url: `${target.url}?token=hush` },
  ...over,
});
const make = (body: object) => server.call<One>('POST', ROUTES, { body });
const send = async () => {
  const { store, clock, log, notices: sender } = server.deps;
  await createNotifier({ store, sender, clock, log, luck: () => 0.5, owner: 'test' }).tick();
};

describe('notice routes', () => {
  it('are made, shown without their secrets, changed and deleted', async () => {
    const made = await make(webhook('crud', { events: ['flag.killed'], environments: ['production'] }));
    expect(made.status).toBe(201);
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = { kind: 'webhook', host: new URL(target.url).host, secrets: [{ until: null }] };
    expect(made.body.route.target).toEqual(shown);
    const body = { name: 'Ops at night', target: { kind: 'webhook' } };
    expect((await server.call('PUT', `${ROUTES}/crud`, { body })).status).toBe(428);
    expect((await server.call('PUT', `${ROUTES}/crud`, { body, ...seen(9) })).status).toBe(412);
    const changed = await server.call<One>('PUT', `${ROUTES}/crud`, { body, ...seen(1) });
    expect(changed.body).toMatchObject({ route: { name: 'Ops at night', events: [], version: 2, target: shown } });
    const kept = await server.store.get('noticeRoute', { project: 'default', key: 'crud' });
    expect(kept?.entity.target).toMatchObject({ url: `${target.url}?token=hush`, secrets: [{ secret: made.body.secret }] });
    const rotated = await server.call<One>('POST', `${ROUTES}/crud/secret`);
    expect(rotated.body.secret).not.toBe(made.body.secret);
    const everything = [
      await server.call('GET', ROUTES),
      await server.call('GET', `${ROUTES}/crud`),
      await server.call('PUT', `${ROUTES}/crud`, { body, ...seen(1) }),
      await server.call('GET', `${PROJECT}/audit`),
    ].map(({ text }) => text);
    for (const text of everything) expect(text).not.toMatch(/whsec_|hush/);
    expect(everything[3]).toContain('notice-route.rotated');
    expect((await server.call('DELETE', `${ROUTES}/crud`)).status).toBe(204);
    expect((await server.call('GET', `${ROUTES}/crud`)).status).toBe(404);
  });

  it('name the field that is wrong, and change nothing', async () => {
    const wrong: readonly (readonly [number, string, object])[] = [
      [400, 'key', webhook('No Key')],
      [400, 'name', webhook('a', { name: ' ' })],
      [400, 'events[0]', webhook('a', { events: ['rollout.exploded'] })],
      [400, 'events[1]', webhook('a', { events: ['flag.killed', 'flag.killed'] })],
      [400, 'environments[0]', webhook('a', { environments: ['mars'] })],
      [400, 'target.url', webhook('a', { target: { kind: 'slack' } })],
      [400, 'target.kind', webhook('a', { target: { kind: 'pigeon' } })],
      [400, 'target.to', webhook('a', { target: { kind: 'email', to: [] } })],
      [400, 'target.to[0]', webhook('a', { target: { kind: 'email', to: ['a@b.c\r\nBcc: d@e.f'] } })],
      [400, 'target.kind', webhook('a', { target: { kind: 'email', to: ['ada@example.com'] } })],
      [400, 'target.secret', webhook('a', { target: { kind: 'webhook', url: target.url, secret: 'mine' } })],
    ];
    for (const [status, field, body] of wrong) {
      const answer = await server.call<{ fields?: { field: string }[] }>('POST', ROUTES, { body });
      const named = [answer.status, answer.body.fields?.map((one) => one.field).join()];
      expect(named, JSON.stringify(body)).toEqual([status, expect.stringContaining(field.replace('.secret', ''))]);
    }
    expect((await server.call<{ routes: object[] }>('GET', ROUTES)).body.routes).toEqual([]);
  });

  it('are refused an address that is not allowed, when made and when changed', async () => {
    const urls = [
      'http://169.254.169.254/',
      'http://127.0.0.2/',
      'https://10.0.0.1/',
      'file:///etc/passwd',
      'https://u:p@example.com/',
      'x',
    ];
    await make(webhook('ssrf'));
    for (const url of urls) {
      const made = await make(webhook('bad', { target: { kind: 'slack', url } }));
      const changed = await server.call('PUT', `${ROUTES}/ssrf`, {
        body: { name: 'x', target: { kind: 'webhook', url } },
        ...seen(1),
      });
      expect([url, (made.body as unknown as { code: string }).code, changed.body.code]).toEqual([
        url,
        'source_refused',
        'source_refused',
      ]);
    }
    await server.call('DELETE', `${ROUTES}/ssrf`);
  });

  it('can be tried, and say how it went without what was answered', async () => {
    await make(webhook('trial'));
    expect((await server.call('POST', `${ROUTES}/trial/test`)).body).toEqual({ sent: true, error: null });
    expect(JSON.parse(target.posted.at(-1)?.body ?? '')).toMatchObject({ type: 'test', data: { project: 'default' } });
    target.status = 418;
    expect((await server.call('POST', `${ROUTES}/trial/test`)).body).toEqual({
      sent: false,
      error: `127.0.0.1:${target.port} answered 418`,
    });
    target.status = 200;
    await server.call('DELETE', `${ROUTES}/trial`);
  });
});

describe('notices', () => {
  it('of what people do are sent, signed, and shown with how it went', async () => {
    const { secret = '' } = (await make(webhook('ops'))).body;
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'checkout' } });
    await server.call('POST', `${PRODUCTION}/checkout/kill`, { body: { reason: '<b>it burns</b>' } });
    await server.call('POST', `${PRODUCTION}/checkout/restore`, { body: { reason: 'mended' } });
    await send();
    const [kill, restore] = target.posted.slice(-2);
    const types = [kill, restore].map((one) => (JSON.parse(one?.body ?? '') as { type: string }).type);
    expect(types.sort()).toEqual(['flag.killed', 'flag.restored']);
    expect(createReceiver([secret], Date.now)(kill?.headers ?? {}, kill?.body ?? '')).toBe('taken');
    const { body } = await server.call<{ notices: { notice: { event: string }; deliveries: object }[]; next: null }>(
      'GET',
      `${PROJECT}/notices?limit=2`,
    );
    expect(body.notices.map(({ notice }) => notice.event)).toEqual(['flag.restored', 'flag.killed']);
    expect(body.notices[0]?.deliveries).toMatchObject({ ops: { state: 'sent', attempts: 1 } });
    expect(body.next).not.toBeNull();
  });

  it('of a rollout come with its start, its end and its link', async () => {
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'ramped' } });
    const rollouts = `${PROJECT}/environments/production/rollouts`;
    const body = { flag: 'ramped', release: '1.2', plan: 'time-only' };
    const started = await server.call<{ rollout: { id: string; url: string } }>('POST', rollouts, { body });
    expect(started.status).toBe(201);
    const { id, url } = started.body.rollout;
    await server.call('POST', `${rollouts}/${id}/revert`, { body: { reason: 'it <i>burns</i>.' } });
    const told = (await server.store.notices({ project: 'default', limit: 2 })).map(({ notice }) => notice);
    expect(told.map(({ event }) => event)).toEqual(['rollout.reverted', 'rollout.started']);
    expect(told[0]?.sentence).toBe(
      'ramped in production, release 1.2: Reverted to 0 % by Olive Owner: it <i>burns</i>; everyone is being taken back to the old version.',
    );
    expect(told[1]?.sentence).toMatch(
      /^ramped in production, release 1\.2: Started by Olive Owner .* to \d+ %; this plan goes by time/,
    );
    expect(url.endsWith(told[0]?.path ?? '?')).toBe(true);
  });

  it('have names that stay: receivers filter by them', () => {
    expect(NOTICE_EVENTS).toContain('rollout.unconfirmed');
    expect(new Set(NOTICE_EVENTS).size).toBe(NOTICE_EVENTS.length);
  });
});
