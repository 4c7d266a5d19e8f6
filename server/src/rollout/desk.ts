import type { Flag, FlagState } from '../domain/flag/flag.ts';
import type { Change, Committed, Store, Stored, UnfoldedReport } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { grouped } from './grouped.ts';

/** What is stored of a rollout and of the rule that it moves. */
export interface Facts {
  readonly rollout: Stored<Rollout>;
  readonly flag: Stored<Flag> | undefined;
  readonly state: Stored<FlagState> | undefined;
}

/** Where a rollout is found. */
export interface Place {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

/** The database as many rollouts meet it: what they ask for at the same time is asked for once. */
export interface Desk {
  /** undefined: the rollout is gone. */
  facts(at: Place): Promise<Facts | undefined>;
  unfolded(rollout: string): Promise<UnfoldedReport[]>;
  commit(change: Change): Promise<Committed>;
}

/** Reports taken in one tick; what is left waits for the next. */
export const REPORTS = 2_000;

/** Where a read for many fails, each reads for itself: then only those suffer whose own rows are at fault. */
export function createDesk(store: Store): Desk {
  return {
    commit: grouped((changes: readonly Change[]) => store.commitEach(changes)),
    unfolded: grouped((rollouts: readonly string[]) => {
      const together = store.unfoldedOf(rollouts, REPORTS);
      return rollouts.map(async (id) => {
        const found = await together.catch(() => undefined);
        return found === undefined ? store.unfolded(id, REPORTS) : (found.get(id) ?? []);
      });
    }),
    facts: grouped((places: readonly Place[]) => {
      const together = readFacts(store, places);
      return places.map(async (place, i) => {
        const found = await together.catch(() => undefined);
        return found === undefined ? (await readFacts(store, [place]))[0] : found[i];
      });
    }),
  };
}

async function readFacts(store: Store, places: readonly Place[]): Promise<(Facts | undefined)[]> {
  const [rollouts, flags, states] = await Promise.all([
    store.getAll(
      'rollout',
      places.map(({ project, environment, id }) => ({ project, environment, id })),
    ),
    store.getAll(
      'flag',
      places.map(({ project, flag }) => ({ project, key: flag })),
    ),
    store.getAll(
      'state',
      places.map(({ project, environment, flag }) => ({ project, environment, flag })),
    ),
  ]);
  return rollouts.map((rollout, i) => rollout && { rollout, flag: flags[i], state: states[i] });
}
