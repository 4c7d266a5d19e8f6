import type { Plan } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, request } from './client.ts';
import type { PlanRow } from './resources.ts';

export type PlanSettings = Omit<Plan, 'project' | 'key'>;

export const plan = (project: string, key: string) =>
  queryOptions({
    queryKey: ['plans', project, key],
    queryFn: () => request<PlanRow>('GET', api('projects', project, 'plans', key)),
  });

export const createPlan = (project: string, body: PlanSettings & { key: string }) =>
  request<PlanRow>('POST', api('projects', project, 'plans'), { body });

export const putPlan = (project: string, key: string, body: PlanSettings, version: number) =>
  request<PlanRow>('PUT', api('projects', project, 'plans', key), { body, version });

export const deletePlan = (project: string, key: string) => request<void>('DELETE', api('projects', project, 'plans', key));
