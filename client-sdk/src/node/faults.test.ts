import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envelope, type Peer, type Script, sse, startPeer } from '../../test/peer.ts';
import { flag, ruleset, until } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

let peer: Peer;
const clients: Client[] = [];
const rejections: unknown[] = [];
const note = (reason: unknown): void => {
  rejections.push(reason);
};
const make = (options: Partial<Parameters<typeof createClient>[0]> = {}): Client => {
  const client = createClient({ url: peer.url, key: 'key', log: false, ...options });
  clients.push(client);
  return client;
};

beforeEach(async () => {
  peer = await startPeer(ruleset([flag('a')]));
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeout: 50 })));
  await peer.close();
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

const answer =
  (status: number, headers: Record<string, string>, body: string | Buffer): Script =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
const stream = { 'content-type': 'text/event-stream' };
const good = envelope('ruleset', ruleset([flag('a')]));

const START_FAULTS: readonly (readonly [string, Script])[] = [
  ['401', answer(401, {}, '')],
  ['429', answer(429, { 'retry-after': '1' }, '')],
  ['500', answer(500, {}, 'oops')],
  ['a login page', answer(200, { 'content-type': 'text/html' }, '<html>please log in</html>')],
  ['garbage in a stream', answer(200, stream, 'event: snapshot\ndata: {"sha256":"00"}\n\n')],
  ['an empty stream', answer(200, stream, '')],
  ['a wrong checksum', answer(200, stream, sse('snapshot', good.replace('"on"', '"no"')))],
  ['a wrong schema', answer(200, stream, sse('snapshot', envelope('ruleset', { schema: 2 })))],
  ['flags that are no list', answer(200, stream, sse('snapshot', envelope('ruleset', { ...ruleset([]), flags: {} })))],
  ['gzip that is none', answer(200, { ...stream, 'content-encoding': 'gzip' }, 'plain')],
  ['an encoding nobody asked for', answer(200, { ...stream, 'content-encoding': 'br' }, 'x')],
  [
    'a truncated answer',
    (_request, response) => {
      response.writeHead(200, { ...stream, 'content-length': '100000' });
      response.write(sse('snapshot', good).slice(0, 200), () => response.destroy());
      return true;
    },
  ],
  ['a blackhole', () => true],
  [
    'a reset',
    (request) => {
      request.socket.resetAndDestroy();
      return true;
    },
  ],
];

test.each(START_FAULTS)('%s at the start: ready settles in time, defaults answer, and it heals', async (_name, script) => {
  peer.script = script;
  for (let round = 0; round < 5; round++) {
    const client = make();
    const from = performance.now();
    expect(await client.ready({ timeout: 30 })).toEqual({ source: 'default', ready: false, revision: null });
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(client.boolean('a', {}, false)).toBe(false);
    expect(client.detail('a', {}, false)).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY', revision: null });
  }
});

test('a refused connection at the start is survived too', async () => {
  const free = await new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const client = make({ url: `http://127.0.0.1:${free}` });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  expect((await client.ready({ timeout: 30 })).source).toBe('default');
  await until(() => errors.length > 0);
  expect(errors[0]).toMatchObject({ code: 'network' });
});

test('the same client without a fault is live: the faults above are what kept it from it', async () => {
  expect((await make().ready({ timeout: 5_000 })).source).toBe('live');
});

test('every truncation of a polled ruleset leaves what is held untouched', async () => {
  const flags = Array.from({ length: 30 }, (_, i) => flag(`flag-${i}`));
  const body = Buffer.from(envelope('ruleset', ruleset(flags, { revision: { epoch: 1, n: 2 } })));
  let cut = 0;
  let served = 0;
  peer.script = (request, response) => {
    if (request.url !== '/sdk/ruleset') return false;
    served++;
    response.writeHead(200, { 'content-type': 'application/json' }).end(body.subarray(0, cut));
    return true;
  };
  for (cut = 0; cut < body.length; cut += 301) {
    const client = make({ streaming: false });
    const before = served;
    const errors: string[] = [];
    client.on('error', (error) => errors.push(error.code));
    await until(() => served > before && errors.length > 0);
    expect(errors[0]).toBe('damaged');
    expect(client.status().source).toBe('default');
    await client.close({ timeout: 50 });
  }
  cut = body.length;
  expect((await make({ streaming: false }).ready({ timeout: 5_000 })).revision).toEqual({ epoch: 1, n: 2 });
});

