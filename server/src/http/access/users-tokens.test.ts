import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../domain/access/people.ts';
import { createTestServer, type TestServer } from '../testing.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());

type UserAnswer = { user: Person; version: number; password?: string; code?: string };
const PLACE = '/api/v1/projects/default/tokens';

describe('users', () => {
  it('are made with a generated password, listed without hashes, once per address', async () => {
    const body = { email: 'Ann@Example.com', name: 'Ann', role: 'editor' };
    const made = await server.call<UserAnswer>('POST', '/api/v1/users', { body });
    expect(made).toMatchObject({ status: 201, body: { user: { email: 'ann@example.com', role: 'editor' }, version: 1 } });
    expect(made.body.password).toMatch(/^\w{20}$/);
    expect(await server.call('POST', '/api/v1/users', { body })).toMatchObject({ status: 409, body: { code: 'exists' } });
    const twins = ['twin@example.com', 'TWIN@example.com'].map((email) =>
      server.call('POST', '/api/v1/users', { body: { ...body, email } }),
    );
    expect((await Promise.all(twins)).map(({ status }) => status).sort()).toEqual([201, 409]);
    const list = await server.call<{ users: UserAnswer[] }>('GET', '/api/v1/users');
    expect(list.body.users.map(({ user }) => user.email)).toContain('ann@example.com');
    expect(list.text).not.toMatch(/scrypt|passwordHash/);
  });

  it('change only from the version that was read', async () => {
    const { user } = await server.person('viewer');
    const path = `/api/v1/users/${user.id}`;
    expect((await server.call('PATCH', path, { body: { name: 'Bo' } })).status).toBe(428);
    const first = await server.call<UserAnswer>('PATCH', path, { body: { name: 'Bo' }, headers: { 'if-match': '"1"' } });
    expect(first).toMatchObject({ status: 200, body: { user: { name: 'Bo' }, version: 2 } });
    expect(first.headers.get('etag')).toBe('"2"');
    const stale = await server.call('PATCH', path, { body: { name: 'Cy' }, headers: { 'if-match': '"1"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'conflict', current: { version: 2, user: { name: 'Bo' } } } });
    expect((await server.call('PATCH', '/api/v1/users/nobody', { body: {}, headers: { 'if-match': '"1"' } })).status).toBe(404);
  });

  it('keep one enabled admin, also when two remove each other at once', async () => {
    const other = await server.person('admin');
    const demote = (id: string, as: { cookie: string } | undefined, body: object = { role: 'viewer' }) =>
      server.call('PATCH', `/api/v1/users/${id}`, { ...(as && { as }), body, headers: { 'if-match': '"1"' } });
    const both = await Promise.all([demote(other.user.id, undefined), demote('owner', other)]);
    expect(both.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const admins = (await server.store.list('user')).filter(({ entity }) => entity.role === 'admin' && !entity.disabled);
    expect(admins).toHaveLength(1);
    const [last] = admins;
    if (last === undefined) throw new Error('no admin left');
    const as = await server.session(last.entity.id);
    for (const body of [{ role: 'viewer' }, { disabled: true }]) {
      const headers = { 'if-match': `"${last.version}"` };
      const refused = await server.call('PATCH', `/api/v1/users/${last.entity.id}`, { as, body, headers });
      expect(refused).toMatchObject({ status: 409, body: { code: 'in_use' } });
    }
    await server.store.commit({
      environments: [],
      writes: [{ put: 'user', entity: server.owner, basedOn: 'any' }],
      audit: [],
    });
    Object.assign(server.asOwner ?? {}, await server.session('owner'));
  });
});

describe('tokens', () => {
  it.each([
    ['server', 'bg_srv_'],
    ['client', 'bg_web_'],
    ['pipeline', 'bg_pip_'],
    ['admin', 'bg_adm_'],
  ])('of kind %s are shown once and kept as a hash', async (kind, prefix) => {
    const body = { kind, name: 'shop', environment: 'production' };
    const made = await server.call<{ secret: string; token: { id: string } }>('POST', PLACE, { body });
    expect(made.status).toBe(201);
    expect(made.body.secret.startsWith(prefix)).toBe(true);
    expect(made.body.secret.length).toBeGreaterThanOrEqual(prefix.length + 43);
    const list = await server.call('GET', PLACE);
    expect(list.text).not.toContain(made.body.secret);
    expect(list.text).not.toContain('"hash"');
    expect(JSON.stringify(await server.store.list('token'))).not.toContain(made.body.secret);
    const as = { token: made.body.secret };
    const who = await server.call('GET', '/api/v1/me', { as });
    expect(who.body).toMatchObject({ token: { id: made.body.token.id, kind, project: 'default', environment: 'production' } });
    expect((await server.call('DELETE', `${PLACE}/${made.body.token.id}`)).status).toBe(204);
    expect((await server.call('GET', '/api/v1/me', { as })).status).toBe(401);
    expect((await server.call('DELETE', `${PLACE}/${made.body.token.id}`)).status).toBe(204);
  });

  it.each([
    ['no environment', { kind: 'server', name: 'x' }, 'environment'],
    ['an unknown environment', { kind: 'server', name: 'x', environment: 'mars' }, 'environment'],
    ['an unknown kind', { kind: 'root', name: 'x', environment: 'production' }, 'kind'],
    [
      'origins of a server token',
      { kind: 'server', name: 'x', environment: 'production', origins: ['https://a.example'] },
      'origins',
    ],
    [
      'an origin with a path',
      { kind: 'client', name: 'x', environment: 'production', origins: ['https://a.example/'] },
      'origins[0]',
    ],
    ['an end in the past', { kind: 'admin', name: 'x', expiresAt: 1 }, 'expiresAt'],
    ['a secret of one’s own', { kind: 'admin', name: 'x', secret: 'y'.repeat(40) }, 'secret'],
    ['another project in the body', { kind: 'admin', name: 'x', project: 'other' }, 'project'],
  ])('refuse %s', async (_, body, field) => {
    const before = (await server.store.list('token')).length;
    const answer = await server.call<{ fields: { field: string }[] }>('POST', PLACE, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.fields.map((one) => one.field)).toContain(field);
    expect((await server.store.list('token')).length).toBe(before);
  });

  it('end when their time is over', async () => {
    const { token } = await server.token('admin', { expiresAt: Date.now() - 1 });
    expect((await server.call('GET', '/api/v1/me', { as: { token } })).status).toBe(401);
  });

  it('are not found through another project, nor is a project that does not exist', async () => {
    const { entity } = await server.token('server');
    expect((await server.call('DELETE', `/api/v1/projects/other/tokens/${entity.id}`)).status).toBe(404);
    const body = { kind: 'admin', name: 'x' };
    expect((await server.call('POST', '/api/v1/projects/other/tokens', { body })).status).toBe(404);
  });
});

describe('OpenAPI', () => {
  it('describes every route with its permission', async () => {
    const { body } = await server.call<{ openapi: string; paths: Record<string, Record<string, object>> }>(
      'GET',
      '/openapi.json',
    );
    expect(body.openapi).toBe('3.1.0');
    expect(body.paths['/api/v1/users']?.post).toMatchObject({ 'x-permission': 'user:write' });
    expect(JSON.stringify(body.paths['/api/v1/users']?.post)).toContain('"additionalProperties":false');
  });
});
