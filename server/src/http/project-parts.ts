import type { Environment, Project } from '../domain/environment.ts';
import type { Store, Stored } from '../domain/ports.ts';
import { found } from './frame/commit.ts';

/** A project and its environments in their order. Throws `not_found`. */
export async function projectParts(
  store: Store,
  key: string,
): Promise<{ readonly project: Stored<Project>; readonly environments: Stored<Environment>[] }> {
  const [project, environments] = await Promise.all([store.get('project', { key }), environmentsOf(store, key)]);
  return { project: found(project, `project ${key}`), environments };
}

/** A project's environments in their order. */
export async function environmentsOf(store: Store, project: string): Promise<Stored<Environment>[]> {
  const environments = await store.list('environment', { project });
  return environments.sort((a, b) => a.entity.order - b.entity.order);
}
