import { createCore } from '../browser/client.ts';
import type { Client } from '../browser/client-types.ts';
import { type ClientOptions, readOptions } from '../browser/options.ts';
import { createRulesFeed } from './rules-feed.ts';

export type {
  AnyReader,
  Client,
  ClientError,
  ClientEvents,
  ClientOptions,
  Context,
  Detail,
  Item,
  Reader,
  Readiness,
  Revision,
  Source,
  Status,
  TypedDetail,
  TypedReader,
  Values,
  WorkOutcome,
} from '../browser/index.ts';

/**
 * Makes a client for this page that evaluates by itself, and starts it; returns at once. It has the flags whose browser access is
 * `rules`, and whoever looks at the page can read their rules; the context goes nowhere, and `identify` answers at once. Throws a
 * TypeError for an option that cannot work, and nothing later. It costs one request now, one open connection for all tabs of the
 * origin, and a short one for a report each minute; operators for versions, dates, addresses and patterns are loaded where a rule
 * has them, and until then its flag answers the default.
 *
 * Without a `document` (rendering on a server) it asks once, and opens, stores and reports nothing.
 */
export function createClient(options: ClientOptions): Client {
  const settings = readOptions(options);
  return createCore(settings, createRulesFeed(settings));
}
