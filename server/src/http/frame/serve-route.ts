import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { may, type Principal, type Scope } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Authenticator } from '../access/authenticate.ts';
import { readJson } from './body.ts';
import { allowOrigin, demandOrigin } from './cors.ts';
import { demandOwnPage, refuseForeignPage } from './csrf.ts';
import type { Deps } from './deps.ts';
import { problem, shown } from './problems.ts';
import type { Reply, Route, RouteSpec } from './route.ts';
import { validate } from './validate.ts';

/** What every request carries through the frame. */
export interface Frame {
  Bindings: HttpBindings;
  Variables: { requestId: string; route: string };
}

/** A route's types are checked where it is declared; here it takes what validation made of strings and JSON. */
type AnyRoute = RouteSpec<Record<string, string>, unknown, unknown>;
const BODY_LIMIT = 64 * 1024;

/** Everything around a handler, in the one order that is safe: setup, who, where, may, whose page, what, then the handler. */
export function serveRoute(declared: Route, authenticator: Authenticator, deps: Deps) {
  const route = declared as unknown as AnyRoute;
  const isWrite = route.method !== 'get';

  async function authorise(context: Context<Frame>, params: Record<string, string>): Promise<Principal> {
    if (route.permission === 'public' || route.permission === 'open') {
      if (isWrite) refuseForeignPage(context.req.raw.headers, deps.config.publicUrl);
      return { kind: 'anonymous' };
    }
    const origin = context.req.header('origin');
    const ways = { apiKey: route.errors === 'ofrep', ticket: route.ticket === true };
    const principal = await authenticator.identify(context, ways).catch(async (error: unknown) => {
      // a page whose preflight passed is told that its key is not known, instead of nothing at all
      if (route.cors && origin !== undefined && (await authenticator.admits(origin))) allowOrigin(context.env.outgoing, origin);
      throw error;
    });
    if (route.cors && origin !== undefined) {
      demandOrigin(principal, origin);
      if (principal.kind === 'token' && principal.token.kind === 'client') allowOrigin(context.env.outgoing, origin);
    }
    const scope: Scope = route.scope?.(principal, params) ?? {
      project: params.project ?? null,
      environment: params.environment ?? null,
    };
    if (!may(principal, route.permission, scope)) {
      if (principal.kind === 'anonymous')
        throw new BurgeeError('unauthenticated', 'log in, or say Authorization: Bearer <token>');
      throw new BurgeeError('forbidden', `this needs the permission ${route.permission} there`);
    }
    if (isWrite && principal.kind === 'user') demandOwnPage(context.req.raw.headers, deps.config.publicUrl);
    return principal;
  }

  return async (context: Context<Frame>): Promise<Response> => {
    context.set('route', route.path);
    const raw = context.req.param() as Record<string, string>;
    try {
      if (context.req.method === 'HEAD' && route.permission !== 'public')
        throw new BurgeeError('method_not_allowed', 'use GET', { allow: ['GET'] });
      if (route.permission !== 'public' && !(await deps.setup.done()))
        throw new BurgeeError('setup_required', 'open the setup link that the server printed when it started', {
          retryAfter: 10,
        });
      if (route.cors) context.env.outgoing.setHeader('vary', 'Origin');
      const principal = await authorise(context, raw);
      const params = validate(route.params, raw);
      const query = validate(route.query, queryOf(context), 'query');
      const body =
        route.body === undefined
          ? undefined
          : validate(route.body, await readJson(context.req.raw, route.bodyLimit ?? BODY_LIMIT));
      const reply = await route.handle({ params, query, body, principal, at: deps.clock(), context, deps });
      return reply instanceof Response ? reply : respond(reply);
    } catch (error) {
      const ifMatch = context.req.header('if-match') !== undefined;
      const about = { ifMatch, ...(route.errors && { shape: route.errors }), ...(raw.key !== undefined && { key: raw.key }) };
      return refuse(context, error, deps, about);
    }
  };
}

/** The problem for what was thrown; what nobody expected is logged first. */
export function refuse(context: Context<Frame>, error: unknown, deps: Deps, about: Parameters<typeof problem>[1] = {}): Response {
  const visible = shown(error, context.get('requestId'));
  if (visible.code === 'internal' || visible.code === 'storage') {
    const { message, stack, cause } = error instanceof Error ? error : new Error(String(error));
    const because = cause instanceof Error ? cause.message : undefined;
    deps.log.error({ requestId: context.get('requestId'), route: context.get('route'), stack, because }, message);
  }
  return problem(visible, about);
}

function respond({ status, body, etag, headers }: Reply): Response {
  const all = new Headers(headers);
  if (etag !== undefined) all.set('etag', `"${etag}"`);
  if (body === undefined) return new Response(null, { status, headers: all });
  all.set('content-type', 'application/json');
  return new Response(JSON.stringify(body), { status, headers: all });
}

/** One string per name, a list where a name is repeated. */
function queryOf(context: Context): Record<string, string | string[]> {
  const found = Object.entries(context.req.queries());
  return Object.fromEntries(found.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]));
}
