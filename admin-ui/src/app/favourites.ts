import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import * as queries from '../api/queries.ts';
import { useStored } from './stored.ts';

const keysIn = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((key): key is string => typeof key === 'string') : [];

export interface Favourites {
  /** Keys of flags. */
  readonly keys: ReadonlySet<string>;
  toggle(key: string): void;
}

/** The flags of a project that this person has starred in this browser. */
export function useFavourites(project: string): Favourites {
  const user = useQuery(queries.me()).data?.user.id ?? '';
  const [list, set] = useStored(`burgee-favourites/${project}/${user}`, keysIn);
  const keys = useMemo(() => new Set(list), [list]);
  const toggle = useCallback(
    (key: string) => set(keys.has(key) ? list.filter((one) => one !== key) : [...list, key]),
    [keys, list, set],
  );
  return { keys, toggle };
}
