import type { Surroundings } from '../../domain/flag/rule-check.ts';
import type { StateEdit, StateSubject } from '../../domain/flag/state-decisions.ts';
import type { Store, Stored } from '../../domain/ports.ts';
import type { Rollout, RolloutState } from '../../domain/rollout/rollout.ts';
import { found } from '../frame/commit.ts';
import { compileRegex } from '../sdk/regex.ts';

/** Where a flag's state is found. */
export interface StatePlace {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

const ACTIVE: readonly RolloutState[] = ['pending', 'running', 'holding', 'paused'];

/** The rollouts that are not over. */
export async function activeRollouts(
  store: Store,
  where: { readonly project: string; readonly environment?: string; readonly flag?: string },
): Promise<Stored<Rollout>[]> {
  const lists = await Promise.all(ACTIVE.map((state) => store.list('rollout', { ...where, state })));
  return lists.flat();
}

/** A flag in one environment and its active rollouts. Throws `not_found`. */
export async function stateSubject(store: Store, { project, environment, flag }: StatePlace): Promise<StateSubject> {
  const [theFlag, theEnvironment, state, rollouts] = await Promise.all([
    store.get('flag', { project, key: flag }),
    store.get('environment', { project, key: environment }),
    store.get('state', { project, environment, flag }),
    activeRollouts(store, { project, environment, flag }),
  ]);
  return {
    environment: found(theEnvironment, `environment ${environment}`),
    flag: found(theFlag, `flag ${flag}`).entity,
    state: found(state, `flag ${flag}`),
    rollouts,
  };
}

/** What an edit's references are checked against; reads only what the edit speaks of. */
export async function surroundings(store: Store, { project, environment }: StatePlace, edit: StateEdit): Promise<Surroundings> {
  const named = new Set(edit.rules?.flatMap(({ segments = [] }) => segments.map(({ segment }) => segment)));
  const wanted = edit.prerequisites !== undefined && edit.prerequisites.length > 0;
  const [flags, states, segments] = await Promise.all([
    wanted ? store.list('flag', { project }) : [],
    wanted ? store.list('state', { project, environment }) : [],
    Promise.all([...named].map((key) => store.get('segment', { project, key }))),
  ]);
  return {
    flags: new Map(flags.map(({ entity }) => [entity.key, entity])),
    states: new Map(states.map(({ entity }) => [entity.flag, entity])),
    segments: new Set(segments.flatMap((segment) => (segment === undefined ? [] : [segment.entity.key]))),
    patternOk,
  };
}

/** Whether RE2 compiles the pattern. */
export function patternOk(pattern: string): boolean {
  try {
    compileRegex(pattern, false);
    return true;
  } catch {
    return false;
  }
}
