import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeHashes, unitHash, unitKey } from '@burgee/engine';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Peer, startPeer } from '../../test/peer.ts';
import { ramped, ruleset, sleep, until } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

let peer: Peer;
let client: Client;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  peer = await startPeer(ruleset([ramped('checkout', 50, { rollout: 'r', flushMs: 50 })]));
  client = createClient({ url: peer.url, key: 'key', log: false });
  await client.ready({ timeout: 5_000 });
});
afterEach(async () => {
  await client.close();
  for (const close of closers.splice(0)) await close();
  await peer.close();
});

/** The route of every framework below: evaluates after an await and after the body was read, then ends as the path says. */
const evaluateLater = async (user: string): Promise<void> => {
  await sleep(1);
  client.boolean('checkout', { targetingKey: user }, false);
};

const listen = (server: http.Server): Promise<number> =>
  new Promise((resolve) => {
    closers.push(() => new Promise((done) => server.close(done)));
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

type Start = () => Promise<number>;

const FRAMEWORKS: readonly (readonly [string, Start])[] = [
  [
    'node:http',
    () =>
      listen(
        http.createServer(
          client.middleware()(async (request, response) => {
            const url = new URL(request.url ?? '/', 'http://x');
            await evaluateLater(url.searchParams.get('user') ?? '');
            response.writeHead(url.pathname === '/ok' ? 200 : 500).end();
          }),
        ),
      ),
  ],
  [
    'Express',
    () => {
      const app = express();
      app.use(client.middleware());
      app.use(express.json());
      app.post('/ok', async (request, response) => {
        await evaluateLater(String(request.query.user));
        response.json(request.body);
      });
      app.post('/fail', async (request, response) => {
        await evaluateLater(String(request.query.user));
        response.status(503).end();
      });
      app.post('/throw', async (request) => {
        await evaluateLater(String(request.query.user));
        throw new Error('broken');
      });
      app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
        response.status(500).end();
      });
      return listen(http.createServer(app));
    },
  ],
  [
    'Fastify',
    async () => {
      const app = fastify();
      await app.register(client.middleware());
      app.post<{ Querystring: { user: string } }>('/ok', async ({ query, body }) => {
        await evaluateLater(query.user);
        return body;
      });
      app.post<{ Querystring: { user: string } }>('/fail', async ({ query }, reply) => {
        await evaluateLater(query.user);
        return reply.status(503).send();
      });
      app.post<{ Querystring: { user: string } }>('/throw', async ({ query }) => {
        await evaluateLater(query.user);
        throw new Error('broken');
      });
      closers.push(() => app.close());
      await app.listen({ port: 0, host: '127.0.0.1' });
      return (app.server.address() as AddressInfo).port;
    },
  ],
  [
    'Hono',
    () => {
      const app = new Hono();
      app.use(client.middleware());
      app.post('/ok', async (c) => {
        await evaluateLater(c.req.query('user') ?? '');
        return c.json(await c.req.json());
      });
      app.post('/fail', async (c) => {
        await evaluateLater(c.req.query('user') ?? '');
        return c.body(null, 503);
      });
      app.post('/throw', async (c) => {
        await evaluateLater(c.req.query('user') ?? '');
        throw new Error('broken');
      });
      app.post('/refuse', async (c) => {
        await evaluateLater(c.req.query('user') ?? '');
        throw new HTTPException(404);
      });
      app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('oops', 500)));
      return new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
        closers.push(() => new Promise((done) => server.close(done)));
      });
    },
  ],
];

const post = async (port: number, path: string): Promise<void> => {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{"a":1}', headers });
  await response.arrayBuffer();
};

const keys = (what: 'closed' | 'failed'): Set<number> =>
  new Set(
    peer.reports
      .flatMap((report) => report.rollouts)
      .flatMap((rollout) => rollout.arms)
      .flatMap((arm) => decodeHashes(arm[what]).map(unitKey)),
  );
const keyOf = (user: string): number => unitKey(unitHash('r', user));

