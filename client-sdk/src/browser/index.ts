import { createCore } from './client.ts';
import type { Client } from './client-types.ts';
import { type ClientOptions, readOptions } from './options.ts';
import { createValuesFeed } from './values-feed.ts';

export type { Context } from '../flags/index.ts';
export type {
  AnyReader,
  Client,
  ClientError,
  ClientEvents,
  Detail,
  Reader,
  Readiness,
  Revision,
  Source,
  Status,
  TypedDetail,
  TypedReader,
  WorkOutcome,
} from './client-types.ts';
export type { ClientOptions } from './options.ts';
export type { Item, Values } from './values.ts';

/**
 * Makes a client for this page and starts it; returns at once. Throws a TypeError for an option that cannot work, and nothing
 * later. It costs one request now, one open connection for all tabs of the origin, and a short one for a report each minute.
 *
 * Without a `document` (rendering on a server) it asks once, and opens, stores and reports nothing.
 */
export function createClient(options: ClientOptions): Client {
  const settings = readOptions(options);
  return createCore(settings, createValuesFeed(settings));
}
