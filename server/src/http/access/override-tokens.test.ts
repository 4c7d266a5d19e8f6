import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@burgee/client-sdk/node';
import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../domain/audit.ts';
import type { Environment } from '../../domain/environment.ts';
import { addFlag } from '../flags/testing-flags.ts';
import { opened, openStream } from '../sdk/testing.ts';
import { createTestServer, type TestServer } from '../testing.ts';

interface Made {
  readonly token: string;
  readonly id: string;
  readonly expiresAt: number;
}

let server: TestServer;
let now = Date.now();
beforeAll(async () => {
  server = await createTestServer({ clock: () => now });
  for (const key of ['checkout', 'search', 'old']) await addFlag(server, key, ['development', 'production']);
  const old = await server.store.get('flag', { project: 'default', key: 'old' });
  if (old === undefined) throw new Error('no flag');
  await server.store.commit({
    environments: [],
    writes: [{ put: 'flag', entity: { ...old.entity, archived: true }, basedOn: old.version }],
    audit: [],
  });
});
afterAll(() => server.close());

const path = (environment: string) => `/api/v1/projects/default/environments/${environment}/override-tokens`;
const ON = [{ flag: 'checkout', variant: 'on' }];
const make = (body: object = { flags: ON }, environment = 'production') => server.call<Made>('POST', path(environment), { body });
const revoke = (environment = 'production', body: object = {}) => server.call('POST', `${path(environment)}/revoke`, { body });
const keyOf = async (environment = 'production') =>
  (await server.store.get('environment', { project: 'default', key: environment }))?.entity.overrideKey;
const audit = async (action: string) => {
  const { body } = await server.call<{ entries: AuditRecord[] }>(
    'GET',
    `/api/v1/projects/default/audit?action=${action}&limit=50`,
  );
  return body.entries;
};
const rulesetAs = async (kind: 'server' | 'client') => {
  const { token } = await server.token(kind);
  return opened((await server.call('GET', '/sdk/ruleset', { as: { token } })).text);
};

describe('an override token', () => {
  it('is a JWT for one environment, signed with a key that its SDKs get and browsers do not', async () => {
    expect(await keyOf()).toBeUndefined();
    const answer = await make({ flags: ON, lifetimeMs: 600_000, note: 'looking at the new checkout' });
    expect(answer).toMatchObject({ status: 201, body: { flags: ON, expiresAt: now + 600_000 } });
    expect(answer.headers.get('cache-control')).toMatch(/no-store/);
    const { overrideKey } = await rulesetAs('server');
    expect(overrideKey).toEqual({ id: expect.any(String), publicKey: expect.stringMatching(/^[\w-]{43}$/) });
    expect((await rulesetAs('client')).overrideKey).toBeUndefined();
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: overrideKey?.publicKey ?? '' };
    const { payload, protectedHeader } = await jwtVerify(answer.body.token, await importJWK(jwk, 'EdDSA'), {
      ...{ algorithms: ['EdDSA'], issuer: 'burgee', audience: 'default/production', typ: 'burgee-override+jwt' },
      currentDate: new Date(now),
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'burgee-override+jwt', kid: overrideKey?.id });
    expect(payload).toMatchObject({ jti: answer.body.id, flags: [['checkout', 'on']], exp: Math.floor((now + 600_000) / 1000) });
    expect(JSON.stringify(payload)).not.toContain('looking');
  });

  it('is in the audit log without itself; environments have a key each, which others keep', async () => {
    const first = await make();
    const key = await keyOf();
    const second = await make({ flags: [...ON, { flag: 'search', variant: 'off' }], note: 'a reason' });
    expect(await keyOf()).toEqual(key);
    await make({ flags: ON }, 'development');
    expect((await keyOf('development'))?.id).not.toBe(key?.id);
    const entries = await audit('override.created');
    expect(entries.find(({ object }) => object === `override/${second.body.id}`)).toMatchObject({
      ...{ environment: 'production', summary: 'Override token made for checkout = on, search = off.', reason: 'a reason' },
      after: {
        expiresAt: now + 3_600_000,
        flags: [
          { flag: 'checkout', variant: 'on' },
          { flag: 'search', variant: 'off' },
        ],
      },
    });
    const all = JSON.stringify(entries);
    for (const { body } of [first, second]) expect(all).not.toContain(body.token.split('.')[2]);
    const [stored] = await server.store.list('signingKey', { id: `overrides/default/production/${key?.id}` });
    const everything = await server.call('GET', '/api/v1/projects');
    expect(stored?.entity.secret).toHaveLength(43);
    expect(all + everything.text + JSON.stringify(await rulesetAs('server'))).not.toContain(stored?.entity.secret);
  });

  it.each([
    [{ flags: [] }, 'flags'],
    [{ flags: [{ flag: 'none', variant: 'on' }] }, 'flags[0].flag'],
    [{ flags: [{ flag: 'old', variant: 'on' }] }, 'flags[0].flag'],
    [{ flags: [...ON, { flag: 'search', variant: 'maybe' }] }, 'flags[1].variant'],
    [{ flags: [...ON, ...ON] }, 'flags[1].flag'],
    [{ flags: Array.from({ length: 21 }, () => ON[0]) }, 'flags'],
    [{ flags: ON, lifetimeMs: 59_999 }, 'lifetimeMs'],
    [{ flags: ON, lifetimeMs: 86_400_001 }, 'lifetimeMs'],
    [{ flags: ON, lifetimeMs: 100_000.5 }, 'lifetimeMs'],
    [{ flags: ON, note: 'two\nlines' }, 'note'],
    [{ flags: ON, forever: true }, 'forever'],
    [{}, 'flags'],
  ])('cannot be made of %j', async (body, field) => {
    const { status, body: answer } = await server.call<{ fields: { field: string }[] }>('POST', path('production'), { body });
    expect([status, answer.fields.map((one) => one.field)]).toEqual([400, expect.arrayContaining([field])]);
  });

  it('is not made where there is no such environment', async () => {
    expect(await make({ flags: ON }, 'nowhere')).toMatchObject({ status: 404 });
    expect(await revoke('nowhere')).toMatchObject({ status: 404 });
  });

  it('made by several at once is signed with one key', async () => {
    await revoke('development');
    const made = await Promise.all(Array.from({ length: 8 }, () => make({ flags: ON }, 'development')));
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]));
    const ids = made.map(({ body }) => JSON.parse(Buffer.from(body.token.split('.')[0] ?? '', 'base64url').toString()).kid);
    expect(new Set(ids)).toEqual(new Set([(await keyOf('development'))?.id]));
    expect(await server.store.list('signingKey')).toHaveLength(2);
  });
});

