import { hash } from './hash.ts';
import type { Settings } from './options.ts';

/** What was last known, by the hash of the context that it is for. Storage that is full, blocked or damaged is as good as empty. */
export interface Storage<T> {
  load(context: string): T | undefined;
  save(context: string, known: T): void;
}

/** One item of localStorage for each environment: JSON and its checksum. undefined where no copy is wanted, or there is no page. */
export function createStorage<T>(name: string, { storage }: Settings): Storage<T> | undefined {
  /** Entries kept: whoever was here last, and before them. */
  const MOST = 3;
  if (!storage || !globalThis.document) return undefined;
  const entries = (): (readonly [context: string, known: T])[] => {
    try {
      const [sum, all] = JSON.parse(localStorage.getItem(name) ?? '');
      return sum === hash(all) ? all : [];
    } catch {
      return [];
    }
  };
  return {
    load: (context) => entries().find(([of]) => of === context)?.[1],
    save(context, known) {
      const others = entries().filter(([of]) => of !== context);
      const all = [...others.slice(1 - MOST), [context, known]];
      try {
        localStorage.setItem(name, JSON.stringify([hash(all), all]));
      } catch {
        // full or blocked: this page has them in memory
      }
    },
  };
}
