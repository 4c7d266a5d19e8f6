import type { Logger, Moved } from '../domain/ports.ts';

/** The listeners of one store. */
export interface Watchers {
  readonly size: number;
  add(listener: (moved: Moved) => void): () => void;
  tell(moved: Moved): void;
}

/** A listener that throws is reported and does not keep the others from hearing: what it hears of is already durable. */
export function createWatchers(log: Logger): Watchers {
  const listeners = new Set<{ readonly call: (moved: Moved) => void }>();
  return {
    get size() {
      return listeners.size;
    },
    add(call) {
      const listener = { call };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell(moved) {
      if (moved.revisions.length === 0 && moved.objects.length === 0) return;
      for (const { call } of [...listeners]) {
        try {
          call(moved);
        } catch (error) {
          log.error({ err: error }, 'a listener of the store threw');
        }
      }
    },
  };
}
