import { type By, type Decision, everywhere, touch, unchanged } from '../decision.ts';
import { changes, sides } from '../differences.ts';
import type { Environment, Project } from '../environment.ts';
import { BurgeeError, invalid } from '../errors.ts';
import { demand } from '../mistakes.ts';
import type { Change, Stored, Write } from '../ports.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { abortActive } from '../rollout/rollout-abort.ts';
import { checkKey, listed } from '../text-check.ts';
import type { Flag, FlagState } from './flag.ts';
import { checkDescription, LIFETIME_DAYS } from './flag-check.ts';
import { dependents, variantsOf } from './references.ts';
import { initialState } from './state-decisions.ts';
import { BOOLEAN_VARIANTS, checkVariants } from './variant-check.ts';

/** Flags of one project that are not archived: what one ruleset can hold. */
export const MOST_FLAGS = 5_000;

/** What a person says of a new flag. */
export type NewFlag = Pick<Flag, 'key'> & {
  readonly [P in
    | 'name'
    | 'description'
    | 'owner'
    | 'tags'
    | 'links'
    | 'kind'
    | 'type'
    | 'variants'
    | 'browserAccess'
    | 'lifetimeDays']?: Flag[P] | undefined;
};

/** What can be changed of a flag; its key and type cannot. */
export type FlagEdit = Omit<{ readonly [P in keyof NewFlag]?: NewFlag[P] }, 'key' | 'type'> & {
  readonly archived?: boolean | undefined;
};

/** A flag and all that refers to it. */
export interface FlagSubject {
  readonly flag: Stored<Flag>;
  readonly environments: readonly Stored<Environment>[];
  /** Every flag of the project; needs only be given where `archived` is edited. */
  readonly flags: readonly Flag[];
  /** Every state of the project, in every environment; need not be given where neither variants nor `archived` are edited. */
  readonly states: readonly Stored<FlagState>[];
  /** This flag's rollouts in every environment. */
  readonly rollouts: readonly Stored<Rollout>[];
  /** Whether the edit's owner is a user. */
  readonly ownerExists: boolean;
}

/** Makes a flag and its state, off, in every environment. Throws `invalid`, `exists`. */
export function createFlag(
  subject: {
    readonly project: Stored<Project>;
    readonly environments: readonly Stored<Environment>[];
    readonly flags: readonly Flag[];
    readonly ownerExists: boolean;
  },
  command: NewFlag,
  { actor, at }: By,
): Decision<Flag> {
  const { project, environments } = subject;
  const { key, type = 'boolean', kind = 'release', name = key } = command;
  const given = command.variants ?? (type === 'boolean' ? BOOLEAN_VARIANTS : undefined);
  demand((refuse) => {
    checkKey(key, 'key', refuse);
    checkDescription(defined(command), refuse);
    if (given === undefined) refuse('variants', `must be given for a flag of type ${type}`);
    else checkVariants(type, given, 'variants', refuse);
    if (!subject.ownerExists) refuse('owner', 'must be the id of a user');
  });
  if (subject.flags.some((flag) => flag.key === key)) throw new BurgeeError('exists', `there is a flag ${key} already`);
  refuseTooMany(subject.flags);
  const flag: Flag = {
    project: project.entity.key,
    key,
    name,
    description: command.description ?? '',
    owner: command.owner ?? null,
    tags: command.tags ?? [],
    links: command.links ?? [],
    kind,
    type,
    variants: given ?? [],
    browserAccess: command.browserAccess ?? 'none',
    lifetimeDays: command.lifetimeDays === undefined ? LIFETIME_DAYS[kind] : command.lifetimeDays,
    archived: false,
    createdAt: at,
  };
  const states = environments.map(({ entity }) => initialState(flag, entity.key));
  const { project: _, createdAt: __, ...after } = flag;
  const change: Change = {
    environments: everywhere(environments),
    writes: [
      // a new environment gets states for the flags that exist: one of the two is decided again
      { put: 'project', entity: project.entity, basedOn: project.version },
      { put: 'flag', entity: flag, basedOn: null },
      ...states.map((entity) => ({ put: 'state' as const, entity, basedOn: null })),
    ],
    audit: [
      {
        ...{ actor, action: 'flag.created', project: flag.project, environment: null, object: `flag/${key}` },
        ...{ summary: `Flag ${key} created (${kind}, ${type}), off everywhere.`, before: null, after, reason: null },
      },
    ],
  };
  return { result: { entity: flag, version: 1 }, change };
}

/**
 * Changes what a flag is. Variants and browser access move every environment, and so does archiving, which also ends the flag's
 * rollouts; what only describes it moves none. Throws `invalid`, `in_use`.
 */
export function editFlag(subject: FlagSubject, edit: FlagEdit, { actor, at }: By): Decision<Flag> {
  const { flag, environments } = subject;
  const before = flag.entity;
  const changed = changes<Flag>(before, edit);
  if (Object.keys(changed).length === 0) return unchanged(flag);
  demand((refuse) => {
    checkDescription(changed, refuse);
    if (changed.variants) checkVariants(before.type, changed.variants, 'variants', refuse);
    if (changed.owner && !subject.ownerExists) refuse('owner', 'must be the id of a user');
  });
  if (changed.variants) refuseVariantsInUse(subject, new Set(changed.variants.map(({ key }) => key)));
  if (changed.archived === true) refuseWhileNeeded(subject);
  if (changed.archived === false) refuseUnmet(subject);
  const entity: Flag = { ...before, ...changed };
  const isServed = 'variants' in changed || 'browserAccess' in changed || 'archived' in changed;
  const ended = changed.archived
    ? abortActive(subject.rollouts, { code: 'archived', text: `${actor.name} archived the flag.` }, actor, at)
    : [];
  const action = changed.archived === undefined ? 'flag.changed' : changed.archived ? 'flag.archived' : 'flag.unarchived';
  const change: Change = {
    environments: isServed ? everywhere(environments) : [],
    writes: [
      { put: 'flag', entity, basedOn: flag.version },
      ...('variants' in changed || 'archived' in changed ? touch(environments) : []),
      ...(changed.archived ? holdStates(subject) : []),
      ...ended,
    ],
    audit: [
      {
        ...{ actor, action, project: before.project, environment: null, object: `flag/${before.key}` },
        summary: `Flag ${before.key}: ${editSummary(changed, ended)}.`,
        ...sides(before, changed),
        reason: null,
      },
    ],
  };
  return { result: { entity, version: flag.version + 1 }, change };
}

