import type { AnyReader, Client, Detail, Readiness, Status } from '../browser/client-types.ts';
import type { Context } from '../flags/index.ts';

/** A client that takes a context with every question: `withFlags`'s, and a server's. */
export interface AskedClient {
  detail(key: never, context: never, fallback: never): Omit<Detail<unknown>, 'key'>;
  on(event: never, listener: never): () => void;
  outcome(context: never, outcome: never): void;
  ready(options?: { readonly timeout?: number }): Promise<{ readonly source: string; readonly ready: boolean }>;
  status(): { readonly ready: boolean; readonly revision: Status['revision']; readonly stale: boolean };
  close(): unknown;
}

/** Every client that components can be given: a page's, or one that takes a context with every question. */
export type AnyClient = Client | AskedClient;

/** The clients of a page, as components ask them: whatever the key. */
export type PageClient = Omit<Client, keyof AnyReader> & AnyReader;

/** A client of one context. Answers stay the same objects until its flags change. */
function forContext(asked: AskedClient, context: Context): PageClient {
  const client = asked as unknown as {
    detail(key: string, context: Context, fallback: unknown): Omit<Detail<unknown>, 'key'>;
    on: PageClient['on'];
    outcome(context: Context, outcome: unknown): void;
    ready(options?: { readonly timeout?: number }): Promise<Readiness>;
    status(): Status;
    close(): unknown;
  };
  let who = context;
  let answers = new Map<string, Detail<unknown>>();
  let at: Status['revision'] = null;

  const peek = <T>(key: string, fallback: T): Detail<T> => {
    const { revision } = client.status();
    if (revision?.n !== at?.n || revision?.epoch !== at?.epoch) answers = new Map();
    at = revision;
    const name = `${typeof fallback} ${key}`;
    const known = answers.get(name) ?? { key, ...client.detail(key, who, fallback) };
    if (known.errorCode === undefined) answers.set(name, known);
    return known as Detail<T>;
  };
  const value = <T>(key: string, fallback: T): T => peek(key, fallback).value;

  /** Who hears that somebody else is asking: the client itself does not know. */
  const listeners = new Set<(payload: never) => unknown>();
  return {
    boolean: value,
    string: value,
    number: value,
    json: value,
    // such a client counts each question by itself: only pages are told what was shown
    detail: (key, fallback) =>
      fallback === undefined ? { key, value: fallback, reason: 'STATIC', revision: at } : peek(key, fallback),
    peek,
    ready: (options) => client.ready(options),
    on(event, listener) {
      const stop = client.on(event, listener);
      if (event === 'changed') listeners.add(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    identify(next) {
      const flags = [...answers.values()].map(({ key }) => key);
      who = next;
      answers = new Map();
      for (const listener of listeners) listener({ flags, revision: at } as never);
      return client.ready();
    },
    outcome: (outcome) => client.outcome(who, outcome),
    status: () => client.status(),
    values: () => ({ unit: '', revision: client.status().revision, flags: [] }),
    close: () => void client.close(),
  };
}

const made = new WeakMap<AskedClient, { readonly who: string; readonly page: PageClient }>();

/** The client of a page, whichever was given; `who` is the context as JSON, for those that want one. The same for the same. */
export function pageClient(client: AnyClient, who: string): PageClient {
  if ('peek' in client) return client as PageClient;
  const last = made.get(client);
  if (last?.who === who) return last.page;
  const page = forContext(client, JSON.parse(who));
  made.set(client, { who, page });
  return page;
}
