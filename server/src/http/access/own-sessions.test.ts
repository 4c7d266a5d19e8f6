import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnSession } from '../../domain/access/people.ts';
import { createTestServer, type TestServer } from '../testing.ts';

let now = Date.UTC(2026, 10, 2, 9);
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ clock: () => now });
});
afterAll(() => server.close());

const PATH = '/api/v1/me/sessions';
const listOf = async (cookie: string) =>
  (await server.call<{ sessions: OwnSession[] }>('GET', PATH, { as: { cookie } })).body.sessions;

describe('one’s own sessions', () => {
  it('are listed, the one that asks marked, without those that are over', async () => {
    const { user, cookie } = await server.person('viewer');
    const other = await server.session(user.id);
    expect((await listOf(cookie)).map(({ current }) => current).sort()).toEqual([false, true]);
    expect(await listOf(other.cookie)).toHaveLength(2);
    now += 7 * 3600_000;
    await listOf(cookie);
    now += 2 * 3600_000;
    const left = await listOf(cookie);
    expect(left).toMatchObject([{ current: true, userAgent: 'test' }]);
    expect(JSON.stringify(left)).not.toContain(cookie.slice('burgee='.length));
  });

  it('end at once, and say so in the audit', async () => {
    const { user, cookie } = await server.person('viewer');
    const other = await server.session(user.id);
    const stranger = await server.person('admin');
    const found = (await listOf(cookie)).find(({ current }) => !current);
    const path = `${PATH}/${found?.id}`;
    expect((await server.call('DELETE', path, { as: stranger })).status).toBe(404);
    expect((await server.call('GET', '/api/v1/me', { as: other })).status).toBe(200);
    expect((await server.call('DELETE', path, { as: { cookie } })).status).toBe(204);
    expect((await server.call('GET', '/api/v1/me', { as: other })).status).toBe(401);
    expect((await server.call('DELETE', path, { as: { cookie } })).status).toBe(404);
    const [entry] = await server.store.audit({ object: `user/${user.id}`, limit: 1 });
    expect(entry).toMatchObject({ action: 'user.session_ended', actor: { id: user.id } });
  });
});
