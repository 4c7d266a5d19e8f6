import { decodeHashes, unitHash, unitKey } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ContextOf, FRAMEWORKS, type Guarded, type Guards } from '../../test/guarded.ts';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ramped, ruleset, sleep, until } from '../../test/rulesets.ts';
import { type Client, createClient } from '../node/index.ts';
import { withFlags } from '../testing/index.ts';
import { createRouteGuard, type RequireOptions } from './index.ts';

const INSIDERS = { attribute: 'targetingKey', operator: 'in' as const, values: ['insider'] };
const COLORS = ['red', 'blue'].map((value) => ({ key: value, value }));
const insiders = (serve: string) => [{ id: 'r', percent: 100, by: 'default', serve: { variant: serve }, when: INSIDERS }];

let peer: Peer;
let client: Client;
let warned: string[];
beforeEach(async () => {
  peer = await startPeer(
    ruleset([
      flag('beta', { rules: insiders('on'), defaultVariant: 'off' }),
      flag('color', { type: 'string', variants: COLORS, rules: insiders('red'), defaultVariant: 'blue', offVariant: 'blue' }),
      ramped('checkout', 100, { rollout: 'ro', flushMs: 50 }),
    ]),
  );
  client = createClient({ url: peer.url, key: 'key', log: false });
  await client.ready({ timeout: 5_000 });
  warned = [];
});
afterEach(async () => {
  await client.close();
  await peer.close();
});

const log = { warn: (message: string) => void warned.push(message) };
const byUser: ContextOf = (user) => ({ targetingKey: user ?? 'nobody' });
const ROUTES: Readonly<Record<string, readonly [string, RequireOptions?]>> = {
  closed: ['beta'],
  old: ['beta', { not: true }],
  moved: ['beta', { redirect: '/elsewhere?from=beta#top' }],
  gone: ['beta', { status: 410 }],
  red: ['color', { value: 'red' }],
  blue: ['color', { value: 'red', not: true }],
  missing: ['no-such-flag'],
  'not-missing': ['no-such-flag', { not: true }],
  'wrong-type': ['color'],
  'taken-for-on': ['no-such-flag', { fallback: true }],
  'taken-for-off': ['no-such-flag', { not: true, fallback: false }],
  checkout: ['checkout'],
};

