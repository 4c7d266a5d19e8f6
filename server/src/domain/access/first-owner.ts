import type { Environment } from '../environment.ts';
import type { Change, Write } from '../ports.ts';
import type { Actor, User } from './access.ts';

/** A project as setup and the bootstrap file name it. */
export interface NewProject {
  readonly key: string;
  readonly name: string;
  readonly environments: readonly { readonly key: string; readonly name: string }[];
}

/** What setup makes. */
export const DEFAULT_PROJECT: NewProject = {
  key: 'default',
  name: 'Default',
  environments: [
    { key: 'development', name: 'Development' },
    { key: 'production', name: 'Production' },
  ],
};

/**
 * The first change of a database: projects with their environments, and the owner, an admin. All of it must not exist yet, so
 * of several first changes at once exactly one is committed and the others are conflicts.
 */
export function beginWith(
  projects: readonly NewProject[],
  owner: User,
  more: { readonly writes: readonly Write[]; readonly actor: Actor; readonly summary: string },
  at: number,
): Change {
  const environments: Environment[] = projects.flatMap((project) =>
    project.environments.map(({ key, name }, order) => ({ project: project.key, key, name, order, createdAt: at })),
  );
  const writes: Write[] = [
    ...projects.map(({ key, name }) => ({
      put: 'project' as const,
      entity: { key, name, createdAt: at, nextSegment: 1 },
      basedOn: null,
    })),
    ...environments.map((entity) => ({ put: 'environment' as const, entity, basedOn: null })),
    { put: 'user', entity: owner, basedOn: null },
    ...more.writes,
  ];
  const entry = {
    actor: more.actor,
    action: 'setup.completed',
    project: null,
    environment: null,
    object: `user/${owner.id}`,
    summary: more.summary,
    before: null,
    after: { email: owner.email, role: owner.role, projects: projects.map(({ key }) => key) },
    reason: null,
  };
  return { environments: [], writes, audit: [entry] };
}
