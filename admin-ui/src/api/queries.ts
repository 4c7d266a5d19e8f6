import type { Attribute, FlagUsage, PromotedPercents, PromotionPart, RolloutView } from '@burgee/server/api';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, query, request } from './client.ts';
import type {
  AuditPage,
  EvidenceRow,
  FlagRow,
  Me,
  OwnerRow,
  PlanRow,
  ProjectRow,
  ScheduledRow,
  SegmentRow,
} from './resources.ts';

/** Everything the screens read, each under the key by which events refresh it. */
export const me = () => queryOptions({ queryKey: ['me'], queryFn: () => request<Me>('GET', api('me')), staleTime: 60_000 });

export const projects = () =>
  queryOptions({
    queryKey: ['projects'],
    queryFn: async () => (await request<{ projects: ProjectRow[] }>('GET', api('projects'))).projects,
    staleTime: 60_000,
  });

/** Search and kind are applied in the browser, where typing shows its effect at once. */
export const flags = (project: string, archived: boolean) =>
  queryOptions({
    queryKey: ['flags', project, archived],
    queryFn: async () =>
      (await request<{ flags: FlagRow[] }>('GET', `${api('projects', project, 'flags')}${query({ archived })}`)).flags,
    placeholderData: keepPreviousData,
    // comparing thousands of old and new rows costs more than drawing the few that are on the screen
    structuralSharing: false,
  });

/** The same with the states of one environment only: a thirtieth of the bytes where there are thirty. */
export const flagsIn = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['flags', project, 'in', environment],
    queryFn: async () =>
      (await request<{ flags: FlagRow[] }>('GET', api('projects', project, 'environments', environment, 'flags'))).flags,
    structuralSharing: false,
    staleTime: 15_000,
  });

export const flag = (project: string, key: string) =>
  queryOptions({
    queryKey: ['flag', project, key],
    queryFn: () => request<FlagRow>('GET', api('projects', project, 'flags', key)),
  });

/** Whom a flag can belong to, and who is behind an id. */
export const owners = (project: string) =>
  queryOptions({
    queryKey: ['owners', project],
    queryFn: async () => (await request<{ owners: OwnerRow[] }>('GET', api('projects', project, 'owners'))).owners,
    staleTime: 60_000,
  });

/** Attributes that SDKs have met in an environment, or that conditions look at. */
export const attributes = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['attributes', project, environment],
    queryFn: async () =>
      (await request<{ attributes: Attribute[] }>('GET', api('projects', project, 'environments', environment, 'attributes')))
        .attributes,
    staleTime: 60_000,
  });

const atFlag = (project: string, environment: string, flag: string, ...more: string[]) =>
  api('projects', project, 'environments', environment, 'flags', flag, ...more);

/** What applications reported of a flag: the last hour by minute, and the last day. */
export const usage = (project: string, environment: string, flag: string) =>
  queryOptions({
    queryKey: ['usage', project, environment, flag],
    queryFn: async () => (await request<{ usage: FlagUsage }>('GET', atFlag(project, environment, flag, 'usage'))).usage,
    staleTime: 15_000,
    refetchInterval: 30_000,
  });

/** Changes of a flag that wait for their time. */
export const schedule = (project: string, environment: string, flag: string) =>
  queryOptions({
    queryKey: ['schedule', project, environment, flag],
    queryFn: async () =>
      (await request<{ scheduled: ScheduledRow[] }>('GET', atFlag(project, environment, flag, 'schedule'))).scheduled,
  });

/** What making an environment like another one would change. */
export const promotion = (project: string, environment: string, flag: string, from: string, percents: PromotedPercents) =>
  queryOptions({
    queryKey: ['promotion', project, environment, flag, from, percents],
    queryFn: async () =>
      (
        await request<{ parts: PromotionPart[] }>(
          'GET',
          `${atFlag(project, environment, flag, 'promotion')}${query({ from, percents })}`,
        )
      ).parts,
    staleTime: 0,
  });

export const segments = (project: string) =>
  queryOptions({
    queryKey: ['segments', project],
    queryFn: async () => (await request<{ segments: SegmentRow[] }>('GET', api('projects', project, 'segments'))).segments,
    staleTime: 30_000,
  });

export const plans = (project: string) =>
  queryOptions({
    queryKey: ['plans', project],
    queryFn: async () => (await request<{ plans: PlanRow[] }>('GET', api('projects', project, 'plans'))).plans,
    staleTime: 30_000,
  });

export const rollouts = (project: string) =>
  queryOptions({
    queryKey: ['rollouts', project],
    queryFn: async () => (await request<{ rollouts: RolloutView[] }>('GET', api('projects', project, 'rollouts'))).rollouts,
  });

const rolloutPath = (project: string, environment: string, id: string) =>
  api('projects', project, 'environments', environment, 'rollouts', id);

export const rollout = (project: string, environment: string, id: string) =>
  queryOptions({
    queryKey: ['rollout', project, environment, id],
    queryFn: async () => (await request<{ rollout: RolloutView }>('GET', rolloutPath(project, environment, id))).rollout,
  });

export const evidence = (project: string, environment: string, id: string) =>
  queryOptions({
    queryKey: ['evidence', project, environment, id],
    queryFn: async () =>
      (await request<{ batches: EvidenceRow[] }>('GET', `${rolloutPath(project, environment, id)}/evidence`)).batches,
    placeholderData: keepPreviousData,
  });

export interface AuditFilter {
  readonly environment?: string | undefined;
  readonly object?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
}

export const auditPage = (project: string, filter: AuditFilter, before?: number, limit = 60) =>
  request<AuditPage>('GET', `${api('projects', project, 'audit')}${query({ ...filter, before, limit })}`);

export const history = (project: string, object: string) =>
  queryOptions({
    queryKey: ['audit', project, 'history', object],
    queryFn: async () => (await auditPage(project, { object }, undefined, 12)).entries,
  });
