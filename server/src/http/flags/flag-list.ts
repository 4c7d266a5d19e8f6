import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { Sighting, Store, Stored } from '../../domain/ports.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { found } from '../frame/commit.ts';
import { projectParts } from '../project-parts.ts';
import { activeRollouts } from './state-subject.ts';

/** Which flags a list is about. */
export interface FlagFilter {
  /** Found in key, name, description or a tag, whatever the case. */
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly kind?: string | undefined;
  readonly archived: 'true' | 'false' | 'all';
}

/** A flag with its state in every environment and what raises it there. */
export interface FlagRow {
  readonly flag: Flag;
  readonly version: number;
  readonly states: readonly {
    readonly state: FlagState;
    readonly version: number;
    readonly rollout: Pick<Rollout, 'id' | 'state' | 'percent' | 'stage'> | null;
    /** Start of the last minute in which anybody asked, ms; null: not in the last 90 days. */
    readonly lastEvaluated: number | null;
  }[];
}

/**
 * The flags of a project in key order, with their states everywhere or in one environment: each table is read once and joined
 * here. Throws `not_found` for the project and the environment.
 */
export async function listFlags(
  store: Store,
  where: { readonly project: string; readonly environment?: string },
  filter: FlagFilter,
): Promise<FlagRow[]> {
  const { project, environment } = where;
  const [{ environments }, flags, states, rollouts, sightings] = await Promise.all([
    projectParts(store, project),
    store.list('flag', { project }),
    store.list('state', where),
    activeRollouts(store, where),
    store.sightings(where),
  ]);
  const here = environments.filter(({ entity }) => environment === undefined || entity.key === environment);
  if (environment !== undefined) found(here[0], `environment ${environment}`);
  const order = here.map(({ entity }) => entity.key);
  const wanted = flags.filter(({ entity }) => matches(entity, filter));
  return rowsOf(wanted, { states, rollouts, sightings, order });
}

/** What rows are joined from. */
interface RowParts {
  readonly states: readonly Stored<FlagState>[];
  readonly rollouts: readonly Stored<Rollout>[];
  readonly sightings: readonly Sighting[];
  /** The environments' keys. */
  readonly order: readonly string[];
}

/** Flags with their states in the order of the environments. */
export function rowsOf(flags: readonly Stored<Flag>[], { states, rollouts, sightings, order }: RowParts): FlagRow[] {
  const seenAt = new Map(sightings.map((sighting) => [place(sighting), sighting.minute]));
  const stateAt = new Map(states.map((stored) => [place(stored.entity), stored]));
  const rolloutAt = new Map<string, Rollout>();
  for (const { entity } of rollouts) {
    const at = place(entity);
    if ((rolloutAt.get(at)?.startedAt ?? Number.NEGATIVE_INFINITY) < entity.startedAt) rolloutAt.set(at, entity);
  }
  return flags.map(({ entity: flag, version }) => ({
    flag,
    version,
    states: order.flatMap((environment) => {
      const at = place({ environment, flag: flag.key });
      const state = stateAt.get(at);
      if (state === undefined) return [];
      const lastEvaluated = seenAt.get(at) ?? null;
      return [{ state: state.entity, version: state.version, rollout: mark(rolloutAt.get(at)), lastEvaluated }];
    }),
  }));
}

function mark(rollout: Rollout | undefined): FlagRow['states'][number]['rollout'] {
  if (rollout === undefined) return null;
  const { id, state, percent, stage } = rollout;
  return { id, state, percent, stage };
}

function matches(flag: Flag, { search, tag, kind, archived }: FlagFilter): boolean {
  if (archived !== 'all' && flag.archived !== (archived === 'true')) return false;
  if (kind !== undefined && flag.kind !== kind) return false;
  if (tag !== undefined && !flag.tags.includes(tag)) return false;
  if (search === undefined) return true;
  const text = search.toLowerCase();
  return [flag.key, flag.name, flag.description, ...flag.tags].some((part) => part.toLowerCase().includes(text));
}

/** No key has a slash in it. */
function place({ environment, flag }: { readonly environment: string; readonly flag: string }): string {
  return `${environment}/${flag}`;
}
