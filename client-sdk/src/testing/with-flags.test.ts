import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenFeature } from '@openfeature/server-sdk';
import { expect, test } from 'vitest';
import { flag, ruleset } from '../../test/rulesets.ts';
import { createClient } from '../node/index.ts';
import { createProvider } from '../openfeature/server/index.ts';
import { withFlags } from './index.ts';

const USER = { targetingKey: 'u1', plan: 'pro' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('answers as a client with a server does, whatever is asked', async () => {
  const served = { yes: true, no: false, color: 'red', empty: '', limit: 0, layout: { columns: 3 }, list: [1], nothing: null };
  const flags = Object.entries(served).map(([key, value]) => {
    const type = typeof value === 'object' ? 'json' : (typeof value as 'boolean');
    const variants = [{ key: typeof value === 'boolean' ? (value ? 'on' : 'off') : 'v', value }];
    const [first] = variants;
    return flag(key, { type, variants, defaultVariant: first?.key ?? '', offVariant: first?.key ?? '' });
  });
  const real = createClient({ offline: true, bootstrap: ruleset(flags), log: false });
  await real.ready();
  const tested = withFlags(served);
  const answers = (client: typeof real) =>
    [...Object.keys(served), 'unknown', ''].flatMap((key) => [
      [key, client.boolean(key, USER, true), client.boolean(key, undefined, false)],
      [key, client.string(key, USER, 'x'), client.number(key, USER, 7), client.json(key, USER, ['x'])],
      ...[true, 'x', 7, ['x'], {}, null].map((fallback) => {
        const { variant, ...answer } = client.detail(key, USER, fallback as never);
        return [key, answer, typeof answer.value === 'boolean' ? variant : undefined];
      }),
    ]);
  expect(answers(tested)).toEqual(answers(real));
  expect(tested.unknown).toEqual(['unknown', '']);
  await real.close();
});

test('has all that a client has', async () => {
  const real = createClient({ offline: true, log: false });
  const own = ['set', 'unset', 'reset', 'evaluations', 'outcomes', 'unknown'];
  expect(Object.keys(withFlags()).sort()).toEqual([...Object.keys(real), ...own].sort());
  expect(Object.keys(withFlags().status()).sort()).toEqual(Object.keys(real.status()).sort());
  expect(Object.keys(withFlags().forRequest()).sort()).toEqual(Object.keys(real.forRequest()).sort());
  await real.close();
});

test('a function decides by who is asking, and never makes an evaluation throw', () => {
  const flags = withFlags({
    vip: ({ plan }) => plan === 'pro',
    broken: () => {
      throw new Error('no such column');
    },
    odd: () => undefined as never,
  });
  expect(flags.boolean('vip', USER, false)).toBe(true);
  expect(flags.boolean('vip', { plan: 'free' }, true)).toBe(false);
  expect(flags.boolean('vip', undefined, true)).toBe(false);
  expect(flags.detail('vip', USER, false)).toMatchObject({ reason: 'TARGETING_MATCH', variant: 'on' });
  expect(flags.detail('broken', USER, true)).toMatchObject({ value: true, errorCode: 'GENERAL', errorMessage: 'no such column' });
  expect(flags.detail('odd', USER, true)).toMatchObject({ errorCode: 'PARSE_ERROR' });
});

test('is ready at once, tells it, and tells of every change', async () => {
  const flags = withFlags({ a: true, b: 1 });
  const heard: unknown[] = [];
  flags.on('ready', ({ source }) => heard.push(source));
  flags.on('changed', ({ flags: keys, revision }) => heard.push([keys, revision.n]));
  await turn();
  flags.set('a', false);
  expect(flags.boolean('a', USER, true)).toBe(false);
  flags.set({ b: 2, c: 'new' });
  flags.set('b', 2);
  flags.unset('c');
  expect(flags.string('c', USER, 'gone')).toBe('gone');
  flags.reset();
  flags.reset();
  expect([flags.boolean('a', USER, false), flags.number('b', USER, 0)]).toEqual([true, 1]);
  expect(heard).toEqual(['live', [['a'], 2], [['b', 'c'], 3], [['c'], 4], [['a', 'b'], 5]]);
  expect(await flags.ready()).toEqual({ source: 'live', ready: true, revision: { epoch: 1, n: 5 } });
  await flags.close();
  flags.set('a', false);
  expect(heard).toHaveLength(5);
  expect(flags.status().connection).toBe('closed');
});

test('records evaluations until it is reset', () => {
  const flags = withFlags({ a: true });
  flags.boolean('a', USER, false);
  flags.number('b', undefined, 5);
  expect(flags.evaluations).toMatchObject([
    { key: 'a', context: USER, value: true, variant: 'on', reason: 'STATIC' },
    { key: 'b', context: {}, value: 5, errorCode: 'FLAG_NOT_FOUND' },
  ]);
  expect(flags.unknown).toEqual(['b']);
  flags.reset();
  expect([flags.evaluations, flags.outcomes, flags.unknown]).toEqual([[], [], []]);
  for (let i = 0; i < 10_001; i++) flags.number('b', { i }, i);
  expect([flags.evaluations.length, flags.evaluations[0]?.value]).toEqual([10_000, 1]);
});

test('a view of a request keeps to what was served when it was made', () => {
  const flags = withFlags({ a: true });
  const view = flags.run(USER, () => flags.forRequest());
  flags.set('a', false);
  expect([view.boolean('a', false), flags.boolean('a', USER, true), view.revision?.n]).toEqual([true, false, 1]);
  expect(flags.evaluations[0]?.context).toBe(USER);
});

test('records how jobs end and which flags they asked for; evaluations inside get the job’s context', async () => {
  const flags = withFlags({ a: true, who: ({ targetingKey }) => String(targetingKey) });
  expect(flags.run(USER, () => flags.string('who', undefined, ''))).toBe('u1');
  await expect(
    flags.run(USER, async () => {
      await turn();
      flags.boolean('a', undefined, false);
      flags.boolean('a', undefined, false);
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  flags.outcome({ targetingKey: 'u2' }, { durationMs: 12 });
  flags.run(USER, () => flags.outcome(undefined, { error: 'declined' }));
  expect(flags.outcomes).toMatchObject([
    { of: 'run', context: USER, failed: false, flags: ['who'] },
    { of: 'run', context: USER, failed: true, flags: ['a'] },
    { of: 'outcome', context: { targetingKey: 'u2' }, failed: false, durationMs: 12, flags: [] },
    { of: 'outcome', context: USER, failed: true },
    { of: 'run', failed: false },
  ]);
});

test('records how requests end that pass through its middleware', async () => {
  const flags = withFlags({ a: true });
  const handler: http.RequestListener = async (request, response) => {
    await turn();
    flags.boolean('a', USER, false);
    response.writeHead(request.url === '/bad' ? 500 : 200).end();
  };
  const server = http.createServer(flags.middleware()(handler));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const path of ['/good', '/bad']) await (await fetch(url + path, { headers: { connection: 'close' } })).text();
  await new Promise((resolve) => server.close(resolve));
  expect(flags.outcomes).toMatchObject([
    { of: 'request', failed: false, flags: ['a'] },
    { of: 'request', failed: true, flags: ['a'] },
  ]);
});

test('serves OpenFeature, too', async () => {
  const flags = withFlags({ a: true });
  await OpenFeature.setProviderAndWait('testing', createProvider(flags, { outcomes: ['paid'] }));
  const client = OpenFeature.getClient('testing');
  const changed = new Promise<unknown>((resolve) => client.addHandler('PROVIDER_CONFIGURATION_CHANGED' as never, resolve));
  expect(await client.getBooleanValue('a', false, USER)).toBe(true);
  await turn();
  flags.set('a', false);
  expect(await changed).toMatchObject({ flagsChanged: ['a'] });
  expect(await client.getBooleanValue('a', true, USER)).toBe(false);
  client.track('paid', USER, { value: 5, error: 'declined' });
  expect(flags.outcomes).toMatchObject([{ of: 'outcome', context: USER, failed: true, durationMs: 5 }]);
  await OpenFeature.clearProviders();
});

test.each([
  [undefined, 'not undefined'],
  [Number.NaN, 'not NaN'],
  [5n, 'not bigint'],
  [Symbol('x'), 'not symbol'],
])('refuses to serve %s, and says of which flag', (value, told) => {
  const message = `flag color must serve a JSON value, or be a function of the context, ${told}`;
  expect(() => withFlags({ color: value as never })).toThrow(message);
  const flags = withFlags({ color: 'red' });
  expect(() => flags.set('color', value as never)).toThrow(message);
  expect(flags.string('color', USER, '')).toBe('red');
});
