import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../routes.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { uiRoutes } from './static.ts';
import { sendRaw, statusOf } from './testing-raw.ts';

const SCRIPT = 'console.log("the admin UI")';
let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burgee-ui-'));
  const dist = join(folder, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(
    join(dist, 'index.html'),
    '<meta name="csp-nonce" content="__CSP_NONCE__"><script nonce="__CSP_NONCE__"></script>',
  );
  await writeFile(join(dist, 'favicon.svg'), '<svg/>');
  await writeFile(join(dist, 'assets', 'index-a1B2c3D4.js'), SCRIPT);
  await writeFile(join(dist, 'assets', 'index-a1B2c3D4.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(dist, 'assets', 'index-a1B2c3D4.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(folder, 'secret.json'), '{"outside":true}');
  await writeFile(join(dist, '.env.json'), '{"hidden":true}');
  server = await createTestServer({ routes: [...routes, ...uiRoutes(dist)] });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
const page = { accept: 'text/html,*/*' };

describe('the admin UI', () => {
  it('is one page for every path that is not a program’s, with a new nonce each time', async () => {
    const nonces = new Set<string>();
    for (const path of ['/', '/setup', '/projects/default/flags/checkout.v2', '/index.html']) {
      const { status, headers, text } = await server.call('GET', path, { as: null, headers: page });
      expect([status, headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8']);
      const nonce = /content="(\w{22})"/.exec(text)?.[1] ?? '';
      expect(text).not.toContain('__CSP_NONCE__');
      expect(headers.get('content-security-policy')).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('cache-control')).toBe('no-cache');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
  });

  it.each(['/api/v1/nothing', '/API/v1/users', '/sdk/x', '/ofrep/v1/x', '/hooks/x', '/assets/gone-a1B2c3D4.js', '/metrics/x'])(
    'is not what %s gets',
    async (path) => {
      const answer = await server.call('GET', path, { as: null, headers: page });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    },
  );

  it('is not what a program gets that wants JSON', async () => {
    expect((await server.call('GET', '/anything', { as: null, headers: { accept: 'application/json' } })).status).toBe(404);
    expect((await server.call('POST', '/anything', { as: null })).status).toBe(404);
  });

  it('serves hashed files for ever, packed where the browser takes it', async () => {
    const path = '/assets/index-a1B2c3D4.js';
    for (const [accepted, encoding] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const { headers, text, status } = await server.call('GET', path, { as: null, headers: { 'accept-encoding': accepted } });
      expect([status, headers.get('content-encoding'), text]).toEqual([200, encoding, SCRIPT]);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    }
    expect((await server.call('GET', '/favicon.svg', { as: null })).headers.get('cache-control')).toBe('no-cache');
  });

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/assets/../../secret.json',
    '/assets/%2e%2e%2f..%2fsecret.json',
    '/.env.json',
    '/assets/..\\secret.json',
  ])('does not leave its folder for %s', async (path) => {
    const answer = await sendRaw(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
    );
    expect([400, 404]).toContain(statusOf(answer));
    expect(answer).not.toMatch(/outside|hidden/);
  });

  it('leads every page to setup before there is an owner', async () => {
    const fresh = await createTestServer({ setup: false, routes: [...routes, ...uiRoutes(join(folder, 'dist'))] });
    const home = await fresh.call('GET', '/flags', { as: null, headers: page });
    expect([home.status, home.headers.get('location')]).toEqual([302, '/setup']);
    expect((await fresh.call('GET', '/setup', { as: null, headers: page })).status).toBe(200);
    await fresh.close();
  });
});
