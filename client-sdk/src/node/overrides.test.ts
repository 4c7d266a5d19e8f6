import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FRAMEWORKS } from '../../test/guarded.ts';
import { claims, makeKey, signed } from '../../test/override-tokens.ts';
import { envelope, type Peer, revisionId, sse, startPeer } from '../../test/peer.ts';
import { flag, ramped, ruleset, sleep, until } from '../../test/rulesets.ts';
import { createRouteGuard } from '../guards/index.ts';
import { createProvider } from '../openfeature/server/index.ts';
import { type Client, type ClientOptions, createClient } from './index.ts';

const ours = makeKey();
const COLORS = ['red', 'blue'].map((value) => ({ key: value, value }));
const RULES = ruleset(
  [
    ramped('checkout', 0, { rollout: 'ro', flushMs: 50 }),
    flag('search', { enabled: false }),
    flag('gone', { killed: true }),
    flag('color', { type: 'string', variants: COLORS, defaultVariant: 'blue', offVariant: 'blue' }),
    ramped('other', 50, { rollout: 'other', flushMs: 50 }),
  ],
  { overrideKey: ours.key },
);
const TOKEN = signed(ours, claims({ checkout: 'on', search: 'on', gone: 'on', color: 'red', 'no-such-flag': 'on' }));
const USER = { targetingKey: 'u1' };

let peer: Peer;
let warned: string[];
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  peer = await startPeer(RULES);
  warned = [];
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await peer.close();
});

async function start(options: Pick<ClientOptions, 'overrides'> = { overrides: true }): Promise<Client> {
  const log = { warn: (message: string) => void warned.push(message) };
  const client = createClient({ url: peer.url, key: 'key', log, ...options });
  closers.push(() => client.close());
  await client.ready({ timeout: 5_000 });
  return client;
}

