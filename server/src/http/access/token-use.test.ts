import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TokenView } from '../../domain/access/tokens.ts';
import { createTestServer, type TestServer } from '../testing.ts';

let now = Date.UTC(2026, 10, 2, 9);
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ clock: () => now });
});
afterAll(() => server.close());

async function usedAt(id: string): Promise<number | null | undefined> {
  const { body } = await server.call<{ tokens: TokenView[] }>('GET', '/api/v1/tokens');
  return body.tokens.find((token) => token.id === id)?.usedAt;
}

it('a token tells when it was last used, to the hour, and one that was never used says so', async () => {
  const { token, entity } = await server.token('admin');
  const ask = () => server.call('GET', '/api/v1/me', { as: { token } });
  expect(await usedAt(entity.id)).toBeNull();
  await ask();
  await expect.poll(() => usedAt(entity.id)).toBe(now);
  const first = now;
  now += 30 * 60_000;
  await Promise.all([ask(), ask(), ask()]);
  expect(await usedAt(entity.id)).toBe(first);
  expect((await server.store.get('token', { id: entity.id }))?.version).toBe(2);
  now += 30 * 60_000;
  await ask();
  await expect.poll(() => usedAt(entity.id)).toBe(now);
});

it('a revoked token is refused whatever was written down of its use, and the audit says why', async () => {
  const { token, entity } = await server.token('pipeline');
  const path = `/api/v1/projects/default/tokens/${entity.id}`;
  const used = server.call('GET', '/api/v1/me', { as: { token } });
  const [, revoked] = await Promise.all([used, server.call('DELETE', `${path}?reason=it%20was%20in%20a%20log`)]);
  expect(revoked.status).toBe(204);
  expect((await server.call('GET', '/api/v1/me', { as: { token } })).status).toBe(401);
  expect((await server.store.get('token', { id: entity.id }))?.entity.revokedAt).toBe(now);
  const [entry] = await server.store.audit({ object: `token/${entity.id}`, limit: 1 });
  expect(entry).toMatchObject({ action: 'token.revoked', reason: 'it was in a log' });
  expect((await server.call('DELETE', `${path}?reason=`)).status).toBe(400);
});
