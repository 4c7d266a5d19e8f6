const MOST_NAMES = 500;
const MOST_PER_CONTEXT = 100;
const MOST_CHARS = 100;

/** Collects the names of attributes that contexts had, never a value. */
export interface AttributeNames {
  /** Costs as much as many evaluations: for some contexts, not for each. */
  met(context: unknown): void;
  /** Names that were not taken before. */
  take(): readonly string[];
}

export function createAttributeNames(): AttributeNames {
  const known = new Set<string>();
  let fresh: string[] = [];

  const met = (context: unknown): void => {
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
    met,
    take() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