/** A site that answers what its handler returns, as JSON. */
async function serve(
  client: Client,
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => unknown,
): Promise<string> {
  const server = http.createServer(
    client.middleware()(async (request, response) => {
      response.end(JSON.stringify((await handle(request, response)) ?? null));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers: { connection: 'close', ...headers } });
  return (await response.json()) as T;
}

const look = (client: Client) => ({
  checkout: client.boolean('checkout', USER, false),
  search: client.boolean('search', USER, false),
  gone: client.boolean('gone', USER, false),
  color: client.string('color', USER, '-'),
  missing: client.boolean('no-such-flag', USER, false),
});
const PLAIN = { checkout: false, search: false, gone: false, color: 'blue', missing: false };
const FORCED = { checkout: true, search: true, gone: false, color: 'red', missing: false };

describe('a request that carries a token', () => {
  test.each([
    ['its query', `/?burgee-override=${TOKEN}`, {}],
    ['a header', '/', { 'burgee-override': TOKEN }],
    ['a cookie', '/', { cookie: `a=b; burgee-override=${TOKEN}` }],
    ['its baggage', '/', { baggage: `a=b,burgee-override=${TOKEN};p=1` }],
  ] as const)(
    'in %s is served its variants; a killed flag stays off, and no other request sees any of it',
    async (_, path, headers) => {
      const client = await start();
      const url = await serve(client, async () => {
        const before = look(client);
        await sleep(5);
        return [before, look(client)];
      });
      const all = await Promise.all([ask(url + path, headers), ask(url), ask(url + path, headers), ask(url)]);
      expect(all).toEqual([
        [FORCED, FORCED],
        [PLAIN, PLAIN],
        [FORCED, FORCED],
        [PLAIN, PLAIN],
      ]);
      expect(look(client)).toEqual(PLAIN);
      expect(warned).toEqual([]);
    },
  );

  test('sees it in views, in runs inside, and in details that say so', async () => {
    const client = await start();
    const url = await serve(client, () => {
      const view = client.forRequest(USER);
      return {
        view: [
          view.boolean('checkout', false),
          view.string('color', '-'),
          view.boolean('other', false) === client.boolean('other', USER, true),
        ],
        run: client.run({ targetingKey: 'job' }, () => client.boolean('checkout', undefined, false)),
        details: [client.detail('checkout', USER, false), client.detail('gone', USER, true).override ?? null],
        wrongType: [client.detail('color', USER, 5).errorCode, client.number('color', USER, 5)],
      };
    });
    expect(await ask(`${url}/?burgee-override=${TOKEN}`)).toEqual({
      view: [true, 'red', true],
      run: true,
      details: [{ value: true, variant: 'on', reason: 'STATIC', revision: { epoch: 1, n: 1 }, override: true }, null],
      wrongType: ['TYPE_MISMATCH', 5],
    });
  });

  test('with variants that are not there any more is answered by the rules', async () => {
    const client = await start();
    const url = await serve(client, () => look(client));
    const token = signed(ours, claims({ color: 'green', checkout: 'maybe' }));
    expect(await ask(`${url}/?burgee-override=${token}`)).toEqual(PLAIN);
  });

  test('that is not taken is answered as if it had none, which is logged once a minute, and without the token', async () => {
    const client = await start();
    const url = await serve(client, () => look(client));
    const expired = signed(ours, claims({ checkout: 'on' }, { iat: 1, exp: 2 }));
    const twice = `/?burgee-override=${TOKEN}&burgee-override=${TOKEN}`;
    for (const path of [`/?burgee-override=${expired}`, twice, '/?burgee-override=', `/?burgee-override=${'x'.repeat(9_000)}`])
      expect(await ask(url + path), path).toEqual(PLAIN);
    expect(await ask(url, { cookie: `burgee-override=${TOKEN}; burgee-override=${TOKEN}` })).toEqual(PLAIN);
    expect(await ask(url, { 'burgee-override': `${TOKEN}, ${TOKEN}` })).toEqual(PLAIN);
    // the first place that has one counts
    expect(await ask(`${url}/?burgee-override=${expired}`, { 'burgee-override': TOKEN })).toEqual(PLAIN);
    expect(await ask(url, { 'burgee-override': TOKEN })).toEqual(FORCED);
    expect(warned).toEqual(['burgee: an override token in the query was not taken: it has expired']);
  });

  test('is answered by the rules where nobody asked for overrides, or not from there', async () => {
    const headers = { 'burgee-override': TOKEN, cookie: `burgee-override=${TOKEN}` };
    const off = await start({});
    expect(await ask(`${await serve(off, () => look(off))}/?burgee-override=${TOKEN}`, headers)).toEqual(PLAIN);
    const internal = await start({ overrides: ['baggage'] });
    const url = await serve(internal, () => look(internal));
    expect(await ask(`${url}/?burgee-override=${TOKEN}`, headers)).toEqual(PLAIN);
    expect(await ask(url, { baggage: `burgee-override=${TOKEN}` })).toEqual(FORCED);
  });

  test('is answered by the rules as soon as its key is revoked', async () => {
    const client = await start();
    const url = await serve(client, () => look(client));
    const asked = () => ask(`${url}/?burgee-override=${TOKEN}`);
    expect(await asked()).toEqual(FORCED);
    const publish = (change: object) => {
      const revision = { epoch: 1, n: peer.ruleset.revision.n + 1 };
      const { overrideKey: _, ...rest } = peer.ruleset;
      peer.ruleset = { ...rest, revision, ...change };
      peer.broadcast(sse('snapshot', envelope('ruleset', peer.ruleset), revisionId(revision)));
      return until(() => client.status().revision?.n === revision.n);
    };
    await publish({});
    expect(await asked()).toEqual(PLAIN);
    await publish({ overrideKey: ours.key });
    expect(await asked()).toEqual(FORCED);
    // a change of flags leaves the key as it is
    peer.publish([flag('search', { killed: true })]);
    await until(() => client.status().revision?.n === 4);
    expect(await asked()).toEqual({ ...FORCED, search: false });
    await publish({ overrideKey: makeKey('k2').key });
    expect(await asked()).toEqual(PLAIN);
  });
});

describe('nothing of it counts', () => {
  const told = () => {
    const all = peer.reports;
    const arms = all.flatMap(({ rollouts }) => rollouts).flatMap((rollout) => rollout.arms);
    const counted = all.flatMap(({ counts }) => counts);
    return {
      arms: arms.length,
      outcomes: arms.reduce((sum, arm) => sum + arm.closed.length + arm.failed.length + arm.opened.length, 0),
      counts: counted.map(({ flag: key, variant, count }) => `${key} ${variant} ${count}`).sort(),
      work: all.reduce((sum, { work }) => sum + (work?.total ?? 0), 0),
      unknown: all.flatMap(({ unknown = [] }) => unknown).length,
    };
  };
  /** A request that reads flags that are being ramped and others, tells an outcome by hand, and fails. */
  const failing = async (client: Client, headers: Record<string, string>) => {
    const url = await serve(client, (_, response) => {
      look(client);
      client.boolean('other', USER, false);
      client.outcome(USER, { error: true });
      client.run(USER, () => client.boolean('other', undefined, false));
      response.statusCode = 500;
    });
    await ask(url, headers);
    await client.close();
  };

  test('of a request with a token: no exposure, no outcome, no count, no work', async () => {
    await failing(await start(), { 'burgee-override': TOKEN });
    expect(told()).toEqual({ arms: 0, outcomes: 0, counts: [], work: 0, unknown: 0 });
  });

  test('control: the same request without one is told in full', async () => {
    await failing(await start(), {});
    const { arms, outcomes, counts, work } = told();
    expect([arms > 0, outcomes > 0, work > 0]).toEqual([true, true, true]);
    expect(counts).toEqual(expect.arrayContaining(['checkout off 1', 'color blue 1', 'search off 1']));
  });
});

test('a token is passed on in baggage from one service to the next', async () => {
  const behind = await start({ overrides: ['baggage'] });
  const behindUrl = await serve(behind, () => look(behind));
  const front = await start();
  const frontUrl = await serve(front, async (request) => {
    const baggage = front.baggage(request.headers.baggage as string | undefined);
    return { baggage: baggage.replace(TOKEN, 'TOKEN'), behind: await ask(behindUrl, { baggage }) };
  });
  expect(await ask(`${frontUrl}/?burgee-override=${TOKEN}`, { baggage: 'user=1' })).toEqual({
    baggage: 'user=1,burgee-override=TOKEN',
    behind: FORCED,
  });
  expect(await ask(frontUrl, { baggage: 'user=1,burgee-override=forged' })).toEqual({ baggage: 'user=1', behind: PLAIN });
  expect(front.baggage('user=1')).toBe('user=1');
  expect((await start({})).baggage('user=1,burgee-override=any')).toBe('user=1,burgee-override=any');
});

test.each(Object.entries(FRAMEWORKS))('%s: a guarded route opens for whoever carries a token', async (_, begin) => {
  const client = await start();
  const site = await begin(
    client,
    (context) => ({ beta: createRouteGuard(client, { context })('checkout') }),
    (user) => ({ targetingKey: user ?? '' }),
  );
  closers.push(site.close);
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(site.url + path, { headers: { connection: 'close', ...headers } });
    // what a token opened is for nobody else
    if (response.status === 200) expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(await response.text()).toBe(response.status === 200 ? 'one two three' : 'Not Found');
    return response.status;
  };
  expect(await status(`/beta?burgee-override=${TOKEN}`)).toBe(200);
  expect(await status('/beta', { cookie: `burgee-override=${TOKEN}` })).toBe(200);
  expect(await status('/beta', { 'burgee-override': TOKEN })).toBe(200);
  expect(await status('/beta')).toBe(404);
});

