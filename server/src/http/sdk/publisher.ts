import { type Override, type PrepareOptions, prepare, type Revision, type Ruleset } from '@burgee/engine';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock, Logger, Moved, Store } from '../../domain/ports.ts';
import type { ChangeFeed } from './change-feed.ts';
import { Channel, type ChannelDeps } from './channel.ts';
import { checkRuleset } from './check.ts';
import type { Delivery, StreamRequest } from './delivery.ts';
import { parseRevision } from './envelope.ts';
import { createExposures } from './exposures.ts';
import { STREAM_LIMITS, type StreamLimits } from './limits.ts';
import { OverrideBook } from './override-book.ts';
import { type Position, Reader } from './reader.ts';
import { watchTokens } from './token-watch.ts';
import type { View } from './view.ts';

interface Place {
  readonly project: string;
  readonly environment: string;
}

type FeedOf = (channel: Channel) => View | ChangeFeed | undefined;

/** Readers that say goodbye come back within so long for each of them, ms: 10,000 are spread over 21 s. */
const SPREAD_MS = 2;
/** A restored database is noticed once; a key that goes on announcing higher numbers does not make an epoch of each. */
const EPOCH_EVERY_MS = 60_000;

/** Heartbeats are spread over so many turns of their interval. */
const TURNS = 15;

