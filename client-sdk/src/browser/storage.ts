import { hash } from './hash.ts';
import type { Values } from './values.ts';

type Entry = readonly [context: string, values: Values];

/** Contexts kept: whoever was here last, and before them. */
const MOST = 3;

/** The last values of a few contexts, which are named by hashes. Storage that is full, blocked or damaged is as good as empty. */
export interface Storage {
  load(context: string): Values | undefined;
  save(context: string, values: Values): void;
}

/** One item of localStorage for each environment: JSON and its checksum. */
export function createStorage(name: string): Storage {
  const entries = (): readonly Entry[] => {
    try {
      const [sum, all] = JSON.parse(localStorage.getItem(name) ?? '');
      return sum === hash(all) ? all : [];
    } catch {
      return [];
    }
  };
  return {
    load: (context) => entries().find(([of]) => of === context)?.[1],
    save(context, values) {
      const others = entries().filter(([of]) => of !== context);
      const all: Entry[] = [...others.slice(1 - MOST), [context, values]];
      try {
        localStorage.setItem(name, JSON.stringify([hash(all), all]));
      } catch {
        // full or blocked: this page has them in memory
      }
    },
  };
}
