import type { Context } from 'hono';
import type { z } from 'zod';
import type { Permission, Principal, Scope } from '../../domain/access/access.ts';
import type { Deps } from './deps.ts';

/** What a route's handler is given: everything already checked. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly principal: Principal;
  /** Now, ms. */
  readonly at: number;
  /** The raw request, for streams, caller address and headers. */
  readonly context: Context;
  readonly deps: Deps;
}

/** A JSON answer. `etag` is quoted by the server; it carries an entity's version for If-Match. */
export interface Reply {
  readonly status: 200 | 201 | 202 | 204;
  readonly body?: unknown;
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How problems of this route are written: problem+json, or what OFREP and Unleash clients expect. */
export type ErrorShape = 'problem' | 'ofrep';

/** A route as a noun's file declares it. */
export interface RouteSpec<P, Q, B> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI style, `/api/v1/projects/{project}`. `{project}` and `{environment}` are the scope unless `scope` says otherwise. */
  readonly path: string;
  readonly permission: Permission;
  /** Where the route acts, when its path does not say it: SDK routes act in their token's environment. Never from the body alone. */
  readonly scope?: (principal: Principal, params: P) => Scope;
  readonly summary: string;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Largest body in bytes; 64 KiB unless said. */
  readonly bodyLimit?: number;
  /** OpenAPI: status to schema, null for an empty body. */
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
  /** OpenAPI: other media types of the 200, each with what it holds. */
  readonly alsoAs?: Readonly<Record<string, string>>;
  readonly errors?: ErrorShape;
  /** Pages of other origins may call it with a client token. */
  readonly cors?: boolean;
  /** Also takes a ticket in the query for the key that it was issued to: only for what an EventSource opens. */
  readonly ticket?: boolean;
  readonly handle: (call: Call<P, Q, B>) => Promise<Reply | Response> | Reply | Response;
}

/** A route once its types are checked: what the application mounts and the permission matrix iterates. */
export type Route = RouteSpec<never, never, never>;

/** Declares a route. Its types are checked here and forgotten afterwards. */
export function route<P = Record<string, never>, Q = Record<string, never>, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  return spec as unknown as Route;
}
