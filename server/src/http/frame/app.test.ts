import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BurgeeError, type ErrorCode } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { ifMatch } from './if-match.ts';
import { PROBLEMS } from './problems.ts';
import { type Route, route } from './route.ts';

const logged: string[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (fields, message) => void logged.push(JSON.stringify([fields, message])),
};
let handled = 0;
const responses = { 200: null };
const body = z.strictObject({ name: z.string(), rules: z.array(z.strictObject({ percent: z.number() })).optional() });
const probes: readonly Route[] = [
  route({
    method: 'put',
    path: '/api/v1/projects/{project}/probe',
    permission: 'project:read',
    summary: 'probe',
    body,
    responses,
    handle: ({ body, params }) => {
      handled++;
      return { status: 200, body: { ...body, params }, etag: '7' };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/fail/{code}',
    permission: 'project:read',
    summary: 'fails as told',
    responses,
    params: z.object({ code: z.string() }),
    handle: ({ params, context }) => {
      if (params.code === 'unexpected') throw new Error('SQLITE_IOERR at /var/lib/burgee.db');
      if (params.code === 'if-match') return { status: 200, body: { version: ifMatch(context) } };
      throw new BurgeeError(params.code as ErrorCode, 'as told', { retryAfter: 2.2, extra: 1 });
    },
  }),
];
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ routes: probes, log });
});
afterAll(() => server.close());

describe('createApp refuses at start', () => {
  const base = { method: 'get', path: '/x', summary: '', responses, handle: () => ({ status: 204 }) } as const;
  it.each([
    ['no permission', [{ ...base }]],
    ['an unknown permission', [{ ...base, permission: 'flag:admire' }]],
    ['a path that is none', [{ ...base, path: 'x', permission: 'open' }]],
    [
      'a route that is there twice',
      [
        { ...base, permission: 'open' },
        { ...base, permission: 'open' },
      ],
    ],
  ])('%s', async (_, routes) => {
    await expect(createTestServer({ routes: routes as unknown as Route[] })).rejects.toThrow(TypeError);
  });

  it('nothing about a route that says its permission', async () => {
    const fine = await createTestServer({ routes: [{ ...base, permission: 'open' }] as unknown as Route[] });
    expect((await fine.call('GET', '/x')).status).toBe(204);
    await fine.close();
  });
});

describe('the frame', () => {
  it('names every wrong field and what would be right, and does not call the handler', async () => {
    handled = 0;
    const wrong = { name: 5, rules: [{ percent: 'all', admin: true }], role: 'admin' };
    const answer = await server.call<{ code: string; fields: { field: string }[] }>('PUT', '/api/v1/projects/default/probe', {
      body: wrong,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.code).toBe('invalid');
    expect(answer.body.fields.map(({ field }) => field).sort()).toEqual(['name', 'role', 'rules[0].admin', 'rules[0].percent']);
    expect(handled).toBe(0);
    const right = await server.call('PUT', '/api/v1/projects/a%20b/probe', { body: { name: 'x' } });
    expect(right).toMatchObject({ status: 200, body: { name: 'x', params: { project: 'a b' } } });
    expect(right.headers.get('etag')).toBe('"7"');
    expect(handled).toBe(1);
  });

  it('says 404 for no path and 405 with Allow for no method', async () => {
    expect(await server.call('GET', '/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const answer = await server.call('GET', '/api/v1/projects/default/probe');
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe('PUT');
    expect((await server.call('OPTIONS', '/api/v1/projects/default/probe')).status).toBe(405);
  });

  it.each(Object.entries(PROBLEMS).filter(([code]) => code !== 'internal'))('maps %s', async (code, { status, title }) => {
    const answer = await server.call('POST', `/api/v1/fail/${code}`);
    const expected = code === 'conflict' ? 409 : status;
    expect(answer).toMatchObject({ status: expected, body: { code, title, detail: 'as told', extra: 1, status: expected } });
    expect(answer.headers.get('retry-after')).toBe('3');
  });

  it('says 412 for a conflict where If-Match was sent', async () => {
    expect((await server.call('POST', '/api/v1/fail/conflict', { headers: { 'if-match': '"1"' } })).status).toBe(412);
  });

  it.each([
    [undefined, 428, 'precondition_required'],
    ['3', 400, 'invalid'],
    ['*', 400, 'invalid'],
    ['"0"', 400, 'invalid'],
    ['"1", "2"', 400, 'invalid'],
    ['"3"', 200, undefined],
    ['W/"3"', 200, undefined],
  ])('reads If-Match %s', async (header, status, code) => {
    const answer = await server.call('POST', '/api/v1/fail/if-match', { headers: header ? { 'if-match': header } : {} });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('tells nothing of unexpected errors but the id under which they are logged', async () => {
    logged.length = 0;
    const answer = await server.call('POST', '/api/v1/fail/unexpected');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(answer.text).not.toContain('SQLITE');
    expect(answer.text).not.toContain('/var/lib');
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(answer.body.requestId);
    expect(logged[0]).toContain('SQLITE_IOERR');
  });
});
