import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, percentRule, rolloutOn } from '../sdk/testing.ts';

interface Item {
  readonly key: string;
  readonly value?: unknown;
  readonly reason?: string;
  readonly variant?: string;
  readonly errorCode?: string;
  readonly metadata?: Record<string, unknown>;
}

const PATH = '/ofrep/v1/evaluate/flags';
const typed = (
  type: 'string' | 'number' | 'json',
  on: string | number | object | null,
  off: string | number | object | null,
) => ({
  type,
  variants: [
    { key: 'on', value: on as string },
    { key: 'off', value: off as string },
  ],
});
const german = { attribute: 'country', operator: 'in' as const, values: ['de'] };

describe('OFREP', () => {
  let server: DeliveryServer;
  let as: { token: string };
  let client: { token: string };
  beforeAll(async () => {
    server = await createDeliveryServer({ clock: () => Date.UTC(2026, 10, 23, 12) });
    as = await server.token('server');
    client = await server.token('client', { origins: ['https://shop.example'] });
    const open = { browserAccess: 'values' as const };
    await server.putFlag('german', open, { rules: [percentRule('r', 100, { when: german })] });
    await server.putFlag('half', open, { rules: [percentRule('r', 50)] });
    await server.putFlag('half-but-off', open, { enabled: false, rules: [percentRule('r', 50)] });
    await server.putFlag('by-country', open, { rules: [percentRule('r', 50, { by: 'country' })] });
    await server.putFlag('everyone', open, { rules: [percentRule('r', 100)] });
    await server.putFlag(
      'text',
      { ...open, ...typed('string', 'an', 'aus') },
      { rules: [percentRule('r', 100, { when: german })] },
    );
    await server.putFlag('number', { ...open, ...typed('number', 1.5, 0) }, { enabled: false });
    await server.putFlag(
      'json',
      { ...open, ...typed('json', { a: [1] }, null) },
      { rules: [percentRule('r', 100, { when: german })] },
    );
    await server.putFlag('secret', {}, { rules: [percentRule('r', 100)] });
    await server.putFlag('näme with blanks', open);
    await server.putFlag('ramped', open, { rules: [percentRule('r', 99.999)] });
    await server.putFlag('by-account', open, { rules: [percentRule('r', 100, { by: 'account' })] });
    const writes = ['ramped', 'by-account'].map((flag) => ({
      put: 'rollout' as const,
      entity: rolloutOn(flag, 'r'),
      basedOn: null,
    }));
    await server.store.commit({ environments: [AT], writes, audit: [] });
  });
  afterAll(() => server.close());

  const single = (key: string, context: unknown = {}, who = as) =>
    server.call<Item>('POST', `${PATH}/${encodeURIComponent(key)}`, { as: who, body: { context } });
  const bulk = (context: unknown = {}, headers: Record<string, string> = {}, who = as) =>
    server.call<{ flags: Item[]; metadata: Record<string, unknown> }>('POST', PATH, { as: who, body: { context }, headers });

  it('answers one flag with value, reason, variant and the revision', async () => {
    const { status, headers, body } = await single('german', { targetingKey: 'u', country: 'de' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toContain('no-store');
    const metadata = { revision: expect.stringMatching(/^\d+\.\d+$/) };
    expect(body).toEqual({ key: 'german', value: true, reason: 'TARGETING_MATCH', variant: 'on', metadata });
  });

  it('always sends a boolean’s value, a typed flag’s off value, and leaves out a null', async () => {
    expect((await single('half-but-off')).body).toMatchObject({ value: false, reason: 'DISABLED', variant: 'off' });
    expect((await single('number')).body).toMatchObject({ value: 0, reason: 'DISABLED' });
    const none = (await single('json')).body;
    expect(none).toMatchObject({ reason: 'DEFAULT', variant: 'off' });
    expect('value' in none).toBe(false);
  });

  it('says what kept a flag from being answered, in JSON with key and code', async () => {
    expect(await single('nothing')).toMatchObject({ status: 404, body: { key: 'nothing', errorCode: 'FLAG_NOT_FOUND' } });
    expect(await single('half', [])).toMatchObject({ status: 400, body: { key: 'half', errorCode: 'INVALID_CONTEXT' } });
    const garbage = await fetch(`${server.url}${PATH}/half`, {
      method: 'POST',
      headers: { authorization: `Bearer ${as.token}`, 'content-type': 'application/json' },
      body: '{"context":',
    });
    expect([garbage.status, await garbage.json()]).toMatchObject([400, { key: 'half', errorCode: 'PARSE_ERROR' }]);
    const bad = await server.call('POST', PATH, { as, body: { context: 1 } });
    expect(bad).toMatchObject({ status: 400, body: { errorCode: 'INVALID_CONTEXT' } });
    expect(bad.body).not.toHaveProperty('key');
    expect((await single('half', {}, { token: 'bg_test_unknown-unknown-unknown' })).status).toBe(401);
  });

  it('fails only the flags that need a targeting key when there is none', async () => {
    for (const context of [{}, { targetingKey: '' }, { country: 'de' }])
      expect(await single('half', context)).toMatchObject({ status: 400, body: { errorCode: 'TARGETING_KEY_MISSING' } });
    for (const context of [{ targetingKey: 'u' }, { userId: 'u' }, { sessionId: 's' }, { userId: 7 }])
      expect((await single('half', context)).status).toBe(200);
    for (const key of ['half-but-off', 'everyone', 'by-country', 'german']) expect((await single(key)).status).toBe(200);
    const items = new Map((await bulk()).body.flags.map((item) => [item.key, item]));
    expect(items.get('half')).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
    expect(items.get('everyone')).toMatchObject({ value: true });
  });

  it('takes a body without a context, a key in X-API-Key, and any key once decoded', async () => {
    expect((await server.call('POST', `${PATH}/everyone`, { as, body: {} })).status).toBe(200);
    const headers = { 'x-api-key': as.token };
    expect((await server.call('POST', `${PATH}/everyone`, { as: null, body: {}, headers })).status).toBe(200);
    expect((await single('näme with blanks')).body).toMatchObject({ key: 'näme with blanks', value: false });
  });

  it('gives bulk answers an ETag that depends on them, not only on the revision', async () => {
    const germanUser = { targetingKey: 'u', country: 'de' };
    const first = await bulk(germanUser);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const tag of [etag, `W/${etag}`]) {
      const same = await bulk(germanUser, { 'if-none-match': tag });
      expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
    }
    // the same user moves: the stored ETag is sent along with the new context
    const moved = await bulk({ ...germanUser, country: 'fr' }, { 'if-none-match': etag });
    expect(moved.status).toBe(200);
    expect(moved.body.flags.find(({ key }) => key === 'german')).toMatchObject({ value: false });
    expect(moved.body.metadata).toEqual({ revision: expect.stringMatching(/^\d+\.\d+$/) });
  });

  it('shows client keys only flags that are open to browsers', async () => {
    expect(await single('secret', {}, client)).toMatchObject({ status: 404, body: { errorCode: 'FLAG_NOT_FOUND' } });
    expect((await bulk({}, {}, client)).body.flags.map(({ key }) => key)).not.toContain('secret');
    expect((await bulk()).body.flags.map(({ key }) => key)).toContain('secret');
    expect((await single('everyone', {}, client)).body).toMatchObject({ value: true });
  });

  it('names rollout and arm, single and in bulk, of flags that are being ramped and of no other', async () => {
    const metadata = { rollout: 'ro-ramped', arm: 'treatment' };
    expect((await single('ramped', { targetingKey: 'u' })).body.metadata).toMatchObject(metadata);
    const { flags } = (await bulk({ targetingKey: 'u' })).body;
    expect(flags.filter((item) => 'metadata' in item).map((item) => [item.key, item.metadata])).toEqual([
      ['by-account', { ...metadata, rollout: 'ro-by-account' }],
      ['ramped', metadata],
    ]);
  });

  it('tells client keys, and only them, which attribute holds the unit', async () => {
    const by = async (context: object, key = 'ramped', who = client) => {
      const [one, many] = await Promise.all([single(key, context, who), bulk(context, {}, who)]);
      const item = many.body.flags.find((flag) => flag.key === key);
      expect(item?.metadata?.by).toBe(one.body.metadata?.by);
      return one.body.metadata?.by;
    };
    expect(await by({ targetingKey: 'u', userId: 'v' })).toBe('targetingKey');
    expect(await by({ userId: 7, sessionId: 's' })).toBe('userId');
    expect(await by({ sessionId: 's' })).toBe('sessionId');
    expect(await by({ targetingKey: 'u' }, 'ramped', as)).toBeUndefined();
    expect(await by({ targetingKey: 'u', account: 'a1' }, 'by-account')).toBe('account');
    // inside at 100 % without an id: there is no unit to say anything of
    expect((await single('by-account', {}, client)).body.metadata).toMatchObject({ arm: 'treatment' });
    expect(await by({}, 'by-account')).toBeUndefined();
  });

  it('lets pages of the key’s origins in, with the headers that they need', async () => {
    const origin = 'https://shop.example';
    const preflight = await fetch(`${server.url}${PATH}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
    for (const name of ['authorization', 'content-type', 'if-none-match', 'x-api-key']) expect(allowed).toContain(name);
    expect(Number(preflight.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    const answer = await bulk({}, { origin }, client);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toBe('ETag, Retry-After');
    expect((await bulk({}, { origin: 'https://evil.example' }, client)).status).toBe(403);
  });

  it('serves OpenFeature’s own provider', async () => {
    const headers: [string, string][] = [['Authorization', `Bearer ${as.token}`]];
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.url, headers }));
    const sdk = OpenFeature.getClient();
    const context = { targetingKey: 'u', country: 'de' };
    expect(await sdk.getBooleanDetails('german', false, context)).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
    expect(await sdk.getStringValue('text', '', context)).toBe('an');
    expect(await sdk.getNumberDetails('number', 9, context)).toMatchObject({ value: 0, reason: 'DISABLED' });
    expect(await sdk.getObjectValue('json', {}, context)).toEqual({ a: [1] });
    expect(await sdk.getBooleanValue('näme with blanks', true, context)).toBe(false);
    expect(await sdk.getBooleanDetails('nothing', true, context)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(await sdk.getBooleanDetails('half', true, {})).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
    expect(await sdk.getStringDetails('everyone', 'x', context)).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' });
    await OpenFeature.close();
  });
});

it('OFREP’s single evaluations reach the store as counts, bulk ones do not', async () => {
  const server = await createDeliveryServer();
  const as = await server.token('server');
  await server.putFlag('half', {}, { rules: [percentRule('r', 50)] });
  for (let i = 0; i < 20; i++) await server.call('POST', `${PATH}/half`, { as, body: { context: { targetingKey: `u${i}` } } });
  await server.call('POST', PATH, { as, body: { context: { targetingKey: 'bulk' } } });
  await server.deps.delivery.close();
  const range = { ...AT, from: 0, to: Number.MAX_SAFE_INTEGER };
  const counts = await server.store.minutes({ ...range, series: 'count', subjectPrefix: 'flag/half/' });
  expect(counts.reduce((sum, row) => sum + (row.sums[0] ?? 0), 0)).toBe(20);
  expect(await server.store.minutes({ ...range, series: 'sketch', subjectPrefix: 'flag/half/r' })).toHaveLength(1);
  await server.close();
});
