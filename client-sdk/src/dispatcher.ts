/** Calls listeners one by one; one that throws or rejects is reported and harms nobody. */
export interface Dispatcher<Events extends object> {
  /** Returns the way to stop listening. The same function may be added once. */
  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => unknown): () => void;
  emit<K extends keyof Events>(event: K, payload: Events[K]): void;
  has(event: keyof Events): boolean;
  clear(): void;
}

/** A dispatcher that hands what listeners throw to `failed`; unlike Node's emitter, an `error` without a listener is fine. */
export function createDispatcher<Events extends object>(failed: (error: unknown) => void): Dispatcher<Events> {
  const listeners = new Map<keyof Events, Set<(payload: never) => unknown>>();
  const call = async (listener: (payload: never) => unknown, payload: unknown): Promise<void> => {
    await listener(payload as never);
  };
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    emit(event, payload) {
      for (const listener of [...(listeners.get(event) ?? [])]) call(listener, payload).catch(failed);
    },
    has: (event) => (listeners.get(event)?.size ?? 0) > 0,
    clear: () => listeners.clear(),
  };
}
