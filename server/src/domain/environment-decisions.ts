import type { Token } from './access/access.ts';
import { overrideSigningKey } from './access/override-token.ts';
import { type By, type Decision, unchanged } from './decision.ts';
import { changes, sides } from './differences.ts';
import type { Environment, Project } from './environment.ts';
import { BurgeeError, invalid } from './errors.ts';
import type { Flag, FlagState } from './flag/flag.ts';
import { initialState } from './flag/state-decisions.ts';
import { demand, type Refuse } from './mistakes.ts';
import type { Change, Stored, Write } from './ports.ts';
import type { Rollout } from './rollout/rollout.ts';
import { abortActive } from './rollout/rollout-abort.ts';
import { checkKey, checkLine, checkText } from './text-check.ts';

const MOST_ENVIRONMENTS = 50;
const LAST = 'production';

/** A name for something that is found by its key. */
export interface Named {
  readonly key: string;
  readonly name?: string | undefined;
}

/** Makes a project with the environments development and production. Throws `invalid`, `exists`. */
export function createProject(
  exists: boolean,
  { key, name = key }: Named,
  { actor, at }: By,
): Decision<Project> & { environments: Environment[] } {
  demand((refuse) => {
    checkKey(key, 'key', refuse);
    if (name !== key) checkLine(name, 'name', { min: 1, max: 200 }, refuse);
  });
  if (exists) throw new BurgeeError('exists', `there is a project ${key} already`);
  const project: Project = { key, name, createdAt: at, nextSegment: 1 };
  const environments: Environment[] = [
    { project: key, key: 'development', name: 'Development', order: 0, createdAt: at },
    { project: key, key: LAST, name: 'Production', order: 1, createdAt: at },
  ];
  const change: Change = {
    environments: [],
    writes: [
      { put: 'project', entity: project, basedOn: null },
      ...environments.map((entity) => ({ put: 'environment' as const, entity, basedOn: null })),
    ],
    audit: [
      {
        ...{ actor, action: 'project.created', project: key, environment: null, object: `project/${key}` },
        summary: `Project ${key} created with development and production.`,
        ...{ before: null, after: { key, name }, reason: null },
      },
    ],
  };
  return { result: { entity: project, version: 1 }, change, environments };
}

/** Renames or describes a project. Throws `invalid`. */
export function editProject(
  project: Stored<Project>,
  edit: { readonly name?: string | undefined; readonly description?: string | undefined },
  { actor }: By,
): Decision<Project> {
  const { entity, version } = project;
  const changed = changes<Project>({ description: '', ...entity }, edit);
  if (Object.keys(changed).length === 0) return unchanged(project);
  demand((refuse) => checkNaming(changed, refuse));
  const after = { ...entity, ...changed };
  const change: Change = {
    environments: [],
    writes: [{ put: 'project', entity: after, basedOn: version }],
    audit: [
      {
        ...{ actor, action: 'project.changed', project: entity.key, environment: null, object: `project/${entity.key}` },
        ...{ summary: `Project ${entity.key}: ${namingSummary(changed)} changed.`, ...sides(entity, changed), reason: null },
      },
    ],
  };
  return { result: { entity: after, version: version + 1 }, change };
}

/** Makes an environment before production, with every flag off in it. Throws `invalid`, `exists`. */
export function createEnvironment(
  subject: {
    readonly project: Stored<Project>;
    readonly environments: readonly Stored<Environment>[];
    readonly flags: readonly Flag[];
  },
  { key, name = key }: Named,
  { actor, at }: By,
): Decision<Environment> {
  const { project, flags } = subject;
  demand((refuse) => {
    checkKey(key, 'key', refuse);
    if (name !== key) checkLine(name, 'name', { min: 1, max: 200 }, refuse);
  });
  const others = [...subject.environments].sort((a, b) => a.entity.order - b.entity.order);
  if (others.some(({ entity }) => entity.key === key)) throw new BurgeeError('exists', `there is an environment ${key} already`);
  if (others.length >= MOST_ENVIRONMENTS)
    throw invalid({ field: 'key', message: `the project has ${MOST_ENVIRONMENTS} environments, which is the most` });
  const last = others.at(-1);
  const stepsBack = last !== undefined && last.entity.key === LAST;
  const order = last === undefined ? 0 : last.entity.order + (stepsBack ? 0 : 1);
  const entity: Environment = { project: project.entity.key, key, name, order, createdAt: at };
  const change: Change = {
    environments: [],
    writes: [
      // a flag made at the same time gets states for the environments that exist: one of the two is decided again
      { put: 'project', entity: project.entity, basedOn: project.version },
      { put: 'environment', entity, basedOn: null },
      ...(stepsBack
        ? [{ put: 'environment' as const, entity: { ...last.entity, order: order + 1 }, basedOn: last.version }]
        : []),
      ...flags.map((flag) => ({ put: 'state' as const, entity: initialState(flag, key), basedOn: null })),
    ],
    audit: [
      {
        ...{ actor, action: 'environment.created', project: entity.project, environment: key, object: `environment/${key}` },
        ...{ summary: `Environment ${key} created.`, before: null, after: { key, name, order }, reason: null },
      },
    ],
  };
  return { result: { entity, version: 1 }, change };
}

