import type { Prerequisite, Rule } from '@burgee/engine';
import type {
  FlagKind,
  FlagState,
  Permission,
  PromotedPercents,
  PromotionPart,
  RolloutPreview,
  RolloutView,
  ScheduledEdit,
} from '@burgee/server/api';
import { api, request } from './client.ts';
import type { FlagRow, ScheduledRow, StateRow } from './resources.ts';

/** A rule before the server has given it its id. */
export type NewRule = Omit<Rule, 'id' | 'ramp'> & { readonly id?: string };

/** What a person can change of a flag in one environment. */
export interface Targeting {
  readonly enabled: boolean;
  readonly prerequisites: readonly Prerequisite[];
  readonly rules: readonly NewRule[];
  readonly defaultVariant: string;
  readonly offVariant: string;
}

type At = Pick<FlagState, 'project' | 'environment' | 'flag'>;

const statePath = (at: At, ...more: string[]) =>
  api('projects', at.project, 'environments', at.environment, 'flags', at.flag, ...more);

/** What can be changed of a state; marks of rollouts are the server's. */
export function targetingOf(state: FlagState): Targeting {
  return {
    enabled: state.enabled,
    prerequisites: state.prerequisites,
    rules: state.rules.map(({ ramp: _, ...rule }) => rule),
    defaultVariant: state.defaultVariant,
    offVariant: state.offVariant,
  };
}

export const putTargeting = (at: At, targeting: Targeting, version: number) =>
  request<Pick<StateRow, 'state' | 'version'>>('PUT', statePath(at), { body: targeting, version });

export const kill = (at: At, reason: string) => request<StateRow>('POST', statePath(at, 'kill'), { body: { reason } });

export const restore = (at: At, reason: string) => request<StateRow>('POST', statePath(at, 'restore'), { body: { reason } });

/** What a new flag may be given; everything but the key has a default. */
export interface NewFlag {
  readonly key: string;
  readonly name?: string;
  readonly description?: string;
  readonly kind?: FlagKind;
  readonly type?: FlagRow['flag']['type'];
  readonly variants?: FlagRow['flag']['variants'];
  readonly tags?: readonly string[];
  readonly owner?: string | null;
}

export const createFlag = (project: string, flag: NewFlag) =>
  request<Pick<FlagRow, 'flag' | 'version'>>('POST', api('projects', project, 'flags'), { body: flag });

/** What can be changed of a flag itself. */
export type FlagPatch = Partial<Omit<FlagRow['flag'], 'project' | 'key' | 'type' | 'createdAt'>>;

export const patchFlag = (project: string, key: string, patch: FlagPatch, version: number) =>
  request<Pick<FlagRow, 'flag' | 'version'>>('PATCH', api('projects', project, 'flags', key), { body: patch, version });

/** What can be given a time; rules without an id are new. */
export type Schedulable = Exclude<ScheduledEdit, { kind: 'edit' }> | { readonly kind: 'edit'; readonly edit: Partial<Targeting> };

/** `when` is ms since the epoch. */
export const scheduleChange = (at: At, wanted: { when: number; change: Schedulable; reason: string }, version?: number) =>
  request<{ scheduled: ScheduledRow }>('POST', statePath(at, 'schedule'), {
    body: { at: new Date(wanted.when).toISOString(), change: wanted.change, reason: wanted.reason },
    ...(version === undefined ? {} : { version }),
  });

export const cancelScheduled = (at: Pick<ScheduledRow, 'project' | 'environment' | 'id'>) =>
  request<{ scheduled: ScheduledRow }>('DELETE', api('projects', at.project, 'environments', at.environment, 'schedule', at.id));

/** Makes the environment of `at` like `from`, for exactly the versions that were looked at. */
export const promoteFlag = (at: At, from: string, percents: PromotedPercents, parts: readonly PromotionPart[]) =>
  request<{ promoted: Pick<StateRow, 'state' | 'version'>[] }>('POST', statePath(at, 'promotion'), {
    body: { from, percents, flags: parts.map(({ flag, versions }) => ({ flag, versions })) },
  });

export interface NewRollout {
  readonly flag: string;
  readonly release: string;
  readonly plan: string;
  readonly rule?: string;
  readonly variant?: string;
  readonly force?: { readonly reason: string };
}

export const startRollout = (project: string, environment: string, body: NewRollout) =>
  request<{ rollout: RolloutView }>('POST', api('projects', project, 'environments', environment, 'rollouts'), { body });

/** What a start with this body would do; nothing is changed. */
export const previewRollout = async (project: string, environment: string, body: NewRollout) =>
  (
    await request<{ preview: RolloutPreview }>(
      'POST',
      api('projects', project, 'environments', environment, 'rollouts', 'preview'),
      { body },
    )
  ).preview;

export type RolloutAction = 'pause' | 'resume' | 'advance' | 'revert';

/** The permission that each action needs. */
export const ACTION_NEEDS: Readonly<Record<RolloutAction, Permission>> = {
  pause: 'rollout:control',
  resume: 'rollout:control',
  advance: 'rollout:control',
  revert: 'rollout:revert',
};

export const steer = (at: Pick<RolloutView, 'project' | 'environment' | 'id'>, action: RolloutAction, reason: string) =>
  request<{ rollout: RolloutView }>(
    'POST',
    api('projects', at.project, 'environments', at.environment, 'rollouts', at.id, action),
    { body: { reason } },
  );
