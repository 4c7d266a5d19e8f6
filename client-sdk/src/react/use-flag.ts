import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { AnyReader } from '../browser/client-types.ts';
import type { FlagKey, FlagValue, WhereKnown } from '../flags/index.ts';
import type { PageClient } from './any-client.ts';
import { useProvided } from './provider.ts';

/** Whatever flag is asked for; the type is the default's. */
export interface AnyUseFlag {
  (key: string, fallback: boolean): boolean;
  (key: string, fallback: string): string;
  (key: string, fallback: number): number;
  /** An object or a list: shared, never mutate it. */
  <T>(key: string, fallback: T): T;
}

/** Declared flags, with the values that they may have. */
export type TypedUseFlag = <K extends FlagKey>(key: K, fallback: FlagValue<K>) => FlagValue<K>;

/** Reads: of declared flags where `burgee types` declared any, else of whatever key is asked for. */
export type UseFlag = WhereKnown<TypedUseFlag, AnyUseFlag>;

/**
 * One thing about a flag, which must be the same as long as nothing changes. The component renders again when it differs, once. The
 * flag counts as read when a component that reads it is shown, not when one is rendered and thrown away.
 */
export function useSelected<R>(key: string, look: (reader: AnyReader) => R): R {
  const { client, rendered } = useProvided();
  const subscribe = useCallback((changed: () => void) => whenChanged(client, key, changed), [client, key]);
  useEffect(() => {
    let isDue = false;
    const count = (): void => {
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        client.detail(key, undefined);
      });
    };
    count();
    const stops = [whenChanged(client, key, count), client.on('identified', count)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, key]);
  return useSyncExternalStore(
    subscribe,
    () => look(client),
    () => look(rendered ?? client),
  );
}

function whenChanged(client: PageClient, key: string, changed: () => void): () => void {
  return client.on('changed', ({ flags }) => flags.includes(key) && changed());
}

/**
 * A flag's value, for the context of the nearest provider's client; the default where the flag is unknown, of another type, or
 * nothing has been received yet. The component renders again exactly when that value changes. While a server renders, and while a page
 * takes over what a server rendered, it is the provider's `values` that answer.
 */
export const useFlag = ((key: string, fallback: unknown) => useSelected(key, ({ peek }) => peek(key, fallback).value)) as UseFlag;

/** Per client: what waits for its first values, until it has waited once. */
const waiting = new WeakMap<PageClient, { readonly settled: Promise<unknown>; isOver: boolean }>();

/**
 * Like {@link useFlag}, and suspends as long as there are no values at all: at most for the provider's `timeout`, and never again after
 * that. Values of an earlier visit or of the server that rendered the page are values.
 */
export const useSuspenseFlag = ((key: string, fallback: unknown) => {
  const { client, rendered, timeout } = useProvided();
  if (!rendered && !client.status().ready) {
    let wait = waiting.get(client);
    if (!wait) {
      const made = { isOver: false, settled: client.ready({ timeout }).finally(() => Object.assign(made, { isOver: true })) };
      wait = made;
      waiting.set(client, wait);
    }
    if (!wait.isOver) throw wait.settled;
  }
  return useSelected(key, ({ peek }) => peek(key, fallback).value);
}) as UseFlag;
