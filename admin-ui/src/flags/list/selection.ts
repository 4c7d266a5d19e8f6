import { useMemo, useState } from 'react';
import type { ListRow } from './filter.ts';

export interface Selection {
  readonly keys: ReadonlySet<string>;
  /** The chosen flags that the list still shows. */
  readonly rows: readonly ListRow[];
  /** `reach`: everything between this one and the last one too. */
  pick(key: string, picked: boolean, reach: boolean): void;
  pickAll(picked: boolean): void;
  clear(): void;
}

/** Which flags of a list are chosen. What the filter hides is chosen no longer: nobody changes what they do not see. */
export function useSelection(rows: readonly ListRow[]): Selection {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<string | null>(null);
  const chosen = useMemo(() => rows.filter(({ flag }) => keys.has(flag.key)), [rows, keys]);
  const seen = useMemo(() => new Set(chosen.map(({ flag }) => flag.key)), [chosen]);
  return {
    keys: seen,
    rows: chosen,
    pick: (key, picked, reach) => {
      const order = rows.map(({ flag }) => flag.key);
      const [from, to] = [order.indexOf(last ?? key), order.indexOf(key)];
      const span = reach && from >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [key];
      const next = new Set(seen);
      for (const one of span) picked ? next.add(one) : next.delete(one);
      setKeys(next);
      setLast(key);
    },
    pickAll: (picked) => setKeys(new Set(picked ? rows.map(({ flag }) => flag.key) : [])),
    clear: () => setKeys(new Set()),
  };
}