test('a handler that knows better says how long its answer may be kept, and without a token nothing is said', async () => {
  const client = await start();
  const url = await serve(client, (request, response) => {
    if (request.url?.startsWith('/kept')) response.setHeader('cache-control', 'public, max-age=60');
  });
  const kept = async (path: string) =>
    (await fetch(url + path, { headers: { connection: 'close' } })).headers.get('cache-control');
  expect(await kept(`/?burgee-override=${TOKEN}`)).toBe('private, no-store');
  expect(await kept(`/kept?burgee-override=${TOKEN}`)).toBe('public, max-age=60');
  expect(await kept('/')).toBeNull();
});

test('OpenFeature’s details say so in their metadata', async () => {
  const client = await start();
  await OpenFeature.setProviderAndWait(createProvider(client));
  const flags = OpenFeature.getClient();
  const url = await serve(client, () => flags.getBooleanDetails('checkout', false, USER));
  expect(await ask(`${url}/?burgee-override=${TOKEN}`)).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'STATIC',
    flagMetadata: { override: true },
  });
  expect(await ask<object>(url)).not.toHaveProperty('flagMetadata.override');
  await OpenFeature.clearProviders();
});

test('refuses an option that cannot work, by name', () => {
  const make = (overrides: unknown) => () => createClient({ offline: true, overrides } as ClientOptions);
  expect(make('header')).toThrow('createClient: overrides must be true, false or a list of query, header, cookie, baggage');
  expect(make(['body'])).toThrow(TypeError);
});
