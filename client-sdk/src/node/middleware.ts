import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Scope } from '../reporting/exposures.ts';
import type { Carrier } from './override-sources.ts';

/** What of Hono's context is used. */
export interface HonoContext {
  readonly req: { readonly raw: Pick<Request, 'url' | 'headers'> };
  readonly res: { readonly status: number; readonly headers: Pick<Headers, 'has'> };
  header(name: string, value: string): void;
  readonly error?: Error | undefined;
}

/** What of a Fastify instance is used. */
export interface FastifyInstance {
  addHook(
    name: 'onRequest' | 'preValidation',
    hook: (request: { readonly raw: IncomingMessage }, reply: { readonly raw: ServerResponse }, done: () => void) => void,
  ): unknown;
}

/**
 * One request scope for all: it is told by how it is called. Every request that passes through is a unit of work; it failed when
 * its status is 500 or above or its handler threw.
 */
export interface Middleware {
  /** Express, Connect: `app.use(client.middleware())`. */
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Fastify: `app.register(client.middleware())`. */
  (fastify: FastifyInstance, options: unknown, done: (error?: Error) => void): void;
  /** Hono: `app.use(client.middleware())`. */
  (context: HonoContext, next: () => Promise<void>): Promise<void>;
  /** node:http: `http.createServer(client.middleware()(handler))`. */
  (handler: RequestListener): RequestListener;
}

/** What the middleware needs of its client. */
export interface Scopes {
  readonly open: (request: Carrier) => Scope;
  readonly end: (scope: Scope, failed: boolean) => void;
  readonly inside: <T>(scope: Scope, run: () => T) => T;
  /** Whether an override token decides in it: what is answered then is for nobody else. */
  readonly isOverridden: (scope: Scope) => boolean;
}

const FOR_NOBODY_ELSE = ['cache-control', 'private, no-store'] as const;

export function createMiddleware(scopes: Scopes): Middleware {
  const { open, end, inside, isOverridden } = scopes;

  /** Ends the scope with the response. One that the caller broke off is asked when it is overdue: did the handler end it? */
  const follow = (scope: Scope, response: ServerResponse): void => {
    // handlers that say otherwise know better
    if (isOverridden(scope)) response.setHeader(...FOR_NOBODY_ELSE);
    scope.late = () => (response.writableEnded ? response.statusCode >= 500 : undefined);
    const finished = (): void => end(scope, response.statusCode >= 500);
    response.once('finish', finished);
    response.once('close', () => {
      if (response.writableEnded) finished();
    });
  };

  const connect = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const scope = open(carrierOf(request));
    follow(scope, response);
    inside(scope, next);
  };

  const hono = async (context: HonoContext, next: () => Promise<void>): Promise<void> => {
    const { url, headers } = context.req.raw;
    const scope = open({ url, header: (name) => headers.get(name) ?? undefined });
    try {
      await inside(scope, next);
      if (isOverridden(scope) && !context.res.headers.has('cache-control')) context.header(...FOR_NOBODY_ELSE);
      // hono turns what a handler throws into a response; an exception that means 4xx is an answer, not a failure
      end(scope, context.res.status >= 500 || (context.error !== undefined && context.res.status < 400));
    } catch (error) {
      end(scope, true);
      throw error;
    }
  };

  const fastify = (app: FastifyInstance, done: () => void): void => {
    const byRequest = new WeakMap<IncomingMessage, Scope>();
    app.addHook('onRequest', ({ raw }, reply, proceed) => {
      const scope = open(carrierOf(raw));
      byRequest.set(raw, scope);
      follow(scope, reply.raw);
      inside(scope, proceed);
    });
    // reading the body leaves the asynchronous context of onRequest
    app.addHook('preValidation', ({ raw }, _reply, proceed) => {
      const scope = byRequest.get(raw);
      if (scope === undefined) proceed();
      else inside(scope, proceed);
    });
    done();
  };

  const wrap =
    (handler: RequestListener): RequestListener =>
    (request, response) => {
      const scope = open(carrierOf(request));
      follow(scope, response);
      const threw = (error: unknown): never => {
        end(scope, true);
        throw error;
      };
      try {
        const result: unknown = inside(scope, () => handler(request, response));
        // rethrown into the same unhandled rejection that it would have been without us
        if (result instanceof Promise) return result.catch(threw);
      } catch (error) {
        threw(error);
      }
    };

  // three declared parameters: Fastify waits for `done`, Express does not take it for an error handler
  const middleware = (first: unknown, second?: unknown, third?: unknown): unknown => {
    if (typeof first === 'function' && second === undefined) return wrap(first as RequestListener);
    if (typeof third === 'function' && isFastify(first)) return fastify(first, third as () => void);
    if (typeof third === 'function') return connect(first as IncomingMessage, second as ServerResponse, third as () => void);
    if (typeof second === 'function') return hono(first as HonoContext, second as () => Promise<void>);
    throw new TypeError('client.middleware() goes to Express, Fastify or Hono, or around a node:http handler');
  };
  // Fastify: the hooks are meant for the whole application, not for an encapsulated part of it
  return Object.assign(middleware, { [Symbol.for('skip-override')]: true }) as Middleware;
}

function carrierOf({ url = '', headers }: IncomingMessage): Carrier {
  return { url, header: (name) => headers[name]?.toString() };
}

function isFastify(value: unknown): value is FastifyInstance {
  return typeof value === 'object' && value !== null && typeof (value as Partial<FastifyInstance>).addHook === 'function';
}
