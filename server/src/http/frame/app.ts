import { Hono } from 'hono';
import { PERMISSIONS } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { createAuthenticator } from '../access/authenticate.ts';
import { allowPreflight } from './cors.ts';
import type { Deps } from './deps.ts';
import { harden } from './headers.ts';
import { isForPrograms, plainPath } from './paths.ts';
import type { Route } from './route.ts';
import { type Frame, refuse, serveRoute } from './serve-route.ts';

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

/**
 * Mounts the routes behind the frame that every request goes through: strict headers, plain paths, setup, authentication,
 * permission, CSRF, body limits, validation, problems. Throws a TypeError for a route that does not say its permission, or that
 * is declared twice. It needs node's raw request and response: serve it with `listen`.
 */
export function createApp(deps: Deps, routes: readonly Route[]): Hono<Frame> {
  for (const route of routes) check(route);
  const { config, store, clock, tickets } = deps;
  const authenticator = createAuthenticator({ store, clock, tickets, publicUrl: config.publicUrl });
  const https = config.publicUrl.startsWith('https:');
  const app = new Hono<Frame>();

  app.use('*', async (context, next) => {
    const began = performance.now();
    context.set('requestId', deps.random(16));
    context.set('route', 'unknown');
    harden(context.env.outgoing, { https, requestId: context.get('requestId') });
    try {
      plainPath(context.env.incoming.url ?? '');
      await next();
    } catch (error) {
      context.res = refuse(context, error, deps);
    }
    const labels = { method: context.req.method, route: context.get('route'), status: String(context.res.status) };
    const seconds = (performance.now() - began) / 1000;
    deps.telemetry.count('burgee_http_requests_total', labels);
    deps.telemetry.observe('burgee_http_request_seconds', seconds, { route: labels.route });
    deps.log.debug({ ...labels, requestId: context.get('requestId'), ms: Math.round(seconds * 1000) }, 'request');
  });

  const byPath = new Map<string, Route[]>();
  for (const route of [...routes].sort((a, b) => rank(a.path) - rank(b.path))) {
    const siblings = byPath.get(route.path) ?? [];
    if (siblings.some(({ method }) => method === route.method))
      throw new TypeError(`${route.method} ${route.path}: declared twice`);
    byPath.set(route.path, [...siblings, route]);
  }
  for (const [path, siblings] of byPath) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const route of siblings) app.on(route.method.toUpperCase(), pattern, serveRoute(route, authenticator, deps));
    if (path.endsWith('*')) continue;
    const allow = siblings.map(({ method }) => method.toUpperCase());
    app.all(pattern, async (context, next) => {
      if (context.req.method === 'GET' && !isForPrograms(context.req.path)) return next();
      context.set('route', path);
      const origin = context.req.header('origin');
      if (context.req.method === 'OPTIONS' && siblings.some(({ cors }) => cors)) {
        context.env.outgoing.setHeader('vary', 'Origin');
        if (origin !== undefined && (await authenticator.admits(origin))) allowPreflight(context.env.outgoing, origin, allow);
        return new Response(null, { status: 204 });
      }
      throw new BurgeeError('method_not_allowed', `this takes ${allow.join(', ')}`, { allow });
    });
  }
  app.notFound((context) => refuse(context, new BurgeeError('not_found', 'there is nothing at this path'), deps));
  app.onError((error, context) => refuse(context, error, deps));
  return app;
}

function check(route: Route): void {
  const name = `${route.method?.toUpperCase()} ${route.path}`;
  if (!METHODS.has(route.method)) throw new TypeError(`${name}: unknown method`);
  if (!/^(\/([\w.-]+|\{\w+\}))*(\/\*)?$/.test(route.path)) throw new TypeError(`${name}: not a path`);
  if (!(PERMISSIONS as readonly string[]).includes(route.permission))
    throw new TypeError(`${name}: declares no known permission (${String(route.permission)})`);
}

/** Fixed segments before parameters, the catch-all last. */
function rank(path: string): number {
  return path.endsWith('*') ? 1000 : (path.match(/\{/g)?.length ?? 0);
}
