import { afterEach, describe, expect, it } from 'vitest';
import { createTestServer, OWNER, type TestServer } from '../testing.ts';

const HOUR = 3600_000;
let now = Date.parse('2026-11-23T06:00:00Z');
let server: TestServer;
afterEach(() => server.close());
const open = async (options: Parameters<typeof createTestServer>[0] = {}) => {
  server = await createTestServer({ clock: () => now, ...options });
  return server;
};
const login = (password = OWNER.password, email = OWNER.email, headers: Record<string, string> = {}) =>
  server.call('POST', '/api/v1/login', { as: null, body: { email, password }, headers });
const cookieOf = (answer: { headers: Headers }) => ({ cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' });
const me = async (as: { cookie: string }) => (await server.call('GET', '/api/v1/me', { as })).status;

describe('login', () => {
  it('gives a cookie that scripts cannot read, and only its hash is stored', async () => {
    await open();
    const answer = await login(OWNER.password, ' Owner@Example.com ');
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('scrypt');
    const header = answer.headers.get('set-cookie') ?? '';
    expect(header).toMatch(/^burgee=[A-Za-z0-9]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
    const sessions = await server.store.list('session');
    expect(JSON.stringify(sessions)).not.toContain(cookieOf(answer).cookie.slice('burgee='.length));
    expect(await me(cookieOf(answer))).toBe(200);
  });

  it('uses the __Host- prefix and Secure behind https', async () => {
    await open({ config: { publicUrl: 'https://flags.example' } });
    expect((await login()).headers.get('set-cookie')).toMatch(
      /^__Host-burgee=\w{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
    );
  });

  it('answers the same for a wrong password, an unknown address and a disabled account', async () => {
    await open();
    const { user } = await server.person('viewer', { disabled: true });
    const answers = [
      await login('wrong password 1'),
      await login('x', 'nobody@example.com'),
      await login(OWNER.password, user.email),
    ];
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('allows 10 tries a minute per account and address, and does not lock the owner out elsewhere', async () => {
    await open({ config: { trustedProxies: ['127.0.0.1'] } });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const tries = [];
    for (let i = 0; i < 12; i++) tries.push((await login('wrong', OWNER.email, from('203.0.113.9'))).status);
    expect(tries).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await login(OWNER.password, OWNER.email, from('203.0.113.9'))).status).toBe(429);
    expect((await login(OWNER.password, OWNER.email, from('198.51.100.1'))).status).toBe(200);
    now += 61_000;
    expect((await login(OWNER.password, OWNER.email, from('203.0.113.9'))).status).toBe(200);
  });

  it('allows 100 tries an hour per account from strangers, and lets known places in all the while', async () => {
    await open({ config: { trustedProxies: ['127.0.0.0/8'] } });
    const from = (i: number) => ({ 'x-forwarded-for': `198.51.100.${i}` });
    expect((await login(OWNER.password, OWNER.email, from(1))).status).toBe(200);
    const answers = new Map<number, number>();
    for (let i = 0; i < 110; i++) {
      const { status } = await login('wrong', OWNER.email, from(2 + (i % 50)));
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    expect(answers).toEqual(
      new Map([
        [401, 99],
        [429, 11],
      ]),
    );
    expect((await login(OWNER.password, OWNER.email, from(250))).status).toBe(429);
    expect((await login(OWNER.password, OWNER.email, from(1))).status).toBe(200);
    now += HOUR;
    expect((await login(OWNER.password, OWNER.email, from(250))).status).toBe(200);
  });

  it('works on 4 tries of an address at once, so that others need not wait', async () => {
    await open({ config: { trustedProxies: ['127.0.0.1'] } });
    const crowd = Array.from({ length: 40 }, (_, i) =>
      login('wrong', `nobody${i}@example.com`, { 'x-forwarded-for': '203.0.113.9' }),
    );
    const owner = login(OWNER.password, OWNER.email, { 'x-forwarded-for': '198.51.100.1' });
    expect((await owner).status).toBe(200);
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    expect(statuses).toContain(401);
    expect(statuses).toContain(429);
    expect((await login('wrong', 'nobody@example.com', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(401);
  });

  it('does not believe X-Forwarded-For from just anybody', async () => {
    await open();
    const tries = [];
    for (let i = 0; i < 11; i++) tries.push((await login('wrong', OWNER.email, { 'x-forwarded-for': `198.51.100.${i}` })).status);
    expect(tries.at(-1)).toBe(429);
  });
});

describe('a session', () => {
  it('is new at every login, whatever cookie the browser brought', async () => {
    await open();
    const planted = `burgee=${'A'.repeat(43)}`;
    const first = await login(OWNER.password, OWNER.email, { cookie: planted });
    expect(cookieOf(first).cookie).not.toBe(planted);
    expect(await me({ cookie: planted })).toBe(401);
    const second = await login(OWNER.password, OWNER.email, cookieOf(first));
    expect(cookieOf(second).cookie).not.toBe(cookieOf(first).cookie);
    expect([await me(cookieOf(first)), await me(cookieOf(second))]).toEqual([401, 200]);
  });

  it('ends at logout', async () => {
    await open();
    const session = cookieOf(await login());
    const answer = await server.call('POST', '/api/v1/logout', { as: session });
    expect([answer.status, await me(session)]).toEqual([204, 401]);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  it('ends after 8 hours without use and after 7 days in any case', async () => {
    await open();
    const idle = cookieOf(await login());
    now += 8 * HOUR - 1;
    expect(await me(idle)).toBe(200);
    now += 8 * HOUR;
    expect(await me(idle)).toBe(401);
    const used = cookieOf(await login());
    for (let hours = 0; hours < 7 * 24; hours += 7) {
      expect(await me(used)).toBe(200);
      now += 7 * HOUR;
    }
    expect(await me(used)).toBe(401);
  });

  it.each([
    ['a changed role', { role: 'editor' as const }],
    ['disabling', { disabled: true }],
  ])('ends with %s', async (_, patch) => {
    await open();
    const { user, ...session } = await server.person('viewer');
    expect(await me(session)).toBe(200);
    const answer = await server.call('PATCH', `/api/v1/users/${user.id}`, { body: patch, headers: { 'if-match': '"1"' } });
    expect([answer.status, await me(session)]).toEqual([200, 401]);
    if ('disabled' in patch) expect((await login(OWNER.password, user.email)).status).toBe(401);
  });

  it('ends with a password reset, and elsewhere with a change of one’s own', async () => {
    await open();
    const here = cookieOf(await login());
    const there = cookieOf(await login());
    const change = (current: string, next: string) =>
      server.call('PUT', '/api/v1/me/password', { as: here, body: { current, next } });
    expect((await change('wrong', 'a much better one')).status).toBe(400);
    for (const weak of ['short', 'passwordpassword', 'abababababab', 'Qwertyuiop123', OWNER.password, 'x'.repeat(129)])
      expect((await change(OWNER.password, weak)).status, weak).toBe(400);
    expect(await me(there)).toBe(200);
    expect((await change(OWNER.password, 'a much better one')).status).toBe(204);
    expect([await me(here), await me(there)]).toEqual([200, 401]);
    expect((await login()).status).toBe(401);
    expect((await login('a much better one')).status).toBe(200);

    const { user, ...session } = await server.person('viewer');
    const reset = await server.call('POST', `/api/v1/users/${user.id}/password`, { as: here });
    expect(await me(session)).toBe(401);
    expect((await login(String(reset.body.password), user.email)).status).toBe(200);
  });

  it('is not taken from an Authorization header, and a wrong token is not made good by a cookie', async () => {
    await open();
    const session = cookieOf(await login());
    for (const authorization of ['Bearer x', 'Basic abc', `bearer ${'x'.repeat(43)}`, `Bearer  ${'x'.repeat(43)}`, ''])
      expect((await server.call('GET', '/api/v1/me', { as: session, headers: { authorization } })).status, authorization).toBe(
        401,
      );
  });
});
