/** A map that nobody changes: what is to be other makes another one, which shares nearly all with it. */
export interface Layers<V extends object | string> {
  get(key: string): V | undefined;
  /** In the order of a `Map` on which all changes were made. */
  entries(): Iterable<readonly [string, V]>;
  /** Without these, then with those. Costs the changes since the last copy, and every so many of them a copy. */
  changed(removed: Iterable<string>, fresh: ReadonlyMap<string, V>): Layers<V>;
}

/** Changes that lie above a map before it is copied: few enough to be copied each time. */
const MOST = 64;

export function createLayers<V extends object | string>(
  base: ReadonlyMap<string, V>,
  above: ReadonlyMap<string, V | null> = new Map(),
): Layers<V> {
  const flat = (): Map<string, V> => {
    const copy = new Map(base);
    for (const [key, value] of above) {
      if (value === null) copy.delete(key);
      else copy.set(key, value);
    }
    return copy;
  };

  return {
    get(key) {
      const value = above.get(key);
      return value === undefined ? base.get(key) : (value ?? undefined);
    },
    entries: () => (above.size === 0 ? base : flat()),
    changed(removed, fresh) {
      // what comes back comes at the end, which only a copy can tell
      const returns = [...fresh.keys()].some((key) => above.get(key) === null);
      const isFull = above.size + fresh.size > MOST;
      const under = returns || isFull ? flat() : base;
      const over = new Map(under === base ? above : []);
      for (const key of removed) {
        if (under.has(key)) over.set(key, null);
        else over.delete(key);
      }
      for (const [key, value] of fresh) over.set(key, value);
      return createLayers(under, over);
    },
  };
}
