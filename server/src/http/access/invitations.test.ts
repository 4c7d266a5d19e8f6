import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INVITATION_MS } from '../../domain/access/invitations.ts';
import { createTestServer, type TestServer } from '../testing.ts';

let now = Date.UTC(2026, 10, 2, 9);
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ clock: () => now });
});
afterAll(() => server.close());

type Link = { secret: string; expiresAt: number };
const PASSWORD = 'seven red sails out there';

async function newcomer(email: string): Promise<{ id: string; link: Link }> {
  const made = await server.call<{ user: { id: string } }>('POST', '/api/v1/users', {
    body: { email, name: 'Bo', role: 'editor' },
  });
  const { id } = made.body.user;
  const { status, body } = await server.call<Link>('POST', `/api/v1/users/${id}/invitation`);
  expect(status).toBe(201);
  return { id, link: body };
}

const accept = (user: string, secret: string, password = PASSWORD) =>
  server.call<{ user: { email: string } }>('POST', '/api/v1/invitation', { as: null, body: { user, secret, password } });

describe('a link with which somebody chooses a password', () => {
  it('works once, logs them in, and is kept as a hash', async () => {
    const { id, link } = await newcomer('bo@example.com');
    expect(link.expiresAt).toBe(now + INVITATION_MS);
    expect(JSON.stringify(await server.store.list('user'))).not.toContain(link.secret);
    const list = await server.call<{ users: { user: { id: string }; invitedUntil: number | null }[] }>('GET', '/api/v1/users');
    expect(list.body.users.find(({ user }) => user.id === id)?.invitedUntil).toBe(link.expiresAt);
    expect(list.text).not.toMatch(/hash|invitation/);
    const done = await accept(id, link.secret);
    expect(done).toMatchObject({ status: 200, body: { user: { email: 'bo@example.com', role: 'editor' } } });
    expect(done.text).not.toMatch(/hash/i);
    const [cookie = ''] = (done.headers.getSetCookie()[0] ?? '').split(';');
    expect((await server.call('GET', '/api/v1/me', { as: { cookie } })).status).toBe(200);
    const login = await server.call('POST', '/api/v1/login', { as: null, body: { email: 'bo@example.com', password: PASSWORD } });
    expect(login.status).toBe(200);
    expect(await accept(id, link.secret)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const actions = (await server.store.audit({ object: `user/${id}`, limit: 9 })).map(({ action }) => action);
    expect(actions).toEqual(['user.logged_in', 'user.logged_in', 'user.password_chosen', 'user.invited', 'user.created']);
    expect(JSON.stringify(await server.store.audit({ limit: 50 }))).not.toContain(link.secret);
  });

  it('is refused when it is wrong, too old, replaced, or for somebody who is disabled', async () => {
    const { id, link } = await newcomer('cy@example.com');
    expect((await accept(id, `${link.secret}x`)).status).toBe(404);
    expect((await accept('nobody', link.secret)).status).toBe(404);
    expect(await accept(id, link.secret, 'short')).toMatchObject({ status: 400, body: { fields: [{ field: 'password' }] } });
    const again = await server.call<Link>('POST', `/api/v1/users/${id}/invitation`);
    expect((await accept(id, link.secret)).status).toBe(404);
    now = again.body.expiresAt;
    expect((await accept(id, again.body.secret)).status).toBe(404);
    now -= 1;
    const stored = await server.store.get('user', { id });
    Object.assign(server.asOwner ?? {}, await server.session('owner'));
    const seen = { 'if-match': `"${stored?.version}"` };
    await server.call('PATCH', `/api/v1/users/${id}`, { body: { disabled: true }, headers: seen });
    expect((await accept(id, again.body.secret)).status).toBe(404);
    expect((await server.call('POST', `/api/v1/users/${id}/invitation`)).status).toBe(409);
    const back = { 'if-match': `"${(stored?.version ?? 0) + 1}"` };
    await server.call('PATCH', `/api/v1/users/${id}`, { body: { disabled: false }, headers: back });
    // the control: nothing else was in its way
    expect((await accept(id, again.body.secret)).status).toBe(200);
  });

  it('ends every session of before, and a password that is chosen otherwise ends the link', async () => {
    const { user, cookie } = await server.person('viewer');
    const first = await server.call<Link>('POST', `/api/v1/users/${user.id}/invitation`);
    expect((await server.call('GET', '/api/v1/me', { as: { cookie } })).status).toBe(200);
    expect((await accept(user.id, first.body.secret)).status).toBe(200);
    expect((await server.call('GET', '/api/v1/me', { as: { cookie } })).status).toBe(401);
    const second = await server.call<Link>('POST', `/api/v1/users/${user.id}/invitation`);
    await server.call('POST', `/api/v1/users/${user.id}/password`);
    expect((await accept(user.id, second.body.secret)).status).toBe(404);
  });

  it('cannot be guessed: who tries is slowed down', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 12; n++) answers.push((await accept('guess', `${n}`)).status);
    expect(answers).toContain(429);
  });
});
