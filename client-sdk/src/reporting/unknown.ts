import type { FlagType, UnknownFlagReport } from '@burgee/engine';

/** Counts questions for flags that the environment does not have. */
export interface UnknownFlags {
  /** Call it for each such question; cheap, and bounded however many names there are. */
  missed(key: string, fallback: unknown): void;
  /** The names asked for most since the last time, at most `limit`; the others are forgotten. */
  take(limit: number): readonly UnknownFlagReport[];
}

/** Names counted between two reports: code that makes names up (`flag-${user}`) must not fill the memory. */
const MOST_NAMES = 1_000;
/** No flag has a longer key. */
const MOST_KEY_CHARS = 100;
/** A longer default is not told. */
const MOST_FALLBACK_CHARS = 256;

export function createUnknownFlags(): UnknownFlags {
  const asked = new Map<string, { fallback: unknown; count: number }>();
  return {
    missed(key, fallback) {
      const known = asked.get(key);
      if (known !== undefined) {
        known.count++;
        known.fallback = fallback;
      } else if (asked.size < MOST_NAMES && typeof key === 'string' && key !== '' && key.length <= MOST_KEY_CHARS) {
        asked.set(key, { fallback, count: 1 });
      }
    },
    take(limit) {
      const most = [...asked].sort(([, a], [, b]) => b.count - a.count).slice(0, limit);
      asked.clear();
      return most.map(([flag, { fallback, count }]) => ({ flag, type: typeOf(fallback), fallback: textOf(fallback), count }));
    },
  };
}

function typeOf(fallback: unknown): FlagType {
  const type = typeof fallback;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'json';
}

function textOf(fallback: unknown): string | null {
  if (typeof fallback === 'number' && !Number.isFinite(fallback)) return null;
  try {
    const text: string | undefined = JSON.stringify(fallback);
    return text === undefined || text.length > MOST_FALLBACK_CHARS ? null : text;
  } catch {
    return null;
  }
}
