import type { Override } from '@burgee/engine';
import { event } from './envelope.ts';

/** Overrides that a ruleset still says are in it; an SDK that was away longer keeps a lower percent until the next ones go. */
const REMEMBERED = 64;

/** The overrides of one environment: those that hold, and those that the database has taken since. */
export class OverrideBook {
  live: readonly Override[] = [];
  applied: readonly string[] = [];
  /** Counts assertions; readers that heard of fewer hear of those that hold. */
  asserted = 0;
  #events: Buffer | undefined;

  /** Returns whether it was news. */
  assert(override: Override): boolean {
    const known = this.live.find(({ id }) => id === override.id);
    if (known?.percent === override.percent || this.applied.includes(override.id)) return false;
    this.live = [...this.live.filter(({ id }) => id !== override.id), override];
    this.asserted += 1;
    this.#events = undefined;
    return true;
  }

  /** Returns whether it was held. */
  settle(id: string): boolean {
    if (!this.live.some((override) => override.id === id)) return false;
    this.live = this.live.filter((override) => override.id !== id);
    this.applied = [...this.applied, id].slice(-REMEMBERED);
    this.#events = undefined;
    return true;
  }

  /** One event for each override that holds. */
  events(): Buffer {
    this.#events ??= Buffer.concat(this.live.map((override) => event('override', JSON.stringify(override))));
    return this.#events;
  }
}
