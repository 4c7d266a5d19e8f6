import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { Context, RouteGuard } from '../src/guards/index.ts';
import type { Client } from '../src/node/index.ts';
import { sleep } from './rulesets.ts';

/** A little site in one framework, with guarded routes. */
export interface Guarded {
  readonly url: string;
  /** Requests that came through to a handler. */
  readonly through: string[];
  close(): Promise<unknown>;
}

/** How a framework's request says who asks: by the header `x-user`. */
export type ContextOf = (user: string | undefined) => Context | undefined | Promise<Context | undefined>;

/** Makes the guards of a site: `contextOf` has the framework's own type of request. */
export type Guards = (contextOf: (request: never) => ReturnType<ContextOf>) => Readonly<Record<string, RouteGuard>>;

type Start = (client: Client, guards: Guards, contextOf: ContextOf) => Promise<Guarded>;

const WORDS = ['one ', 'two ', 'three'];

const guardedBy = (server: http.Server, through: string[], close?: () => Promise<unknown>): Guarded => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  through,
  close: close ?? (() => new Promise((done) => server.close(done))),
});

/** Each serves GET and POST of `/<name of the guard>`, in three parts that come one by one. */
export const FRAMEWORKS: Readonly<Record<string, Start>> = {
  async Express(client, guards, contextOf) {
    const through: string[] = [];
    const app = express();
    app.use(client.middleware());
    const found = guards((request: express.Request) => contextOf(request.get('x-user')));
    for (const [name, guard] of Object.entries(found))
      app.all(`/${name}`, guard, express.text(), (request, response) => {
        through.push(`${request.method} ${request.path} ${request.body ?? ''}`.trim());
        Readable.from(words()).pipe(response);
      });
    const server = http.createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return guardedBy(server, through);
  },

  async Fastify(client, guards, contextOf) {
    const through: string[] = [];
    const app = fastify();
    await app.register(client.middleware());
    const found = guards((request: { headers: http.IncomingHttpHeaders }) => contextOf(request.headers['x-user'] as string));
    for (const [name, guard] of Object.entries(found))
      app.route({
        method: ['GET', 'POST'],
        url: `/${name}`,
        // in the first hook, and in the last before the handler
        ...(name === 'closed' ? { onRequest: guard } : { preHandler: guard }),
        handler: async (request, reply) => {
          through.push(`${request.method} ${request.url} ${request.body ?? ''}`.trim());
          return reply.send(Readable.from(words()));
        },
      });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return guardedBy(app.server, through, () => app.close());
  },

  async Hono(client, guards, contextOf) {
    const through: string[] = [];
    const app = new Hono();
    app.use(client.middleware());
    const found = guards((c: { req: { header(name: string): string | undefined } }) => contextOf(c.req.header('x-user')));
    for (const [name, guard] of Object.entries(found))
      app.all(`/${name}`, guard, async (c) => {
        const { method } = c.req.raw;
        through.push(`${method} ${c.req.path} ${await c.req.text()}`.trim());
        return stream(c, async (out) => {
          for await (const word of words()) await out.write(word);
        });
      });
    const server = await new Promise<http.Server>((resolve) => {
      const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started as http.Server));
    });
    return guardedBy(server, through);
  },
};

async function* words(): AsyncGenerator<string> {
  for (const word of WORDS) {
    await sleep(2);
    yield word;
  }
}