/** Renames or describes an environment or moves it in lists. Throws `invalid`. */
export function editEnvironment(
  environment: Stored<Environment>,
  edit: {
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly order?: number | undefined;
  },
  { actor }: By,
): Decision<Environment> {
  const changed = changes<Environment>({ description: '', ...environment.entity }, edit);
  if (Object.keys(changed).length === 0) return unchanged(environment);
  demand((refuse) => {
    checkNaming(changed, refuse);
    if (changed.order !== undefined && !(Number.isInteger(changed.order) && changed.order >= 0 && changed.order <= 1_000))
      refuse('order', 'must be a whole number, 0 to 1000');
  });
  const entity: Environment = { ...environment.entity, ...changed };
  const change: Change = {
    environments: [],
    writes: [{ put: 'environment', entity, basedOn: environment.version }],
    audit: [
      {
        ...{ actor, action: 'environment.changed', project: entity.project, environment: entity.key },
        object: `environment/${entity.key}`,
        summary: `Environment ${entity.key}: ${namingSummary(changed)} changed.`,
        ...sides(environment.entity, changed),
        reason: null,
      },
    ],
  };
  return { result: { entity, version: environment.version + 1 }, change };
}

/** Removes an environment with its states; ends its rollouts and revokes its tokens. What is told of it stays in the audit. */
export function deleteEnvironment(
  subject: {
    readonly project: Stored<Project>;
    readonly environment: Stored<Environment>;
    readonly states: readonly Stored<FlagState>[];
    readonly rollouts: readonly Stored<Rollout>[];
    readonly tokens: readonly Stored<Token>[];
  },
  { actor, at }: By,
): Change {
  const { project, environment, states, rollouts } = subject;
  const { key } = environment.entity;
  const live = subject.tokens.filter(({ entity }) => entity.revokedAt === null);
  const why = { code: 'deleted' as const, text: `${actor.name} deleted the environment.` };
  return {
    environments: [],
    writes: [
      { put: 'project', entity: project.entity, basedOn: project.version },
      ...states.map(
        ({ entity, version }): Write => ({
          remove: 'state',
          key: { project: entity.project, environment: key, flag: entity.flag },
          basedOn: version,
        }),
      ),
      ...abortActive(rollouts, why, actor, at),
      ...live.map(({ entity, version }): Write => ({ put: 'token', entity: { ...entity, revokedAt: at }, basedOn: version })),
      ...(environment.entity.overrideKey
        ? [
            {
              remove: 'signingKey' as const,
              key: { id: overrideSigningKey(environment.entity, environment.entity.overrideKey) },
              basedOn: 'any' as const,
            },
          ]
        : []),
      { remove: 'environment', key: { project: project.entity.key, key }, basedOn: environment.version },
    ],
    audit: [
      {
        ...{ actor, action: 'environment.deleted', project: project.entity.key, environment: key, object: `environment/${key}` },
        summary: `Environment ${key} deleted with ${states.length} flag states; ${live.length} tokens revoked.`,
        ...{ before: { environment: environment.entity }, after: null, reason: null },
      },
    ],
  };
}

function checkNaming({ name, description }: { readonly name?: string; readonly description?: string }, refuse: Refuse): void {
  if (name !== undefined) checkLine(name, 'name', { min: 1, max: 200 }, refuse);
  if (description !== undefined) checkText(description, 'description', 2_000, refuse);
}

function namingSummary(changed: object): string {
  return Object.entries(changed)
    .map(([field, value]) => (field === 'name' ? `name (now ${value})` : field))
    .join(' and ');
}
