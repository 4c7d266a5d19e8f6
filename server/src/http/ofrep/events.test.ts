import { jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../domain/ports.ts';
import { createDelivery } from '../sdk/publisher.ts';
import {
  AT,
  createDeliveryServer,
  type DeliveryServer,
  openStream,
  override,
  percentRule,
  type StreamClient,
} from '../sdk/testing.ts';
import { createTickets } from './tickets.ts';

interface Bulk {
  readonly flags: readonly { readonly key: string; readonly value?: unknown }[];
  readonly metadata: { readonly revision: string };
  readonly eventStreams?: readonly [{ readonly type: string; readonly endpoint: { readonly requestUri: string } }];
}

const PATH = '/ofrep/v1/evaluate/flags';
const VALUES = { browserAccess: 'values' as const };
const all = (percent: number) => ({ rules: [percentRule('r', percent)] });

let server: DeliveryServer;
let client: Awaited<ReturnType<DeliveryServer['token']>>;
let now = Date.UTC(2026, 10, 23, 12);
const open: StreamClient[] = [];
const logged: string[] = [];
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)} ${Object.values(fields).map(String)}`),
  ]),
) as unknown as Logger;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 23, 12);
  logged.length = 0;
  server = await createDeliveryServer({ limits: { heartbeatMs: 150, tokenSweepMs: 50 }, clock: () => now, log });
  client = await server.token('client', { origins: ['https://shop.example'] });
  await server.putFlag('f', VALUES, all(0));
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  await server.close();
});

const bulk = (query = '', headers: Record<string, string> = {}, as: { token: string } = client) =>
  server.call<Bulk>('POST', PATH + query, { as, body: { context: { targetingKey: 'u' } }, headers });
const uriOf = (body: Bulk): string => body.eventStreams?.[0].endpoint.requestUri ?? 'none';
const ticketOf = (body: Bulk): string => new URL(uriOf(body), 'http://x').searchParams.get('ticket') ?? '';

async function listen(path: string, more: { lastEventId?: string; origin?: string } = {}): Promise<StreamClient> {
  const stream = await openStream(server.url, null, { path, ...more });
  open.push(stream);
  return stream;
}
/** The next thing that a client does something about; comments are seen as events without data. */
async function message(stream: StreamClient): Promise<{ id: string | undefined; data: Record<string, unknown> }> {
  const { id, data } = await stream.next('message');
  return { id, data: JSON.parse(data) };
}
const idOf = ({ epoch, n }: { epoch: number; n: number }): string => `${epoch}.${n}`;

describe('eventStreams', () => {
  it('come with bulk answers, relative, and open without any header', async () => {
    const { body } = await bulk();
    expect(body.eventStreams).toEqual([
      {
        type: 'sse',
        endpoint: { requestUri: expect.stringMatching(/^\/ofrep\/v1\/events\?ticket=[\w.-]+$/) },
        inactivityDelaySec: 120,
      },
    ]);
    const stream = await listen(uriOf(body));
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private, no-cache, no-transform',
      'x-accel-buffering': 'no',
      'referrer-policy': 'no-referrer',
    });
    expect(await message(stream)).toEqual({
      id: body.metadata.revision,
      data: { type: 'refetchEvaluation', etag: body.metadata.revision },
    });
  });

  it('tell of a change once it can be asked for, and beat with comments only', async () => {
    const stream = await listen(uriOf((await bulk()).body));
    await message(stream);
    const revision = idOf(await server.putFlag('f', VALUES, all(100)));
    expect(await message(stream)).toEqual({ id: revision, data: { type: 'refetchEvaluation', etag: revision } });
    const { body } = await bulk(`?flagConfigEtag=${revision}`);
    expect(body).toMatchObject({ metadata: { revision }, flags: [{ key: 'f', value: true }] });
    await stream.until(() => stream.events.filter(({ data }) => data === '').length >= 3);
    expect(stream.events.filter(({ data }) => data !== '')).toHaveLength(2);
  });

  it('begin where the reader is: after Last-Event-ID, or the revision in the address', async () => {
    const { body } = await bulk();
    const quiet = await listen(`${uriOf(body)}&revision=${body.metadata.revision}`);
    expect((await message(quiet)).data).toEqual({ type: 'heartbeat', etag: body.metadata.revision });
    const resumed = await listen(uriOf(body), { lastEventId: body.metadata.revision });
    const revision = idOf(await server.putFlag('f', VALUES, all(100)));
    expect((await message(resumed)).id).toBe(revision);
    await quiet.until(() => quiet.events.some(({ id }) => id === revision));
    for (const missed of ['1.1', '7.1', '1.x', '']) {
      const late = await listen(`${uriOf(body)}&revision=${missed}`);
      expect((await message(late)).data, missed).toEqual({ type: 'refetchEvaluation', etag: revision });
    }
  });

  it('say nothing to browsers of what they cannot see, and everything to server keys', async () => {
    await server.putSegment('eu', { attribute: 'country', operator: 'in', values: ['de'] });
    await server.putFlag('base', {}, all(100));
    await server.putFlag('seen', VALUES, {
      rules: [percentRule('r', 100, { segments: [{ segment: 'eu' }] })],
      prerequisites: [{ flag: 'base', variants: ['on'] }],
    });
    const { body } = await bulk();
    const asServer = await bulk('', {}, await server.token('server'));
    const [browser, backend] = await Promise.all([listen(uriOf(body)), listen(uriOf(asServer.body))]);
    await Promise.all([message(browser), message(backend)]);
    const hidden = idOf(await server.putFlag('hidden', {}, all(1)));
    expect((await message(backend)).id).toBe(hidden);
    await server.putSegment('us', { attribute: 'country', operator: 'in', values: ['us'] }, 2);
    const behind = idOf(await server.putFlag('base', {}, all(0)));
    expect((await message(browser)).id).toBe(behind);
    await server.putSegment('eu', { attribute: 'country', operator: 'in', values: ['fr'] });
    const [, n] = behind.split('.').map(Number);
    expect((await message(browser)).id).toBe(`1.${Number(n) + 1}`);
    const gone = idOf(await server.putFlag('seen', { browserAccess: 'none' }, all(100)));
    expect((await message(browser)).id).toBe(gone);
  });

  it('tell of an override that the database does not have', async () => {
    await server.putFlag('f', VALUES, all(100));
    const stream = await listen(uriOf((await bulk()).body));
    const { id } = await message(stream);
    server.deps.delivery.override(AT, override('o1', 'f', 'r'));
    expect((await message(stream)).id).toBe(id);
    expect((await bulk()).body.flags[0]).toMatchObject({ value: false });
  });

  it('say when to come back when the server stops', async () => {
    const { body } = await bulk();
    const [plain, ours] = await Promise.all([listen(uriOf(body)), listen(`${uriOf(body)}&revision=1.1`)]);
    await server.deps.delivery.close();
    await Promise.all([plain.closed, ours.closed]);
    expect(ours.events.map(({ data }) => data)).toContainEqual(expect.stringMatching(/^\{"type":"goodbye","retryMs":\d+\}$/));
    expect(plain.events.some(({ data }) => data.includes('goodbye'))).toBe(false);
    expect(plain.events.some(({ retry }) => /^\d+$/.test(retry ?? ''))).toBe(true);
  });
});

describe('a bulk answer', () => {
  it('is at least as new as the event that asked for it, where another process wrote', async () => {
    const deaf = { ...server.store, watch: () => () => undefined };
    const delivery = createDelivery({ store: deaf, clock: () => now, log });
    const other = await createDeliveryServer({ store: server.store, delivery, clock: () => now, log });
    const ask = (query: string) =>
      other.call<Bulk>('POST', PATH + query, { as: client, body: { context: { targetingKey: 'u' } } });
    const before = (await ask('')).body.metadata.revision;
    const revision = idOf(await server.putFlag('f', VALUES, all(100)));
    // negative control: nothing else tells this process
    expect((await ask('')).body.metadata.revision).toBe(before);
    for (const none of ['1.999999', '9.1', 'x']) {
      const invented = await ask(`?flagConfigEtag=${none}`);
      expect(invented.status).toBe(200);
    }
    const quoted = await ask(`?flagConfigEtag=${encodeURIComponent(`"${revision}"`)}`);
    expect(quoted.body).toMatchObject({ metadata: { revision }, flags: [{ value: true }] });
    await other.close();
  });

  it('is never a 304 to a client whose ticket is about to end', async () => {
    const first = await bulk();
    const etag = first.headers.get('etag') ?? '';
    expect((await bulk('', { 'if-none-match': etag })).status).toBe(304);
    now += 300_000;
    const later = await bulk('', { 'if-none-match': etag });
    expect(later.status).toBe(200);
    expect(uriOf(later.body)).not.toBe(uriOf(first.body));
    expect((await listen(uriOf(first.body))).status).toBe(200);
    now += 300_000;
    expect((await listen(uriOf(first.body))).status).toBe(401);
    expect((await listen(uriOf(later.body))).status).toBe(200);
  });

  it('has no ticket while the database takes no writes, and is one all the same', async () => {
    const store = { ...server.store, commit: () => Promise.reject(new Error('read-only')) };
    const poor = await createDeliveryServer({ store, clock: () => now, log });
    const answer = await poor.call<Bulk>('POST', PATH, { as: client, body: {} });
    expect([answer.status, answer.body.eventStreams]).toEqual([200, undefined]);
    await poor.close();
  });
});

describe('tickets', () => {
  const at = { project: 'default', environment: 'production' };
  const secretOf = async () =>
    new TextEncoder().encode((await server.store.get('signingKey', { id: 'stream-tickets' }))?.entity.secret);

  it('are for one key, signed with a key that all processes of the database share', async () => {
    const ticket = ticketOf((await bulk()).body);
    const { payload } = await jwtVerify(ticket, await secretOf(), { currentDate: new Date(now) });
    expect(payload).toMatchObject({ sub: client.entity.id, iss: 'burgee', aud: 'ofrep-events', ...at });
    expect(Number(payload.exp) - now / 1000).toBeGreaterThanOrEqual(300);
    expect(Number(payload.exp) - now / 1000).toBeLessThanOrEqual(600);
    const random = server.deps.random;
    const others = await Promise.all([1, 2, 3].map(() => createTickets({ store: server.store, clock: () => now, random })));
    for (const other of others) expect(await other.read(ticket)).toEqual({ tokenId: client.entity.id, ...at });
  });

  it('are refused when forged, and so is whatever is none', async () => {
    const ticket = ticketOf((await bulk()).body);
    const [head = '', body = '', signature = ''] = ticket.split('.');
    const secret = await secretOf();
    const claims = (change: object) => ({
      sub: client.entity.id,
      iss: 'burgee',
      aud: 'ofrep-events',
      exp: now / 1000 + 300,
      ...at,
      ...change,
    });
    const typ = 'burgee-ticket+jwt';
    const sign = (change: object, header: object = {}, key = secret) =>
      new SignJWT(claims(change)).setProtectedHeader({ alg: 'HS256', typ, ...header }).sign(key);
    const other = await server.token('client', { environment: 'development' });
    const forged: [string, string][] = [
      ['nothing', ''],
      ['garbage', 'a.b.c'],
      ['long', 'a'.repeat(5_000)],
      ['the key itself', client.token],
      ['no signature', `${head}.${body}.`],
      ['another body', `${head}.${Buffer.from(JSON.stringify(claims({ exp: 9e9 }))).toString('base64url')}.${signature}`],
      ['alg none', new UnsecuredJWT(claims({})).encode()],
      ['another secret', await sign({}, {}, new TextEncoder().encode('x'.repeat(43)))],
      ['another algorithm', await sign({}, { alg: 'HS512' }, Buffer.concat([secret, secret]))],
      ['another type', await sign({}, { typ: 'JWT' })],
      ['another issuer', await sign({ iss: 'burgee2' })],
      ['another audience', await sign({ aud: 'override' })],
      ['no end', await sign({ exp: undefined })],
      ['over', await sign({ exp: now / 1000 - 1 })],
      ['an unknown key', await sign({ sub: 'none-such' })],
      ['a key of another environment', await sign({ sub: other.entity.id })],
    ];
    for (const [what, text] of forged) {
      const stream = await listen(`/ofrep/v1/events?ticket=${encodeURIComponent(text)}`);
      expect(stream.status, what).toBe(401);
    }
    // negative control: the same by hand, with nothing wrong
    expect((await listen(`/ofrep/v1/events?ticket=${await sign({})}`)).status).toBe(200);
    expect((await listen('/ofrep/v1/events')).status).toBe(401);
  });

  it('open nothing else', async () => {
    const ticket = ticketOf((await bulk()).body);
    for (const [method, path] of [
      ['POST', PATH],
      ['GET', '/sdk/ruleset'],
      ['GET', '/sdk/stream'],
    ] as const)
      expect(
        (await server.call(method, `${path}?ticket=${ticket}`, { as: null, ...(method === 'POST' && { body: {} }) })).status,
      ).toBe(401);
  });

  it('end with their key: no new stream, and the open ones close', async () => {
    const { body } = await bulk();
    const stream = await listen(uriOf(body));
    await message(stream);
    const { id } = client.entity;
    const stored = await server.store.get('token', { id });
    const entity = { ...client.entity, revokedAt: now };
    await server.store.commit({ environments: [], writes: [{ put: 'token', entity, basedOn: stored?.version ?? 0 }], audit: [] });
    await stream.closed;
    expect((await listen(uriOf(body))).status).toBe(401);
  });

  it('work from pages of the key’s origins only', async () => {
    const { body } = await bulk();
    const ours = await listen(uriOf(body), { origin: 'https://shop.example' });
    expect([ours.status, ours.headers['access-control-allow-origin']]).toEqual([200, 'https://shop.example']);
    const foreign = await listen(uriOf(body), { origin: 'https://evil.example' });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  it('are in no log, whatever happens to them', async () => {
    const { body } = await bulk();
    const ticket = ticketOf(body);
    const stream = await listen(uriOf(body));
    await message(stream);
    await listen(`${uriOf(body)}x`);
    await listen(uriOf(body), { origin: 'https://evil.example' });
    await listen(`//ofrep/v1/events?ticket=${ticket}`);
    await server.call('PUT', uriOf(body), { as: null });
    await server.deps.delivery.close();
    await listen(uriOf(body));
    expect(logged.filter((line) => line.startsWith('request ')).length).toBeGreaterThan(4);
    expect(logged.filter((line) => line.includes(ticket) || line.includes('ticket='))).toEqual([]);
  });
});