describe.each(Object.entries(FRAMEWORKS))('a guard for %s', (_, start) => {
  let site: Guarded;
  const begin = async (contextOf: ContextOf = byUser, of: Client = client) => {
    const guards: Guards = (context) => {
      const requireFlag = createRouteGuard(of, { context, log });
      return Object.fromEntries(Object.entries(ROUTES).map(([name, [key, options]]) => [name, requireFlag(key, options)]));
    };
    site = await start(client, guards, contextOf);
  };
  const ask = async (path: string, user = 'insider', init: RequestInit = {}) => {
    const headers = { 'x-user': user, connection: 'close', 'content-type': 'text/plain' };
    const response = await fetch(site.url + path, { headers, redirect: 'manual', ...init });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const statuses = async (user: string) => {
    const found = await Promise.all(Object.keys(ROUTES).map(async (name) => [name, (await ask(`/${name}`, user)).status]));
    return Object.fromEntries(found);
  };
  afterEach(() => site.close());

  const ALWAYS = {
    missing: 404,
    'not-missing': 404,
    'wrong-type': 404,
    'taken-for-on': 200,
    'taken-for-off': 200,
    checkout: 200,
  };

  test('opens by the flag’s value for the request’s context, and closes with what was chosen', async () => {
    await begin();
    expect(await statuses('insider')).toEqual({ closed: 200, old: 404, moved: 200, gone: 200, red: 200, blue: 404, ...ALWAYS });
    expect(await statuses('outsider')).toEqual({ closed: 404, old: 200, moved: 302, gone: 410, red: 404, blue: 200, ...ALWAYS });
  });

  test('a closed route tells nothing of what is behind it, and nobody keeps it for later', async () => {
    await begin();
    const closed = await ask('/closed', 'outsider');
    expect([closed.text, closed.headers.get('cache-control')]).toEqual(['Not Found', 'no-store']);
    const moved = await ask('/moved', 'outsider');
    expect([moved.headers.get('location'), moved.headers.get('cache-control')]).toEqual(['/elsewhere?from=beta#top', 'no-store']);
    expect(site.through).toEqual([]);
  });

  test('HEAD and POST are guarded like GET; an open route streams, and gets the body', async () => {
    await begin();
    const post = { method: 'POST', body: 'an order' };
    expect(await ask('/closed', 'insider')).toMatchObject({ status: 200, text: 'one two three' });
    expect(await ask('/closed', 'insider', post)).toMatchObject({ status: 200, text: 'one two three' });
    expect(await ask('/gone', 'insider', post)).toMatchObject({ status: 200, text: 'one two three' });
    expect(await ask('/closed', 'insider', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(site.through).toEqual(expect.arrayContaining(['GET /closed', 'POST /closed an order', 'POST /gone an order']));
    const count = site.through.length;
    expect(await ask('/closed', 'outsider', post)).toMatchObject({ status: 404, text: 'Not Found' });
    expect(await ask('/moved', 'outsider', post)).toMatchObject({ status: 302 });
    expect(await ask('/closed', 'outsider', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' });
    expect(site.through).toHaveLength(count);
  });

  test('a context that takes time is waited for', async () => {
    await begin(async (user) => {
      await sleep(5);
      return { targetingKey: user ?? '' };
    });
    expect(await statuses('insider')).toMatchObject({ closed: 200, old: 404, red: 200, ...ALWAYS });
    expect(await statuses('outsider')).toMatchObject({ closed: 404, old: 200, red: 404, ...ALWAYS });
    expect(warned).toEqual([]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no session');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no session'))],
  ] as const)('a context that %s closes every route, is told once, and harms nothing', async (_, contextOf) => {
    await begin(contextOf);
    const closed = { closed: 404, old: 404, moved: 302, gone: 410, red: 404, blue: 404 };
    const rest = Object.fromEntries(Object.keys(ALWAYS).map((name) => [name, 404]));
    expect(await statuses('insider')).toEqual({ ...closed, ...rest });
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(/^burgee: the route of \S+ is closed: who asks cannot be told: no session$/);
    expect(site.through).toEqual([]);
  });

  test('what a guard asks is of the request: the outcome goes to the arm that it met', async () => {
    await begin();
    await ask('/checkout', 'unit-1');
    const closed = () =>
      peer.reports.flatMap(({ rollouts }) => rollouts).flatMap(({ arms }) => arms.flatMap((arm) => decodeHashes(arm.closed)));
    await until(() =>
      closed()
        .map(unitKey)
        .includes(unitKey(unitHash('ro', 'unit-1'))),
    );
  });

  test('before there are rules every route is closed, but those that say what the flag is taken for', async () => {
    const early = createClient({ offline: true });
    await begin(byUser, early);
    const closed = { closed: 404, old: 404, moved: 302, gone: 410, red: 404, blue: 404, ...ALWAYS };
    expect(await statuses('insider')).toEqual({ ...closed, checkout: 404 });
    await early.close();
  });
});

test('without a context function the run’s context counts, or nobody’s', async () => {
  const guard = createRouteGuard(client)('beta');
  const open = async () => {
    let isOpen = false;
    await guard({ req: { raw: new Request('http://x') } }, async () => {
      isOpen = true;
    });
    return isOpen;
  };
  expect(await client.run({ targetingKey: 'insider' }, open)).toBe(true);
  expect(await client.run({ targetingKey: 'outsider' }, open)).toBe(false);
  expect(await open()).toBe(false);
});

test('takes a client of tests', async () => {
  const guard = createRouteGuard(withFlags({ beta: true }))('beta');
  const context = { req: { raw: new Request('http://x') } };
  expect(await guard(context, async () => undefined)).toBeUndefined();
});

describe('refuses what cannot work, by name', () => {
  test.each<readonly [string, object, string]>([
    ['', {}, 'requireFlag: the key must be a text'],
    ['a', { valeu: true }, 'requireFlag a: unknown option valeu; there are value, not, fallback, redirect, status'],
    ['a', { value: null }, 'requireFlag a: value must be a boolean, a text or a number'],
    ['a', { not: 'yes' }, 'requireFlag a: not must be true or false'],
    ['a', { value: 'x', fallback: true }, 'requireFlag a: fallback must be a string, as value is'],
    ['a', { redirect: '/x', status: 404 }, 'requireFlag a: redirect must be left out'],
    ['a', { status: 200 }, 'requireFlag a: status must be a whole number from 400 to 599'],
    ...['https://evil.example', '//evil.example', '/\\evil.example', 'login', '', '/a b', '/ä', '/x\r\nset-cookie: a=b'].map(
      (redirect) => ['a', { redirect }, 'requireFlag a: redirect must be a path of this site'] as const,
    ),
  ])('%s %j', (key, options, message) => {
    expect(() => createRouteGuard(client)(key, options as never)).toThrow(message);
    expect(() => createRouteGuard(client)(key || 'a')).not.toThrow();
  });

  test('and of the options for all', () => {
    expect(() => createRouteGuard({} as never)).toThrow('createRouteGuard: the first argument must be a client');
    expect(() => createRouteGuard(client, { context: 'user' } as never)).toThrow('context must be a function of the request');
    expect(() => createRouteGuard(client, { log: {} } as never)).toThrow('log must be false or an object with warn(message)');
    expect(() => (createRouteGuard(client)('a') as unknown as (one: unknown) => void)(1)).toThrow(/Express, Fastify or Hono/);
  });
});
