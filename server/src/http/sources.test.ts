import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetricReader } from '../monitoring/reader.ts';
import { sourceRoutes } from './sources.ts';
import { createTestServer, type TestServer } from './testing.ts';

const BASE = '/api/v1/projects/default/metric-sources';
let server: TestServer;
let upstream: ReturnType<typeof createServer>;
let url: string;

beforeAll(async () => {
  upstream = createServer((_request, response) => response.end(JSON.stringify({ errors: 2, total: 50, asOf: Date.now() })));
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const { port } = upstream.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/counts`;
  server = await createTestServer({
    routes: sourceRoutes,
    config: { outboundAllow: [`127.0.0.1:${port}`] },
    make: ({ outbound, clock }) => ({ metrics: createMetricReader({ outbound, clock, environment: {} }) }),
  });
});

afterAll(async () => {
  await server.close();
  upstream.close();
});

const valid = (more: object = {}) => ({ key: 'shop', name: 'Shop', type: 'json', url, ...more });

describe('metric sources', () => {
  it('are made, read, tested, replaced and deleted', async () => {
    const made = await server.call<{ version: number }>('POST', BASE, { body: valid() });
    expect(made.status).toBe(201);
    expect((await server.call<{ sources: { key: string }[] }>('GET', BASE)).body.sources.map(({ key }) => key)).toEqual(['shop']);
    const tried = await server.call('POST', `${BASE}/shop/test`, { body: { errors: '', total: '' } });
    expect(tried.body).toMatchObject({ sample: { kind: 'ok', errors: 2, total: 50 } });
    const { key: _, ...settings } = valid({ name: 'The shop' });
    expect((await server.call('PUT', `${BASE}/shop`, { body: settings })).status).toBe(428);
    expect((await server.call('PUT', `${BASE}/shop`, { body: settings, headers: { 'if-match': '"9"' } })).status).toBe(412);
    expect((await server.call('PUT', `${BASE}/shop`, { body: settings, headers: { 'if-match': '"1"' } })).status).toBe(200);
    expect((await server.call('DELETE', `${BASE}/shop`)).status).toBe(204);
    expect((await server.call('DELETE', `${BASE}/shop`)).status).toBe(404);
    const actions = (await server.store.audit({ limit: 10 }))
      .map(({ action }) => action)
      .filter((action) => action.startsWith('source'));
    expect(actions).toEqual(['source.deleted', 'source.changed', 'source.created']);
  });

  it.each([
    ['an address inside', { url: 'http://169.254.169.254/latest' }, 'source_refused', ''],
    ['no address', { url: 'nonsense' }, 'source_refused', ''],
    ['an unknown type', { type: 'statsd' }, 'invalid', 'type'],
    ['an unknown field', { password: 'x' }, 'invalid', 'password'],
    [
      'a secret of the server’s own',
      { headers: [{ name: 'x-key', value: { env: 'BURGEE_DATABASE_URL' } }] },
      'invalid',
      'headers[0].value.env',
    ],
    ['a secret in clear', { headers: [{ name: 'Authorization', value: 'Bearer abc' }] }, 'invalid', 'headers[0].value'],
    [
      'a header twice',
      {
        headers: [
          { name: 'x-a', value: '1' },
          { name: 'X-A', value: '2' },
        ],
      },
      'invalid',
      'headers[1].name',
    ],
  ])('refuse %s', async (_name, more, code, field) => {
    const answer = await server.call<{ code: string; fields?: { field: string }[] }>('POST', BASE, { body: valid(more) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.code).toBe(code);
    if (field !== '') expect(answer.body.fields?.map((each) => each.field)).toContain(field);
    expect(await server.store.list('source', {})).toEqual([]);
  });
});
