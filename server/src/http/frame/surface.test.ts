import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '../routes.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import type { Route, RouteSpec } from './route.ts';

type AnyRoute = RouteSpec<unknown, unknown, unknown>;
const name = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const target = (path: string) =>
  path
    .replace('{project}', 'default')
    .replace('{environment}', 'development')
    .replaceAll(/\{\w+\}/g, 'none-such');

let server: TestServer;
let https: TestServer;
beforeAll(async () => {
  server = await createTestServer();
  https = await createTestServer({ config: { publicUrl: 'https://flags.example' } });
});
afterAll(async () => {
  await server.close();
  await https.close();
});

/** The answer's headers, whether it is a stream or not. */
async function headersOf(url: string, method: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const response = await fetch(url, { method, headers, signal: stop.signal });
  stop.abort();
  return response;
}

describe('every route', () => {
  it.each(routes.map((route) => [name(route), route] as const))(
    '%s carries the strict headers, refused or answered',
    async (_, route) => {
      const { token } = await server.token(/^\/(sdk|ofrep)/.test(route.path) ? 'server' : 'admin');
      for (const headers of [{}, { authorization: `Bearer ${token}` }] as Record<string, string>[]) {
        const { headers: got, status } = await headersOf(server.url + target(route.path), route.method.toUpperCase(), headers);
        expect(got.get('content-security-policy'), String(status)).toMatch(
          /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
        );
        expect(got.get('x-content-type-options')).toBe('nosniff');
        expect(got.get('referrer-policy')).toBe('no-referrer');
        expect(got.get('cross-origin-opener-policy')).toBe('same-origin');
        expect(got.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(got.get('cache-control')).toMatch(/no-store|no-cache/);
        expect(got.get('access-control-allow-origin')).toBeNull();
        expect(got.get('strict-transport-security')).toBeNull();
        expect(got.get('x-powered-by')).toBeNull();
      }
    },
  );

  it('asks for https for a year where the server has it', async () => {
    for (const path of ['/healthz', '/api/v1/me', '/nothing', '//bad'])
      expect((await headersOf(https.url + path, 'GET')).headers.get('strict-transport-security')).toContain('max-age=31536000');
  });
});

describe('bodies of the admin API', () => {
  const written = routes.filter(
    (route) => (route as unknown as AnyRoute).body !== undefined && !/^\/(sdk|ofrep)\//.test(route.path),
  );

  it.each(written.map((route) => [name(route), route] as const))('%s refuses fields that it does not know', async (_, route) => {
    const extra = { isAdmin: true, createdBy: 'me', projectId: 'other', passwordHash: 'x', __proto__x: 1, version: 9, ramp: {} };
    const answer = await server.call<{ code: string; fields: { field: string; message: string }[] }>(
      route.method.toUpperCase(),
      target(route.path),
      { body: extra, headers: { 'if-match': '"1"' } },
    );
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid');
    const unknown = answer.body.fields.filter(({ message }) => message === 'unknown field').map(({ field }) => field);
    expect(unknown).toEqual(expect.arrayContaining(Object.keys(extra)));
  });

  it.each(written.map((route) => [name(route), route] as const))('%s has no object inside that takes anything', (_, route) => {
    const { body } = route as unknown as AnyRoute;
    const open: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      if ('properties' in schema && !('additionalProperties' in schema && schema.additionalProperties === false)) open.push(at);
      for (const [key, value] of Object.entries(schema)) walk(value, `${at}/${key}`);
    };
    if (body !== undefined) walk(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }), '');
    expect(open).toEqual([]);
  });

  it.each(written.map((route) => [name(route), route] as const))(
    '%s survives __proto__, arrays, null and numbers',
    async (_, route) => {
      for (const text of [
        '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}',
        '[]',
        'null',
        '1e308',
        '"text"',
        'true',
      ]) {
        const response = await fetch(server.url + target(route.path), {
          method: route.method.toUpperCase(),
          headers: {
            cookie: server.asOwner?.cookie ?? '',
            origin: 'http://localhost:4400',
            'x-burgee': '1',
            'content-type': 'application/json',
            'if-match': '"1"',
          },
          body: text,
        });
        expect(response.status, text).toBe(400);
      }
      expect(({} as { role?: string }).role).toBeUndefined();
    },
  );
});

describe('CORS', () => {
  const ALLOWED = 'https://shop.example';
  const path = '/ofrep/v1/evaluate/flags';
  const ask = (origin: string, token: string) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { origin, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"u"}}',
    });
  const preflight = (origin: string, to = path) =>
    fetch(server.url + to, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  it('is for the origins of client tokens', async () => {
    const { token } = await server.token('client', { origins: [ALLOWED] });
    const allowed = await ask(ALLOWED, token);
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(allowed.headers.get('access-control-expose-headers')).toBe('ETag, Retry-After');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    expect(allowed.headers.get('vary')).toContain('Origin');
    const flight = await preflight(ALLOWED);
    expect([flight.status, flight.headers.get('access-control-allow-origin')]).toEqual([204, ALLOWED]);
    for (const header of ['authorization', 'content-type', 'if-none-match', 'x-api-key'])
      expect(flight.headers.get('access-control-allow-headers')).toContain(header);
  });

  it.each([
    'https://shop.example.evil.example',
    'https://evil.example',
    'http://shop.example',
    'https://shop.example:8443',
    'https://sub.shop.example',
    'https://shopxexample',
    'https://SHOP.example',
    'null',
    '*',
  ])('is not for %s', async (origin) => {
    const { token } = await server.token('client', { origins: [ALLOWED] });
    const answer = await ask(origin, token);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells pages that a preflight admits that their key is not known, and no others', async () => {
    await server.token('client', { origins: [ALLOWED] });
    const refusal = async (origin: string) => {
      const { status, headers } = await ask(origin, 'bg_web_unknown');
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await refusal(ALLOWED)).toEqual([401, ALLOWED]);
    expect(await refusal('https://evil.example')).toEqual([401, null]);
    const admin = await fetch(`${server.url}/api/v1/tokens`, { headers: { origin: ALLOWED, authorization: 'Bearer bg_adm_x' } });
    expect([admin.status, admin.headers.get('access-control-allow-origin')]).toEqual([401, null]);
  });

  it('is not for server tokens, nor for the admin API', async () => {
    const { token } = await server.token('server');
    expect((await ask(ALLOWED, token)).headers.get('access-control-allow-origin')).toBeNull();
    const flight = await preflight(ALLOWED, '/api/v1/tokens');
    expect([flight.status, flight.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  it('takes OFREP’s X-API-Key there and nowhere else', async () => {
    const { token } = await server.token('client');
    const headers = { 'x-api-key': token, 'content-type': 'application/json' };
    const body = '{"context":{"targetingKey":"u"}}';
    expect((await fetch(server.url + path, { method: 'POST', headers, body })).status).toBe(200);
    expect((await fetch(`${server.url}/sdk/ruleset`, { headers: { 'x-api-key': token } })).status).toBe(401);
  });
});
