import type { ClientEvents } from './client-types.ts';

/** Calls listeners one by one, in the caller's turn; one that throws is reported and harms nobody. */
export type Bus = readonly [
  on: <K extends keyof ClientEvents>(event: K, listener: (payload: ClientEvents[K]) => unknown) => () => void,
  emit: <K extends keyof ClientEvents>(event: K, payload: ClientEvents[K]) => void,
];

export function createBus(failed: (error: unknown) => void): Bus {
  const listeners = new Set<readonly [event: string, listener: (payload: never) => unknown]>();
  return [
    (event, listener) => {
      const entry = [event, listener] as const;
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    (event, payload) => {
      for (const [of, listener] of [...listeners]) {
        if (of !== event) continue;
        try {
          listener(payload as never);
        } catch (error) {
          failed(error);
        }
      }
    },
  ];
}
