import type { Condition } from '@burgee/engine';
import { type By, type Decision, everywhere, touch, unchanged } from '../decision.ts';
import { changes, sides } from '../differences.ts';
import type { Environment, Project } from '../environment.ts';
import { BurgeeError } from '../errors.ts';
import { demand, type Refuse } from '../mistakes.ts';
import type { Change, Stored } from '../ports.ts';
import { checkKey, checkLine, checkText, listed } from '../text-check.ts';
import { checkCondition, SEGMENT_CONDITION } from './condition-check.ts';
import type { FlagState } from './flag.ts';
import { segmentUsers } from './references.ts';
import type { Segment } from './segment.ts';

/** What a person says of a new segment. */
export interface NewSegment {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly when: Condition;
}

/** What can be changed of a segment. */
export type SegmentEdit = { readonly [P in 'name' | 'description' | 'when']?: Segment[P] | undefined };

type PatternOk = (pattern: string) => boolean;

/** Makes a segment with the project's next number. Throws `invalid`, `exists`. */
export function createSegment(
  subject: {
    readonly project: Stored<Project>;
    readonly environments: readonly Stored<Environment>[];
    readonly exists: boolean;
    readonly patternOk: PatternOk;
  },
  command: NewSegment,
  { actor, at }: By,
): Decision<Segment> {
  const { project, environments } = subject;
  const { key, name = key, description = '', when } = command;
  demand((refuse) => {
    checkKey(key, 'key', refuse);
    check({ description, when, ...(name !== key && { name }) }, subject.patternOk, refuse);
  });
  if (subject.exists) throw new BurgeeError('exists', `there is a segment ${key} already`);
  const number = project.entity.nextSegment;
  const entity: Segment = { project: project.entity.key, key, name, description, when, number, createdAt: at };
  const change: Change = {
    environments: everywhere(environments),
    writes: [
      { put: 'project', entity: { ...project.entity, nextSegment: number + 1 }, basedOn: project.version },
      { put: 'segment', entity, basedOn: null },
    ],
    audit: [
      {
        ...{ actor, action: 'segment.created', project: entity.project, environment: null, object: `segment/${key}` },
        ...{ summary: `Segment ${key} created.`, before: null, after: sides(entity, { name, description, when }).after },
        reason: null,
      },
    ],
  };
  return { result: { entity, version: 1 }, change };
}

/** Changes a segment: its conditions in every environment, its name and description in none. Throws `invalid`. */
export function editSegment(
  subject: {
    readonly segment: Stored<Segment>;
    readonly environments: readonly Stored<Environment>[];
    readonly patternOk: PatternOk;
  },
  edit: SegmentEdit,
  { actor }: By,
): Decision<Segment> {
  const { segment, environments } = subject;
  const changed = changes<Segment>(segment.entity, edit);
  if (Object.keys(changed).length === 0) return unchanged(segment);
  demand((refuse) => check(changed, subject.patternOk, refuse));
  const entity: Segment = { ...segment.entity, ...changed };
  const change: Change = {
    environments: changed.when === undefined ? [] : everywhere(environments),
    writes: [{ put: 'segment', entity, basedOn: segment.version }],
    audit: [
      {
        ...{ actor, action: 'segment.changed', project: entity.project, environment: null, object: `segment/${entity.key}` },
        summary: `Segment ${entity.key}: ${listed(Object.keys(changed).map((key) => (key === 'when' ? 'conditions' : key)))} changed.`,
        ...sides(segment.entity, changed),
        reason: null,
      },
    ],
  };
  return { result: { entity, version: segment.version + 1 }, change };
}

/** Removes a segment that no rule names. Throws `in_use`. */
export function deleteSegment(
  subject: {
    readonly segment: Stored<Segment>;
    readonly environments: readonly Stored<Environment>[];
    readonly states: readonly FlagState[];
  },
  { actor }: By,
): Change {
  const { entity, version } = subject.segment;
  const by = segmentUsers(entity.key, subject.states);
  if (by.length > 0) {
    const places = by.map(({ flag, environment }) => `${flag} in ${environment}`);
    throw new BurgeeError('in_use', `${entity.key} is in use by ${listed(places)}`, { by });
  }
  const { name, description, when } = entity;
  return {
    environments: everywhere(subject.environments),
    writes: [
      { remove: 'segment', key: { project: entity.project, key: entity.key }, basedOn: version },
      ...touch(subject.environments),
    ],
    audit: [
      {
        ...{ actor, action: 'segment.deleted', project: entity.project, environment: null, object: `segment/${entity.key}` },
        ...{ summary: `Segment ${entity.key} deleted.`, before: sides(entity, { name, description, when }).before },
        ...{ after: null, reason: null },
      },
    ],
  };
}

function check({ name, description, when }: Partial<Segment>, patternOk: PatternOk, refuse: Refuse): void {
  if (name !== undefined) checkLine(name, 'name', { min: 1, max: 200 }, refuse);
  if (description !== undefined) checkText(description, 'description', 10_000, refuse);
  if (when !== undefined) checkCondition(when, 'when', { ...SEGMENT_CONDITION, patternOk }, refuse);
}
