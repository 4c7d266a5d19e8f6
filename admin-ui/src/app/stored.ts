import { useCallback, useMemo, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

function parsed(raw: string | null): unknown {
  try {
    return JSON.parse(raw ?? 'null');
  } catch {
    return null;
  }
}

/**
 * What this browser keeps for its person, as JSON in localStorage, the same in every tab and component. `read` makes a value of
 * whatever stands there; a full or forbidden storage keeps it until the page is left.
 */
export function useStored<T>(key: string, read: (stored: unknown) => T): readonly [T, (next: T) => void] {
  const raw = useSyncExternalStore(subscribe, () => localStorage.getItem(key) ?? kept.get(key) ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands there decides, not how it is read
  const value = useMemo(() => read(parsed(raw)), [raw]);
  const set = useCallback(
    (next: T) => {
      const text = JSON.stringify(next);
      try {
        localStorage.setItem(key, text);
      } catch {
        kept.set(key, text);
      }
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [value, set];
}

const kept = new Map<string, string>();
