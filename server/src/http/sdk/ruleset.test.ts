import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Ruleset } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AT,
  createDeliveryServer,
  type DeliveryServer,
  opened,
  openStream,
  override,
  percentRule,
  rolloutOn,
} from './testing.ts';

interface Raw {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

describe('GET /sdk/ruleset', () => {
  let server: DeliveryServer;
  let key: string;
  beforeAll(async () => {
    server = await createDeliveryServer();
    key = (await server.token('server')).token;
    for (let i = 0; i < 50; i++) await server.putFlag(`flag-${i}`, {}, { rules: [percentRule('r', i)] });
  });
  afterAll(() => server.close());

  function get(headers: Record<string, string> = {}, token = key): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const options = { headers: { authorization: `Bearer ${token}`, ...headers }, agent: false };
      request(`${server.url}/sdk/ruleset`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  it('sends an envelope whose digest is over the body as sent, never to be transformed or shared', async () => {
    const { status, headers, body } = await get();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-cache, no-transform',
      vary: 'Authorization, Accept-Encoding, Origin',
    });
    const text = body.toString();
    const [, sha256, ruleset = ''] = /^\{"sha256":"([0-9a-f]{64})","ruleset":(.*)\}$/s.exec(text) ?? [];
    expect(createHash('sha256').update(ruleset).digest('hex')).toBe(sha256);
    const { revision } = JSON.parse(ruleset) as Ruleset;
    expect(headers.etag).toBe(`"${revision.epoch}.${revision.n}"`);
  });

  it('sends the same bytes plain, gzipped and as brotli', async () => {
    const plain = await get();
    const gzip = await get({ 'accept-encoding': 'gzip' });
    const br = await get({ 'accept-encoding': 'gzip, br' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(br.headers['content-encoding']).toBe('br');
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(plain.body.length).toBeGreaterThan(5 * br.body.length);
  });

  it('answers 304 to its own ETag, also a weakened one, until something changes', async () => {
    const { headers } = await get();
    const etag = String(headers.etag);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, body } = await get({ 'if-none-match': tag });
      expect([status, body.length]).toEqual([304, 0]);
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
    await server.putFlag('flag-0');
    expect((await get({ 'if-none-match': etag })).status).toBe(200);
  });

  it('says which overrides hold in the ETag, since they change the answer without a revision', async () => {
    const before = String((await get()).headers.etag);
    server.deps.delivery.override(AT, override('ov9', 'flag-9', 'r'));
    const during = await get({ 'if-none-match': before });
    expect(during.status).toBe(200);
    expect(opened<Ruleset>(during.body.toString()).overrides).toEqual([override('ov9', 'flag-9', 'r')]);
    expect((await get({ 'if-none-match': String(during.headers.etag) })).status).toBe(304);
    server.deps.delivery.settle('ov9');
    const after = await get({ 'if-none-match': String(during.headers.etag) });
    expect(opened<Ruleset>(after.body.toString()).overridesApplied).toEqual(['ov9']);
  });

  it('marks the rules that are being ramped', async () => {
    await server.putFlag('ramped', {}, { rules: [percentRule('a', 5), percentRule('b', 5)] });
    const entity = rolloutOn('ramped', 'b');
    await server.store.commit({ environments: [AT], writes: [{ put: 'rollout', entity, basedOn: null }], audit: [] });
    const { flags } = opened<Ruleset>((await get()).body.toString());
    const rules = flags.find((flag) => flag.key === 'ramped')?.rules;
    expect(rules?.map((rule) => rule.ramp)).toEqual([
      undefined,
      { rollout: entity.id, controlSample: 0.25, flushMs: 2000, openMs: 30_000, changedAt: 2000, cutoffsMs: [] },
    ]);
  });

  it('is for keys of one environment', async () => {
    expect((await server.call('GET', '/sdk/ruleset', { as: null })).status).toBe(401);
    expect((await server.call('GET', '/sdk/ruleset', { as: await server.token('pipeline') })).status).toBe(403);
    expect((await server.call('GET', '/sdk/ruleset')).status).toBe(403);
    const other = (await server.token('server', { environment: 'development' })).token;
    expect(opened<Ruleset>((await get({}, other)).body.toString())).toMatchObject({ environment: 'development', flags: [] });
  });
});

describe('what a client key learns of flags that are not open to browsers', () => {
  it('is nothing, in any answer', async () => {
    const server = await createDeliveryServer({ limits: { heartbeatMs: 100 } });
    const canary = (name: string) => `canary-${name}`;
    const when = { attribute: canary('attribute'), operator: 'in' as const, values: [canary('value')] };
    await server.putSegment(canary('segment'), when);
    for (const browserAccess of ['none', 'values'] as const) {
      await server.putFlag(
        browserAccess === 'none' ? canary('key') : 'values-only',
        {
          browserAccess,
          description: canary('description'),
          name: canary('name'),
          tags: [canary('tag')],
          owner: canary('owner'),
        },
        {
          rules: [percentRule(canary('rule'), 50, { title: canary('title'), when, segments: [{ segment: canary('segment') }] })],
        },
      );
    }
    await server.putSegment('open', { attribute: 'plan', operator: 'in', values: ['pro'] }, 2);
    const rules = [percentRule('r', 50, { title: canary('title'), segments: [{ segment: 'open' }] })];
    await server.putFlag('open-rules', { browserAccess: 'rules', description: canary('description') }, { rules });

    async function learn(kind: 'client' | 'server'): Promise<string> {
      const as = await server.token(kind);
      const body = { context: { targetingKey: 'u' } };
      const answers = [
        await server.call('GET', '/sdk/ruleset', { as }),
        await server.call('POST', '/ofrep/v1/evaluate/flags', { as, body }),
        await server.call('POST', '/ofrep/v1/evaluate/flags/values-only', { as, body }),
        await server.call('POST', '/ofrep/v1/evaluate/flags/open-rules', { as, body }),
      ];
      const client = await openStream(server.url, as.token);
      await client.next('heartbeat');
      server.deps.delivery.override(AT, override(`${kind}-1`, canary('key'), canary('rule')));
      server.deps.delivery.override(AT, override(`${kind}-2`, 'open-rules', 'r'));
      await client.next('override');
      answers.push(await server.call('GET', '/sdk/ruleset', { as }));
      const state = { rules: [percentRule(canary('rule'), 60, { when })] };
      await server.putFlag(canary('key'), { description: canary('description') }, state);
      await client.next('delta');
      client.close();
      return answers.map(({ text }) => text).join('\n') + client.events.map(({ data }) => data).join('\n');
    }
    const learned = await learn('client');
    expect(learned).not.toContain('canary');
    expect(learned).toContain('open-rules');
    expect(learned).toContain('values-only');
    // the same questions with a server key do find them
    expect(await learn('server')).toContain('canary-value');
    await server.close();
  });
});