describe.each(FRAMEWORKS)('%s', (name, start) => {
  test('attributes the outcomes of requests to the arms they met, with no further code', async () => {
    const port = await start();
    const paths = ['ok', 'fail', ...(name === 'node:http' ? [] : ['throw']), ...(name === 'Hono' ? ['refuse'] : [])];
    const users = paths.flatMap((path) => [`${path}-1`, `${path}-2`, `${path}-3`]);
    await Promise.all(users.map((user) => post(port, `/${user.split('-')[0]}?user=${user}`)));
    await until(() => keys('closed').size === users.length);
    expect(keys('closed')).toEqual(new Set(users.map(keyOf)));
    const failing = users.filter((user) => user.startsWith('fail') || user.startsWith('throw'));
    expect(keys('failed')).toEqual(new Set(failing.map(keyOf)));
    await client.close();
    const work = peer.reports.map((report) => report.work);
    expect(work.reduce((sum, part) => sum + (part?.total ?? 0), 0)).toBe(users.length);
    expect(work.reduce((sum, part) => sum + (part?.failed ?? 0), 0)).toBe(failing.length);
  });
});

test('without the middleware the same request owes no outcome', async () => {
  const port = await listen(
    http.createServer((_request, response) => {
      client.boolean('checkout', { targetingKey: 'u' }, false);
      response.writeHead(500).end();
    }),
  );
  await post(port, '/');
  await until(() => peer.reports.some((report) => report.counts.length > 0));
  expect(keys('closed').size + keys('failed').size).toBe(0);
});

test('a caller that gives up is no failure where the handler ends its work', async () => {
  let started = false;
  let ended = false;
  const port = await listen(
    http.createServer(
      client.middleware()(async (_request, response) => {
        client.boolean('checkout', { targetingKey: 'gone' }, false);
        started = true;
        await new Promise((resolve) => response.once('close', resolve));
        response.writeHead(200).end();
        ended = true;
      }),
    ),
  );
  peer.publish([ramped('checkout', 50, { rollout: 'r', flushMs: 50, openMs: 200 })]);
  await until(() => client.status().revision?.n === 2);
  const request = http.get({ port, host: '127.0.0.1', agent: false }).on('error', () => undefined);
  await until(() => started);
  request.destroy();
  await until(() => ended && keys('closed').has(keyOf('gone')));
  expect(keys('failed').size).toBe(0);
});

test('a request that hangs has failed once it is overdue, whether its caller waits or not', async () => {
  let started = false;
  const port = await listen(
    http.createServer(
      client.middleware()(() => {
        client.boolean('checkout', { targetingKey: 'hung' }, false);
        started = true;
      }),
    ),
  );
  peer.publish([ramped('checkout', 50, { rollout: 'r', flushMs: 50, openMs: 200 })]);
  await until(() => client.status().revision?.n === 2);
  const request = http.get({ port, host: '127.0.0.1', agent: false }).on('error', () => undefined);
  await until(() => started);
  request.destroy();
  await until(() => keys('failed').has(keyOf('hung')));
});

test('run attributes a job: returned is a success, thrown and rejected are failures, and both come back unchanged', async () => {
  const job = (user: string, end: () => unknown): unknown =>
    client.run({ targetingKey: user }, () => {
      client.boolean('checkout', undefined, false);
      return end();
    });
  expect(job('sync', () => 7)).toBe(7);
  expect(await job('async', async () => 8)).toBe(8);
  const failure = new Error('no');
  expect(() =>
    job('throws', () => {
      throw failure;
    }),
  ).toThrow(failure);
  await expect(job('rejects', () => Promise.reject(failure))).rejects.toBe(failure);
  await until(() => keys('closed').size === 4);
  expect(keys('failed')).toEqual(new Set(['throws', 'rejects'].map(keyOf)));
});

test('an outcome by hand reaches the arm that was evaluated outside any scope', async () => {
  client.boolean('checkout', { targetingKey: 'byhand' }, false);
  client.outcome({ targetingKey: 'byhand' }, { error: new Error('later'), durationMs: 12 });
  client.outcome({ targetingKey: 'never seen' }, { error: true });
  await until(() => keys('failed').size === 1);
  expect(keys('failed')).toEqual(new Set([keyOf('byhand')]));
  expect(peer.reports.flatMap((report) => report.rollouts).reduce((sum, rollout) => sum + rollout.unattributed, 0)).toBe(1);
});

test('misused, it says where it goes', () => {
  const middleware = client.middleware() as unknown as (...given: unknown[]) => unknown;
  expect(() => middleware(1, 2)).toThrow(/Express, Fastify or Hono/);
});
