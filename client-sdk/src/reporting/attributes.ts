const MOST_NAMES = 500;
const MOST_PER_CONTEXT = 100;
const MOST_CHARS = 100;

/** Collects the names of attributes that contexts had, never a value. */
export interface AttributeNames {
  /** Looks at the first contexts and then at one in about a thousand; call it for each. */
  met(context: unknown): void;
  /** Names that were not taken before. */
  take(): readonly string[];
}

export function createAttributeNames(): AttributeNames {
  const known = new Set<string>();
  let fresh: string[] = [];
  let calls = 0;
  let nextLook = 1;

  const look = (context: unknown): void => {
    if (typeof context !== 'object' || context === null || known.size >= MOST_NAMES) return;
    try {
      for (const name of Object.keys(context).slice(0, MOST_PER_CONTEXT)) {
        if (known.size >= MOST_NAMES || name === '' || name.length > MOST_CHARS || known.has(name)) continue;
        known.add(name);
        fresh.push(name);
      }
    } catch {
      // a proxy that refuses to list its keys has no names
    }
  };

  return {
    met(context) {
      if (++calls < nextLook) return;
      nextLook = calls < 64 ? calls + 1 : calls + 1_024;
      look(context);
    },
    take() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
