import type { Context, FlagKey, FlagValue, WhereKnown } from '../flags/index.ts';
import type { Client } from '../node/index.ts';
import { createGuard, type Decide, type RouteGuard } from './frameworks.ts';
import { type GuardOptions, type GuardValue, type RequireOptions, readRequirement } from './options.ts';

/** What of a client is used; a client of `@burgee/client-sdk/testing` has it too. */
type Answers = Pick<Client, 'detail'>;

/** A guard for any flag. Throws a TypeError for an option that cannot work; nothing throws later. */
type RequireAny = (key: string, options?: RequireOptions) => RouteGuard;

/** The same for declared flags. */
interface RequireTyped {
  (key: FlagKey<'boolean'>, options?: RequireOptions<boolean>): RouteGuard;
  <K extends FlagKey<'string'> | FlagKey<'number'>>(
    key: K,
    options: RequireOptions<FlagValue<K>> & { readonly value: FlagValue<K> },
  ): RouteGuard;
}

/**
 * Makes a guard for a route: it is open where the flag is on, and else answers 404 as if there were nothing. Of declared flags
 * where `burgee types` declared any, else of whatever key is asked for.
 */
export type RequireFlag = WhereKnown<RequireTyped, RequireAny>;

const LOG_MS = 60_000;

/**
 * Makes `requireFlag` for routes of Express, Fastify and Hono. Each request costs one evaluation, about 0.3 µs and no I/O, which
 * counts like any other. What a request may do is not what this is for: flags are no permissions.
 */
export function createRouteGuard<R = unknown>(client: Answers, options: GuardOptions<R> = {}): RequireFlag {
  const { context: contextOf, log = console } = options;
  if (typeof (client as Partial<Answers> | undefined)?.detail !== 'function')
    throw new TypeError('createRouteGuard: the first argument must be a client');
  if (contextOf !== undefined && typeof contextOf !== 'function')
    throw new TypeError('createRouteGuard: context must be a function of the request');
  if (log !== false && typeof log?.warn !== 'function')
    throw new TypeError('createRouteGuard: log must be false or an object with warn(message)');
  let loggedAt = Number.NEGATIVE_INFINITY;

  const failed = (key: string, error: unknown): false => {
    const now = performance.now();
    if (log === false || now - loggedAt < LOG_MS) return false;
    loggedAt = now;
    try {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      log.warn(`burgee: the route of ${key} is closed: who asks cannot be told: ${reason}`);
    } catch {
      // a logger's failure must not become the application's
    }
    return false;
  };

  const require = (key: string, required: RequireOptions = {}): RouteGuard => {
    const { value: wanted, not, fallback, closed } = readRequirement(key, required);
    const ask = client.detail as (key: string, context: Context | undefined, of: GuardValue) => ReturnType<Client['detail']>;

    const isOpen = (context: Context | undefined): boolean => {
      const { value, errorCode } = ask(key, context, wanted);
      const answer = errorCode === undefined ? value : fallback;
      return answer !== undefined && (answer === wanted) !== not;
    };

    const decide: Decide = (request) => {
      try {
        const context = contextOf?.(request as R);
        if (!isPromise(context)) return isOpen(context);
        return Promise.resolve(context)
          .then(isOpen)
          .catch((error: unknown) => failed(key, error));
      } catch (error) {
        return failed(key, error);
      }
    };
    return createGuard(decide, closed);
  };
  return require as RequireFlag;
}

function isPromise(value: Context | undefined | PromiseLike<Context | undefined>): value is PromiseLike<Context | undefined> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
