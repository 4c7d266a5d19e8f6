import type { Actor } from './access/access.ts';
import type { Environment } from './environment.ts';
import type { Change, Stored, Write } from './ports.ts';

/** Who decides, and when. */
export interface By {
  readonly actor: Actor;
  readonly at: number;
}

/** What a command leads to: the entity as it will be, and the change that makes it so; null where it is so already. */
export interface Decision<T> {
  readonly result: Stored<T>;
  readonly change: Change | null;
}

/** Nothing to do. */
export function unchanged<T>(stored: Stored<T>): Decision<T> {
  return { result: stored, change: null };
}

/**
 * Writes that change nothing but the environments' versions. Two changes of which one begins to refer to something and the other
 * takes it away both touch the environment, so one of them is a conflict and is decided again.
 */
export function touch(environments: readonly Stored<Environment>[]): Write[] {
  return environments.map(({ entity, version }) => ({ put: 'environment', entity, basedOn: version }));
}

/** Where revisions move. */
export function everywhere(environments: readonly Stored<Environment>[]): Change['environments'] {
  return environments.map(({ entity }) => ({ project: entity.project, environment: entity.key }));
}
