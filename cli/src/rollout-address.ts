import type { RolloutView } from '@burgee/server/api';
import { type Api, path } from './api.ts';
import { CommandError, EXIT } from './exit.ts';
import { environmentOf, type Settings } from './settings.ts';

export interface One {
  readonly rollout: RolloutView;
}

/** How a rollout is named without its id. */
export interface Which {
  readonly flag?: string;
  readonly release?: string;
}

/** The address of an environment's rollouts. */
export function rolloutsOf(settings: Settings): string {
  return path('api', 'v1', 'projects', settings.project, 'environments', environmentOf(settings), 'rollouts');
}

/** The rollout named by its id, or the newest of a flag. */
export async function findRollout(api: Api, settings: Settings, id: string | undefined, which: Which): Promise<RolloutView> {
  if (id !== undefined) return (await api.get<One>(`${rolloutsOf(settings)}${path(id)}`)).rollout;
  if (which.flag === undefined)
    throw new CommandError(EXIT.usage, 'usage', 'which rollout? Give its id, or --flag (and --release)');
  const query = `?flag=${encodeURIComponent(which.flag)}`;
  const { rollouts } = await api.get<{ rollouts: RolloutView[] }>(rolloutsOf(settings) + query);
  const found = rollouts.find((rollout) => which.release === undefined || rollout.release === which.release);
  if (found === undefined)
    throw new CommandError(EXIT.usage, 'not_found', `no rollout of ${which.flag} in ${environmentOf(settings)}`);
  return found;
}
