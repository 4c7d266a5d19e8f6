import type { Override, Ruleset } from '@burgee/engine';

/** Overrides that a ruleset still says are in it; an SDK that was away longer keeps a lower percent until the next ones go. */
const REMEMBERED = 64;

/** The overrides of one environment: those that hold, and those that the database has taken since. */
export class OverrideBook {
  applied: readonly string[] = [];
  /** Counts assertions; readers that heard of fewer hear of those that hold. */
  asserted = 0;
  #live: readonly Override[] = [];
  #within = new WeakMap<Ruleset, readonly Override[]>();

  /** Those that hold for flags of this ruleset. The same list until something changes. */
  liveIn(ruleset: Ruleset): readonly Override[] {
    if (this.#live.length === 0) return this.#live;
    const known = this.#within.get(ruleset);
    if (known !== undefined) return known;
    const flags = new Set(ruleset.flags.map(({ key }) => key));
    const live = this.#live.filter(({ flag }) => flags.has(flag));
    this.#within.set(ruleset, live);
    return live;
  }

  /** Returns whether it was news. */
  assert(override: Override): boolean {
    const known = this.#live.find(({ id }) => id === override.id);
    if (known?.percent === override.percent || this.applied.includes(override.id)) return false;
    this.#hold([...this.#live.filter(({ id }) => id !== override.id), override]);
    this.asserted += 1;
    return true;
  }

  /** Returns whether it was held. */
  settle(id: string): boolean {
    if (!this.#live.some((override) => override.id === id)) return false;
    this.#hold(this.#live.filter((override) => override.id !== id));
    this.applied = [...this.applied, id].slice(-REMEMBERED);
    return true;
  }

  #hold(live: readonly Override[]): void {
    this.#live = live;
    this.#within = new WeakMap();
  }
}
