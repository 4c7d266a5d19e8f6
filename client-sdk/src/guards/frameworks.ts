import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Requirement } from './options.ts';

/** What of Fastify's request is used. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
}

/** What of Fastify's reply is used. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(body: string): unknown;
}

/** What of Hono's context is used. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
}

/** A guard in front of a route, for any of three frameworks: it is told by how it is called. */
export interface RouteGuard {
  /** Express: `app.get('/beta', requireFlag('beta'), handler)`. */
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Fastify: `app.get('/beta', { preHandler: requireFlag('beta') }, handler)`, or in any other hook before the handler. */
  (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
  /** Hono: `app.get('/beta', requireFlag('beta'), handler)`. */
  (context: HonoContext, next: () => Promise<void>): Promise<Response | undefined>;
}

/** Says whether a request may pass; never throws. A promise only where its context takes time. */
export type Decide = (request: unknown) => boolean | Promise<boolean>;

export function createGuard(decide: Decide, { status, location }: Requirement['closed']): RouteGuard {
  // nobody keeps it for later: the flag may be another by then
  const headers: Record<string, string> = { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' };
  if (location !== undefined) headers.location = location;
  const body = STATUS_CODES[status] ?? String(status);

  /** At once where it can be: frameworks keep the asynchronous context of whoever calls `open`. */
  const either = (request: unknown, open: () => void, close: () => void): void => {
    const may = decide(request);
    if (may === true) open();
    else if (may === false) close();
    else void may.then((later) => (later ? open() : close()));
  };

  const express = (request: IncomingMessage, response: ServerResponse, next: () => void): void =>
    either(request, next, () => {
      // whoever gave up meanwhile, or was answered by something else
      if (response.headersSent || response.destroyed) return;
      response.writeHead(status, headers).end(body);
    });

  const fastify = (request: FastifyRequest, reply: FastifyReply, done: () => void): void =>
    either(request, done, () => {
      reply.code(status);
      reply.headers(headers);
      reply.send(body);
    });

  const hono = async (context: HonoContext, next: () => Promise<void>): Promise<Response | undefined> => {
    if (!(await decide(context))) return new Response(body, { status, headers });
    await next();
    return undefined;
  };

  // three declared parameters: Fastify waits for `done`, Express does not take it for an error handler
  const guard = (first: unknown, second?: unknown, third?: unknown): unknown => {
    if (typeof third === 'function' && isReply(second)) return fastify(first as FastifyRequest, second, third as () => void);
    if (typeof third === 'function') return express(first as IncomingMessage, second as ServerResponse, third as () => void);
    if (typeof second === 'function') return hono(first as HonoContext, second as () => Promise<void>);
    throw new TypeError('requireFlag(…) goes before a handler of Express, Fastify or Hono');
  };
  return guard as RouteGuard;
}

/** Express's response has no raw one inside. */
function isReply(value: unknown): value is FastifyReply {
  return typeof value === 'object' && value !== null && 'raw' in value && 'code' in value;
}
