import type { Context } from '../flags/index.ts';

/** What a flag of a route can be compared with. */
export type GuardValue = boolean | string | number;

/** What all routes have in common. */
export interface GuardOptions<R = unknown> {
  /**
   * Who is asking, by the request of Express or Fastify, or the context of Hono. Where it throws or rejects, the route is closed.
   * Without it the context of `client.run` counts, if the request is in one, or nobody's.
   */
  readonly context?: (request: R) => Context | undefined | Promise<Context | undefined>;
  /** Where failures of `context` are told, one line a minute at most; `console` and pino fit. False: nowhere. Default `console`. */
  readonly log?: { warn(message: string): void } | false;
}

/** Which value opens a route, and what a request is told that finds it closed. */
export interface RequireOptions<V = GuardValue> {
  /** The value that opens the route; default true. Its type is the type that the flag must have. */
  readonly value?: V;
  /** True to open the route for every other value of the flag instead. */
  readonly not?: boolean;
  /**
   * What the flag is taken for while it has no answer: it is unknown, of another type than `value`, or nothing has been received
   * yet. Without it the route is closed then, whatever `not` says.
   */
  readonly fallback?: V;
  /** Where a closed route sends its callers (302): a path of this site, as in `/login?next=beta`. */
  readonly redirect?: string;
  /** What a closed route answers: 400–599; default 404. */
  readonly status?: number;
}

/** Options with their defaults. */
export interface Requirement {
  readonly value: GuardValue;
  readonly not: boolean;
  readonly fallback: GuardValue | undefined;
  /** A path and 302, or an error's status. */
  readonly closed: { readonly status: number; readonly location: string | undefined };
}

const KNOWN = ['value', 'not', 'fallback', 'redirect', 'status'];
const TYPES = new Set(['boolean', 'string', 'number']);
/** `//host` and `/\host` are addresses of other sites. */
const PATH = /^\/(?![/\\])[!-[\]-~]*$/;

/** Throws a TypeError that names the option and what it must be. */
export function readRequirement(key: string, options: RequireOptions): Requirement {
  if (typeof key !== 'string' || key === '') throw new TypeError('requireFlag: the key must be a text');
  const refuse = (option: string, wanted: string): never => {
    throw new TypeError(`requireFlag ${key}: ${option} must be ${wanted}`);
  };
  for (const name of Object.keys(options))
    if (!KNOWN.includes(name)) throw new TypeError(`requireFlag ${key}: unknown option ${name}; there are ${KNOWN.join(', ')}`);
  const { value = true, not = false, fallback, redirect, status } = options;
  if (!TYPES.has(typeof value)) refuse('value', 'a boolean, a text or a number');
  if (typeof not !== 'boolean') refuse('not', 'true or false');
  if (fallback !== undefined && typeof fallback !== typeof value) refuse('fallback', `a ${typeof value}, as value is`);
  if (redirect !== undefined && status !== undefined) refuse('redirect', 'left out where there is a status, or the status be');
  if (redirect !== undefined && (typeof redirect !== 'string' || !PATH.test(redirect)))
    refuse('redirect', 'a path of this site, encoded: it begins with one /');
  if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599))
    refuse('status', 'a whole number from 400 to 599');
  return { value, not, fallback, closed: { status: redirect === undefined ? (status ?? 404) : 302, location: redirect } };
}