/** Makes the delivery; it follows the store from here on. `random` is uniform in [0, 1). */
export function createDelivery(input: {
  store: Store;
  clock: Clock;
  log: Logger;
  random?: () => number;
  regex?: PrepareOptions['regex'];
  limits?: Partial<StreamLimits>;
}): Delivery {
  const { store, clock, log, random = Math.random } = input;
  const limits: StreamLimits = { ...STREAM_LIMITS, ...input.limits };
  const channels = new Map<string, Channel>();
  const books = new Map<string, OverrideBook>();
  const epochs = new Map<string, number>();
  const readers = new Map<Reader, { readonly channel: Channel; readonly turn: number }>();
  const tokens = watchTokens({ store, clock, log, everyMs: limits.tokenSweepMs });
  const exposures = createExposures({ store, clock, log });
  let closing = false;

  const prepareAll = (ruleset: Ruleset) => prepare(ruleset, input.regex ? { regex: input.regex } : {});
  const deps: ChannelDeps = {
    store,
    clock,
    log,
    prepare: prepareAll,
    check: (ruleset, before) => checkRuleset(prepareAll(ruleset), ruleset, before, log),
    slice: limits.slice,
  };

  function bookOf(key: string): OverrideBook {
    const known = books.get(key);
    if (known) return known;
    const book = new OverrideBook();
    books.set(key, book);
    return book;
  }

  async function channelOf(at: Place): Promise<Channel | undefined> {
    const key = keyOf(at);
    let channel = channels.get(key);
    if (channel?.exists) {
      await channel.settled();
    } else {
      if (channel === undefined) {
        channel = new Channel(at, bookOf(key), deps);
        channels.set(key, channel);
      }
      await channel.refresh();
    }
    if (channel.exists) return channel;
    if (channels.get(key) === channel) channels.delete(key);
    return undefined;
  }

  function moved({ revisions, objects }: Moved): void {
    for (const at of revisions) channels.get(keyOf(at))?.moved();
    for (const object of objects) {
      const [kind, project = '', environment = ''] = object.split('/');
      if (kind === 'token') tokens.look();
      if (kind !== 'environment') continue;
      const channel = channels.get(keyOf({ project, environment }));
      channel?.refresh().then(
        () => channel.exists || gone(channel),
        () => undefined,
      );
    }
  }

  function gone(channel: Channel): void {
    channels.delete(keyOf(channel));
    for (const [reader, of] of readers) if (of.channel === channel) reader.drop();
  }

  let turn = 0;
  const beat = setInterval(() => {
    turn = (turn + 1) % TURNS;
    for (const [reader, of] of readers) {
      reader.inspect();
      if (of.turn === turn) reader.beat();
    }
  }, limits.heartbeatMs / TURNS).unref();
  const unwatch = store.watch(moved);

  async function announced(at: Place, revision: Revision): Promise<void> {
    const channel = await channelOf(at);
    const known = channel?.view('server')?.ruleset.revision;
    if (channel === undefined || known === undefined || !isAhead(revision, known)) return;
    const rows = await store.revisions();
    const row = rows.find(({ project, environment }) => project === at.project && environment === at.environment);
    if (row !== undefined && isAhead(revision, row.revision)) {
      const last = epochs.get(keyOf(at));
      if (last !== undefined && clock() - last < EPOCH_EVERY_MS) return;
      epochs.set(keyOf(at), clock());
      const made = await store.newEpoch(at.project, at.environment);
      log.warn({ ...at, announced: revision, had: row.revision, made }, 'this database is an old copy: a new epoch begins');
    }
    await channel.refresh();
  }

  /** Makes a reader of a response. Synchronous, so that no change falls between reading the feed's state and becoming its reader. */
  function attach(wanted: StreamRequest, position: Position | null, channel: Channel | undefined, feedOf: FeedOf): void {
    const feed = channel && feedOf(channel);
    if (channel === undefined || feed === undefined)
      throw new BurgeeError('not_found', 'this environment does not exist any more');
    if (closing || readers.size >= limits.streams) {
      const retryAfter = 1 + Math.floor(random() * 10);
      throw new BurgeeError('unavailable', 'no more streams right now; poll and try again', { retryAfter });
    }
    const { response, tokenId } = wanted;
    if (response.destroyed || response.writableEnded) return;
    const reader = new Reader({
      response,
      feed,
      position,
      tokenId,
      limits,
      onClose: (closed) => {
        feed.readers.remove(closed);
        readers.delete(closed);
        tokens.remove(closed);
      },
    });
    feed.readers.add(reader);
    readers.set(reader, { channel, turn: readers.size % TURNS });
    tokens.add(reader);
  }

  return {
    announced,
    async snapshot(at, audience) {
      return (await channelOf(at))?.view(audience)?.snapshot;
    },
    async stream(wanted) {
      const position = positionOf(wanted.lastEventId);
      if (position !== null && wanted.audience === 'server') await announced(wanted, position.revision);
      attach(wanted, position, await channelOf(wanted), (channel) => channel.view(wanted.audience));
    },
    async changes(wanted) {
      attach(wanted, positionOf(wanted.lastEventId), await channelOf(wanted), (channel) =>
        channel.changes(wanted.audience, wanted.manner),
      );
    },
    async reach(at, revision) {
      const channel = await channelOf(at);
      const known = channel?.view('server')?.ruleset.revision;
      if (channel === undefined || known === undefined || !isNewer(revision, known)) return;
      // a look at one row: whoever makes numbers up does not make us read whole environments
      const rows = await store.revisions();
      const row = rows.find(({ project, environment }) => project === at.project && environment === at.environment);
      if (row !== undefined && isNewer(row.revision, known)) await channel.refresh();
    },
    drop: (tokenId) => tokens.drop(tokenId),
    override(at, override: Override) {
      if (bookOf(keyOf(at)).assert(override)) channels.get(keyOf(at))?.overridesChanged();
    },
    settle(overrideId) {
      for (const [key, book] of books) if (book.settle(overrideId)) channels.get(key)?.overridesChanged();
    },
    observer: exposures.observer,
    readers: () => readers.size,
    async close() {
      closing = true;
      unwatch();
      clearInterval(beat);
      tokens.stop();
      for (const channel of channels.values()) channel.stop();
      await exposures.close();
      const spread = Math.max(5_000, readers.size * SPREAD_MS);
      for (const reader of [...readers.keys()]) reader.end(500 + Math.round(random() * spread));
      const until = performance.now() + limits.goodbyeMs;
      while (readers.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const reader of [...readers.keys()]) reader.drop();
    },
  };
}

/** A position that only says a revision; anything that is none is no position. */
function positionOf(lastEventId: string | undefined): Position | null {
  const revision = parseRevision(lastEventId);
  return revision === undefined ? null : { revision, overrides: -1 };
}

function isAhead(a: Revision, b: Revision): boolean {
  return a.epoch === b.epoch && a.n > b.n;
}

function isNewer(a: Revision, b: Revision): boolean {
  return a.epoch > b.epoch || isAhead(a, b);
}

function keyOf({ project, environment }: Place): string {
  return `${project}/${environment}`;
}
