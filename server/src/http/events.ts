import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Principal } from '../domain/access/access.ts';
import type { Moved, Store } from '../domain/ports.ts';
import { isSessionLive } from './access/authenticate.ts';
import type { Deps } from './frame/deps.ts';
import { type EventStream, openEventStream } from './frame/event-stream.ts';
import { type Route, route } from './frame/route.ts';
import type { Frame } from './frame/serve-route.ts';

const HEARTBEAT_MS = 15_000;
/** When others log in is nobody's concern. */
const PRIVATE = /^session\//;

interface Reader {
  readonly stream: EventStream;
  readonly user: string;
  readonly session: string;
}

/** The streams of one store's server: one watcher and one timer for all, only while there are any. */
interface Hub {
  readonly readers: Set<Reader>;
  add(reader: Reader): void;
  remove(reader: Reader): void;
}

const hubs = new WeakMap<Store, Hub>();

function hubOf({ store, clock }: Pick<Deps, 'store' | 'clock'>): Hub {
  const known = hubs.get(store);
  if (known !== undefined) return known;
  const readers = new Set<Reader>();
  let stop: (() => void) | undefined;

  function tell(moved: Moved): void {
    for (const reader of readers)
      if (moved.objects.includes(`session/${reader.session}`) || moved.objects.includes(`user/${reader.user}`))
        void endIfOver(reader);
    const objects = moved.objects.filter((object) => !PRIVATE.test(object));
    if (objects.length === 0 && moved.revisions.length === 0) return;
    for (const { stream } of readers) stream.send('moved', { ...moved, objects });
  }

  /** Sessions end by logging out, a password change, their age or idleness, and when their user is disabled. */
  async function endIfOver({ stream, session, user }: Reader): Promise<void> {
    try {
      const [here, person] = await Promise.all([store.get('session', { id: session }), store.get('user', { id: user })]);
      const isLive = here !== undefined && isSessionLive(here.entity, clock());
      if (!isLive || person === undefined || person.entity.disabled) stream.end();
    } catch {
      // who cannot be checked may not go on reading
      stream.end();
    }
  }

  function start(): () => void {
    const unwatch = store.watch(tell);
    const timer = setInterval(() => {
      for (const reader of readers) {
        reader.stream.beat();
        void endIfOver(reader);
      }
    }, HEARTBEAT_MS);
    timer.unref();
    return () => {
      unwatch();
      clearInterval(timer);
    };
  }

  const hub: Hub = {
    readers,
    add(reader) {
      readers.add(reader);
      stop ??= start();
    },
    remove(reader) {
      readers.delete(reader);
      if (readers.size > 0) return;
      stop?.();
      stop = undefined;
    },
  };
  hubs.set(store, hub);
  return hub;
}

/** Ends the open streams of people's pages, when the server stops; their browsers reconnect by themselves. */
export function endEvents(store: Store): void {
  for (const { stream } of hubs.get(store)?.readers ?? []) stream.end();
}

function follow(principal: Principal & { readonly kind: 'user' }, context: Context, deps: Deps): void {
  const hub = hubOf(deps);
  const { outgoing } = (context as Context<Frame>).env;
  const stream = openEventStream(outgoing, () => hub.remove(reader));
  const reader: Reader = { stream, user: principal.user.id, session: principal.session };
  hub.add(reader);
}

export const eventRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/events',
    permission: 'me',
    summary: 'Server-sent events for pages: `moved` names the revisions and objects of every commit; a comment each 15 s',
    responses: { 200: z.string() },
    handle: ({ principal, context, deps }) => {
      if (principal.kind !== 'user') throw new TypeError('the permission me is for people');
      follow(principal, context, deps);
      return RESPONSE_ALREADY_SENT;
    },
  }),
];
