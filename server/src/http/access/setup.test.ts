import { afterEach, describe, expect, it } from 'vitest';
import { routes } from '../routes.ts';
import { createTestServer, type TestServer } from '../testing.ts';

let server: TestServer;
let now = Date.parse('2026-11-23T06:00:00Z');
afterEach(() => server.close());
const fresh = async () => {
  server = await createTestServer({ setup: false, clock: () => now });
};
const owner = { email: 'First@Example.com', name: 'First', password: 'correct horse battery' };
const setUp = (token: string, more: object = {}) =>
  server.call<{ user: object; code: string }>('POST', '/setup', { as: null, body: { token, ...owner, ...more } });

describe('setup', () => {
  it('lets nothing but health and setup answer before', async () => {
    await fresh();
    for (const { method, path, permission } of routes) {
      const { status, text } = await server.call(method.toUpperCase(), path.replaceAll(/[{}]/g, ''), { as: null });
      if (permission === 'public') expect(status, path).not.toBe(503);
      else expect([status, /setup_required|open the setup link/.test(text)], path).toEqual([503, true]);
    }
    expect((await server.call('GET', '/api/v1/setup', { as: null })).body).toEqual({ required: true });
  });

  it('makes the owner, logged in, and a project with two environments; then never again', async () => {
    await fresh();
    const token = server.deps.setup.issue();
    const answer = await setUp(token);
    expect(answer.status).toBe(201);
    expect(answer.body.user).toMatchObject({ email: 'first@example.com', role: 'admin' });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await server.call('GET', '/api/v1/users', { as: { cookie } })).status).toBe(200);
    const environments = await server.store.list('environment', { project: 'default' });
    expect(environments.map(({ entity }) => entity.key).sort()).toEqual(['development', 'production']);
    expect(await setUp(token)).toMatchObject({ status: 404, body: { code: 'setup_done' } });
    expect((await server.call('GET', '/api/v1/setup', { as: null })).body).toEqual({ required: false });
    expect((await server.store.audit({ limit: 9 })).map(({ action }) => action)).toEqual(['setup.completed']);
  });

  it('wants the token, for half an hour, and the newest one', async () => {
    await fresh();
    expect((await setUp('')).status).toBe(401);
    const old = server.deps.setup.issue();
    const token = server.deps.setup.issue();
    expect((await setUp(old)).status).toBe(401);
    expect((await setUp(`${token}x`)).status).toBe(401);
    now += 30 * 60_000;
    expect((await setUp(token)).status).toBe(401);
    expect(await server.store.list('user')).toEqual([]);
    expect((await setUp(server.deps.setup.issue())).status).toBe(201);
  });

  it.each([
    ['a weak password', { password: 'passwordpassword' }],
    ['a short password', { password: 'short' }],
    ['no address', { email: 'nobody' }],
    ['no name', { name: ' ' }],
    ['a role of one’s choice', { role: 'admin' }],
  ])('refuses %s and changes nothing', async (_, more) => {
    await fresh();
    expect(await setUp(server.deps.setup.issue(), more)).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect(await server.store.list('user')).toEqual([]);
    expect(await server.store.list('project')).toEqual([]);
  });

  it('makes exactly one owner of 50 at once', async () => {
    await fresh();
    const token = server.deps.setup.issue();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => setUp(token, { email: `one${i}@example.com` })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status } of answers) expect([201, 404, 503]).toContain(status);
    expect(await server.store.list('user')).toHaveLength(1);
    expect(await server.store.list('project')).toHaveLength(1);
    expect(await server.store.list('session')).toHaveLength(1);
  });
});