/** Removes an archived flag and its states for good. Throws `in_use`. */
export function deleteFlag(subject: FlagSubject, { actor, at }: By): Change {
  const { flag, environments, states } = subject;
  const { project, key, archived } = flag.entity;
  if (!archived) throw new BurgeeError('in_use', `${key} is not archived: archive it first`, { by: [] });
  const by = dependents(
    key,
    states.map(({ entity }) => entity),
  );
  if (by.length > 0)
    throw new BurgeeError('in_use', `${key} is a prerequisite of ${listed(by.map((user) => user.flag))}`, { by });
  const own = states.filter(({ entity }) => entity.flag === key);
  return {
    environments: everywhere(environments),
    writes: [
      { remove: 'flag', key: { project, key }, basedOn: flag.version },
      ...own.map(
        ({ entity, version }): Write => ({
          remove: 'state',
          key: { project, environment: entity.environment, flag: key },
          basedOn: version,
        }),
      ),
      ...touch(environments),
      ...abortActive(subject.rollouts, { code: 'deleted', text: `${actor.name} deleted the flag.` }, actor, at),
    ],
    audit: [
      {
        ...{ actor, action: 'flag.deleted', project, environment: null, object: `flag/${key}` },
        ...{ summary: `Flag ${key} deleted.`, before: { flag: flag.entity, states: own.map(({ entity }) => entity) } },
        ...{ after: null, reason: null },
      },
    ],
  };
}

function refuseTooMany(flags: readonly Flag[]): void {
  if (flags.filter(({ archived }) => !archived).length >= MOST_FLAGS)
    throw invalid({ field: 'key', message: `the project has ${MOST_FLAGS} flags, which is the most: archive some first` });
}

function refuseVariantsInUse({ flag, states }: FlagSubject, kept: ReadonlySet<string>): void {
  const gone = new Set(flag.entity.variants.map(({ key }) => key).filter((key) => !kept.has(key)));
  if (gone.size === 0) return;
  const all = states.map(({ entity }) => entity);
  const serving = all.filter((state) => state.flag === flag.entity.key && [...variantsOf(state)].some((key) => gone.has(key)));
  const by = [
    ...serving.map(({ environment }) => ({ environment, flag: flag.entity.key })),
    ...dependents(flag.entity.key, all, gone),
  ];
  if (by.length === 0) return;
  const places = by.map((user) => `${user.flag} in ${user.environment}`);
  throw new BurgeeError('in_use', `${listed(gone)} cannot go: in use by ${listed(places)}`, { by });
}

/** Archived flags that name this one do not keep it from being archived too. */
function refuseWhileNeeded({ flag, flags, states }: FlagSubject): void {
  const archived = new Set(flags.filter((other) => other.archived).map(({ key }) => key));
  const all = states.map(({ entity }) => entity).filter((state) => !archived.has(state.flag));
  const by = dependents(flag.entity.key, all);
  if (by.length === 0) return;
  throw new BurgeeError('in_use', `${flag.entity.key} is a prerequisite of ${listed(new Set(by.map((user) => user.flag)))}`, {
    by,
  });
}

function refuseUnmet({ flag, flags, states }: FlagSubject): void {
  refuseTooMany(flags);
  const live = new Set(flags.filter(({ archived }) => !archived).map(({ key }) => key));
  const own = states.filter(({ entity }) => entity.flag === flag.entity.key);
  const unmet = new Set(own.flatMap(({ entity }) => entity.prerequisites.map((p) => p.flag)).filter((key) => !live.has(key)));
  if (unmet.size > 0) throw invalid({ field: 'archived', message: `unarchive its prerequisites first: ${listed(unmet)}` });
}

/** A rollout that starts at the same time writes the state too: one of the two is decided again. */
function holdStates({ flag, states }: FlagSubject): Write[] {
  const own = states.filter(({ entity }) => entity.flag === flag.entity.key);
  return own.map(({ entity, version }) => ({ put: 'state', entity, basedOn: version }));
}

function editSummary(changed: Partial<Flag>, ended: readonly Write[]): string {
  const others = Object.keys(changed).filter((key) => key !== 'archived');
  return [
    ...(changed.archived === undefined ? [] : [changed.archived ? 'archived' : 'unarchived']),
    ...(others.length === 0 ? [] : [`${listed(others)} changed`]),
    ...(ended.length === 0 ? [] : [ended.length === 1 ? 'its rollout was aborted' : `${ended.length} rollouts were aborted`]),
  ].join('; ');
}

/** The properties that are there: under exactOptionalPropertyTypes an undefined one is not an absent one. */
function defined<T extends object>(of: T): { [P in keyof T]?: Exclude<T[P], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as {
    [P in keyof T]?: Exclude<T[P], undefined>;
  };
}