describe('revoking', () => {
  it('takes the key out of the ruleset by a snapshot and forgets it; the next token gets another', async () => {
    await make();
    const before = await keyOf();
    const { token } = await server.token('server');
    const stream = await openStream(server.url, token);
    const first = opened((await stream.next('snapshot')).data);
    expect(first.overrideKey?.id).toBe(before?.id);
    expect(await revoke('production', { reason: 'the link got out' })).toMatchObject({ status: 204 });
    const second = opened((await stream.next('snapshot')).data);
    expect([second.overrideKey, second.revision.n]).toEqual([undefined, first.revision.n + 1]);
    expect(await server.store.get('signingKey', { id: `overrides/default/production/${before?.id}` })).toBeUndefined();
    const [entry] = await audit('override.revoked');
    expect(entry).toMatchObject({ object: 'environment/production', reason: 'the link got out' });
    // nothing to revoke: nothing happens
    const entries = (await audit('override.revoked')).length;
    expect(await revoke()).toMatchObject({ status: 204 });
    expect(await audit('override.revoked')).toHaveLength(entries);
    await make();
    const third = opened((await stream.next('snapshot')).data);
    expect(third.overrideKey?.id).toBe((await keyOf())?.id);
    expect(third.overrideKey?.id).not.toBe(before?.id);
    stream.close();
  });

  it('happens with the environment', async () => {
    const environments = '/api/v1/projects/default/environments';
    await server.call('POST', environments, { body: { key: 'preview' } });
    await make({ flags: ON }, 'preview');
    expect((await server.store.list('signingKey')).some(({ entity }) => entity.id.includes('/preview/'))).toBe(true);
    const { version } = (await server.store.get('environment', { project: 'default', key: 'preview' })) ?? {};
    const headers = { 'if-match': `"${version}"` };
    expect(await server.call('DELETE', `${environments}/preview`, { headers })).toMatchObject({ status: 204 });
    expect((await server.store.list('signingKey')).some(({ entity }) => entity.id.includes('/preview/'))).toBe(false);
  });

  it('is not undone by renaming, nor is the key', async () => {
    await make();
    const key = await keyOf();
    await server.call<Environment>('PATCH', '/api/v1/projects/default/environments/production', { body: { name: 'Live' } });
    expect(await keyOf()).toEqual(key);
  });
});

it('our SDK serves by a token that the server made, until it is revoked', async () => {
  now = Date.now();
  const { token: key } = await server.token('server');
  const client = createClient({ url: server.url, key, overrides: true, log: false });
  await client.ready({ timeout: 10_000 });
  const site = http.createServer(
    client.middleware()((_request, response) => {
      response.end(String(client.boolean('checkout', { targetingKey: 'u' }, false)));
    }),
  );
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const ask = async (token: string) => (await fetch(`${url}/?burgee-override=${token}`)).text();
  const until = async (token: string, wanted: string) => {
    while ((await ask(token)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const { token } = (await make()).body;
  const { token: elsewhere } = (await make({ flags: ON }, 'development')).body;
  await until(token, 'true');
  expect([await ask(elsewhere), await ask('')]).toEqual(['false', 'false']);
  const flag = '/api/v1/projects/default/environments/production/flags/checkout';
  expect((await server.call('POST', `${flag}/kill`, { body: { reason: 'broken' } })).status).toBe(200);
  await until(token, 'false');
  expect((await server.call('POST', `${flag}/restore`, { body: { reason: 'mended' } })).status).toBe(200);
  await until(token, 'true');
  await revoke();
  await until(token, 'false');
  site.closeAllConnections();
  site.close();
  await client.close();
});
