import { createContext, createElement, type Context as ReactContext, type ReactNode, useContext, useMemo } from 'react';
import type { AnyReader, Client } from '../browser/client-types.ts';
import { createReads } from '../browser/reads.ts';
import type { Values } from '../browser/values.ts';
import type { Context } from '../flags/index.ts';
import { type AnyClient, type PageClient, pageClient } from './any-client.ts';

/** What components find. */
export interface Provided {
  readonly client: PageClient;
  /** What a server rendered with; undefined where none did. */
  readonly rendered: AnyReader | undefined;
  /** ms */
  readonly timeout: number;
}

const Provided: ReactContext<Provided | undefined> = createContext<Provided | undefined>(undefined);

const SUSPENSE_MS = 500;
const NOBODY: Context = {};

/** What a provider is given. */
export interface BurgeeProviderProps {
  /**
   * From `@burgee/client-sdk/browser` or `/browser-rules`, made once, outside of components; it stays yours to close. In tests
   * `withFlags`'s.
   */
  readonly client: AnyClient;
  /**
   * What the server rendered this page with, from its client's `values()`, and the `bootstrap` of this one's: hydration then finds
   * what the server wrote, whatever has arrived meanwhile. Leave it out where no server rendered.
   */
  readonly values?: Values;
  /** Who is asking, for clients that take a context with every question (`withFlags`); clients of a page know. Default: nobody. */
  readonly context?: Context;
  /** How long `useSuspenseFlag` waits for the first values, ms. Default 500. */
  readonly timeout?: number;
  readonly children?: ReactNode;
}

/** Gives flags to the components inside. It renders nothing itself, and no change of a flag renders it. */
export function BurgeeProvider({ client, values, context = NOBODY, timeout = SUSPENSE_MS, children }: BurgeeProviderProps) {
  // objects that are written in place differ each time
  const who = JSON.stringify(context);
  const page = useMemo(() => pageClient(client, who), [client, who]);
  const rendered = useMemo(() => {
    if (values === undefined) return undefined;
    const items = new Map(values.flags.map((item) => [item.key, item]));
    return createReads(
      (key) => items.get(key),
      () => undefined,
      () => values.revision,
    );
  }, [values]);
  const provided = useMemo(() => ({ client: page, rendered, timeout }), [page, rendered, timeout]);
  return createElement(Provided.Provider, { value: provided }, children);
}

/** What the nearest provider gives. Throws where there is none. */
export function useProvided(): Provided {
  const provided = useContext(Provided);
  if (provided === undefined) throw new Error('burgee: there is no <BurgeeProvider client={…}> around this component');
  return provided;
}

/**
 * The nearest provider's client, for `identify`, `outcome` and the like. Reading a flag from it while rendering shows no later change:
 * that is what `useFlag` is for. Throws where there is no provider.
 */
export function useClient(): Client {
  // typed by the declared flags, like the client that was given
  return useProvided().client as unknown as Client;
}
