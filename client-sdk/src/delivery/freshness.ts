import type { Revision } from '@burgee/engine';
import type { Dispatcher } from '../dispatcher.ts';
import type { ClientEvents } from '../events.ts';
import type { Clock } from './transport.ts';

const STALE_MS = 30_000;

/** Knows when the server was last heard, and says once when that is long ago and once when it is heard again. */
export interface Freshness {
  heard(): void;
  missed(): void;
  stale(): boolean;
}

export function createFreshness(input: {
  readonly clock: Clock;
  readonly events: Pick<Dispatcher<ClientEvents>, 'emit'>;
  readonly revision: () => Revision | undefined;
}): Freshness {
  const { clock, events } = input;
  let heardAt = clock.monotonic();
  let stale = false;
  return {
    heard() {
      heardAt = clock.monotonic();
      const revision = input.revision();
      if (!stale || revision === undefined) return;
      stale = false;
      events.emit('recovered', { revision });
    },
    missed() {
      if (stale || clock.monotonic() - heardAt < STALE_MS) return;
      stale = true;
      events.emit('stale', { revision: input.revision() ?? null });
    },
    stale: () => stale,
  };
}
