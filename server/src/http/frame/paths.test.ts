import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from '../testing.ts';
import { route } from './route.ts';
import { sendRaw, statusOf } from './testing-raw.ts';

const SECRET = 'what only members may read';
const guarded = route({
  method: 'get',
  path: '/api/v1/projects/{project}/guarded',
  permission: 'project:read',
  summary: 'guarded',
  responses: { 200: null },
  handle: () => ({ status: 200, body: { secret: SECRET } }),
});
const TRICKS = [
  '//api/v1/projects/default/guarded',
  '/api//v1/projects/default/guarded',
  '/api/v1/projects//guarded',
  '/api/v1/projects/default//guarded',
  '/api/v1/projects/default/guarded/',
  '/api/v1/projects/default/guarded//',
  '/api%2fv1/projects/default/guarded',
  '/api%2Fv1/projects/default/guarded',
  '/api/v1%2fprojects/default/guarded',
  '/api/v1/projects/default%2fguarded',
  '/api/v1/projects/default%2Fguarded',
  '/api/v1/projects/x%5cdefault/guarded',
  '/api/v1/projects/default%5Cguarded',
  '/api\\v1\\projects\\default\\guarded',
  '\\api\\v1/projects/default/guarded',
  '/api/v1/projects/default;x/guarded',
  '/api;a=b/v1/projects/default/guarded',
  '/;/api/v1/projects/default/guarded',
  '/api/v1/../v1/projects/default/guarded',
  '/api/v1/projects/other/../default/guarded',
  '/api/v1/./projects/default/guarded',
  '/api/v1/projects/%2e/default/guarded',
  '/api/v1/projects/x/%2e%2e/default/guarded',
  '/api/v1/projects/x/.%2e/default/guarded',
  '/api/v1/projects/x/%2E./default/guarded',
  '/api/v1/projects/default/guarded/..',
  '/../api/v1/projects/default/guarded',
  '/API/v1/projects/default/guarded',
  '/api/V1/projects/default/guarded',
  '/api/v1/projects/default/GUARDED',
  '/api/v1/projects/default/guarded%00',
  '/api/v1/projects/default%00/guarded',
  '/api/v1/projects/default/guarded%20',
  '/api/v1/projects/%/guarded',
  '/api/v1/projects/%zz/guarded',
  '/api/v1/projects/%ff/guarded',
  '/api/v1/projects/%c0%af/guarded',
  'http://127.0.0.1/api/v1/projects/default/guarded',
  'api/v1/projects/default/guarded',
  '/api/v1/projects/default/guarded#x',
  '/api/v1/projects/default/guarded',
  '*',
];

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ routes: [guarded] });
});
afterAll(() => server.close());

const ask = (target: string, headers = '') =>
  sendRaw(server.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);

describe('path tricks', () => {
  it.each(TRICKS)('%s leaks nothing to nobody', async (target) => {
    const answer = await ask(target);
    expect([400, 401, 404]).toContain(statusOf(answer));
    expect(answer).not.toContain(SECRET);
  });

  it.each(TRICKS)('%s leads a token of another project nowhere', async (target) => {
    const { token } = await server.token('admin', { project: 'other' });
    const answer = await ask(target, `Authorization: Bearer ${token}\r\n`);
    expect([400, 403, 404]).toContain(statusOf(answer));
    expect(answer).not.toContain(SECRET);
  });

  it('negative control: the plain path with a right token gives it', async () => {
    const { token } = await server.token('admin');
    expect(await ask('/api/v1/projects/default/guarded', `Authorization: Bearer ${token}\r\n`)).toContain(SECRET);
  });

  it('is plain about keys with dots and encoded signs', async () => {
    const { token } = await server.token('admin');
    for (const key of ['a..b', 'a.b', '..a', '100%25', 'a%3Bb', '%F0%9F%9A%A9'])
      expect(statusOf(await ask(`/api/v1/projects/${key}/guarded`, `Authorization: Bearer ${token}\r\n`)), key).toBe(200);
  });
});