test('a polled ruleset may come compressed, and one that unpacks to more than 20 MB is refused', async () => {
  let body = gzipSync(good);
  peer.script = (request, response) => {
    if (request.url !== '/sdk/ruleset') return false;
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
    return true;
  };
  expect((await make({ streaming: false }).ready({ timeout: 5_000 })).source).toBe('live');
  body = gzipSync(Buffer.alloc(30 * 1024 * 1024, ' '));
  const client = make({ streaming: false });
  const errors: string[] = [];
  client.on('error', (error) => errors.push(error.code));
  await until(() => errors.includes('too-large'));
});

test.each([
  ['polled', false, '/sdk/ruleset', (body: string) => body, 'application/json'],
  ['streamed', true, '/sdk/stream', (body: string) => sse('snapshot', body), 'text/event-stream'],
])('a ruleset of 50 MB, %s, is refused and what is held goes on answering; one of 15 MB is taken', async (...given) => {
  const [, streaming, path, framed, type] = given;
  const sized = (megabytes: number, n: number): string => {
    const title = 'x'.repeat(1024 * 1024);
    const flags = Array.from({ length: megabytes }, (_, i) => flag(`large-${i}`, { rules: [{ ...whole, id: `r${i}`, title }] }));
    return framed(envelope('ruleset', ruleset([flag('a'), ...flags], { revision: { epoch: 1, n } })));
  };
  const whole = { percent: 100, by: 'default', serve: { variant: 'on' } };
  let body = framed(good);
  peer.script = (request, response) => {
    if (request.url !== path) return false;
    response.writeHead(200, { 'content-type': type }).end(body);
    return true;
  };
  const held = make({ streaming });
  await held.ready({ timeout: 5_000 });
  body = sized(50, 2);
  const refused = make({ streaming });
  const errors: string[] = [];
  for (const client of [held, refused]) client.on('error', ({ code }) => errors.push(code));
  peer.cut();
  await until(() => errors.includes('too-large'), 20_000);
  expect(refused.status().source).toBe('default');
  expect(held.status().revision).toEqual({ epoch: 1, n: 1 });
  expect(held.boolean('a', {}, false)).toBe(true);
  await Promise.all([held.close({ timeout: 50 }), refused.close({ timeout: 50 })]);
  body = sized(15, 2);
  expect((await make({ streaming }).ready({ timeout: 20_000 })).revision).toEqual({ epoch: 1, n: 2 });
});

test('a flag that cannot be prepared answers its default, the others work', async () => {
  const broken = { ...flag('broken'), variants: 'none' } as unknown as ReturnType<typeof flag>;
  peer.ruleset = ruleset([broken, flag('fine')]);
  const client = make();
  await client.ready({ timeout: 5_000 });
  expect(client.boolean('fine', {}, false)).toBe(true);
  expect(client.detail('broken', {}, true)).toMatchObject({ value: true, errorCode: 'PARSE_ERROR' });
});

test('listeners that throw or reject harm neither each other nor the updates', async () => {
  const heard: number[] = [];
  const warnings: string[] = [];
  const client = make({ log: { warn: (message) => warnings.push(message) } });
  client.on('changed', () => {
    throw new Error('sync');
  });
  client.on('changed', () => Promise.reject(new Error('async')));
  const off = client.on('changed', ({ revision }) => heard.push(revision.n));
  await client.ready({ timeout: 5_000 });
  peer.publish([flag('b')]);
  await until(() => client.boolean('b', {}, false));
  expect(heard).toEqual([1, 2]);
  off();
  peer.publish([flag('c')]);
  await until(() => client.boolean('c', {}, false));
  expect(heard).toEqual([1, 2]);
  await until(() => warnings.length === 6);
  expect(warnings[0]).toMatch(/listener failed: (sync|async)/);
});

test('an outage logs one line, not one for each attempt, and answers from what is held', async () => {
  const warnings: string[] = [];
  const client = make({ log: { warn: (message) => warnings.push(message) } });
  await client.ready({ timeout: 5_000 });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  peer.script = answer(500, {}, '');
  peer.cut();
  await until(() => errors.length >= 3, 20_000);
  expect(warnings).toHaveLength(1);
  expect(client.boolean('a', {}, false)).toBe(true);
});
