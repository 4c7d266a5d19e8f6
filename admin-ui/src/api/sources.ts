import type { MetricSource, Sample } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, request } from './client.ts';

export interface SourceRow extends MetricSource {
  readonly version: number;
}

export type SourceSettings = Omit<MetricSource, 'project' | 'key'>;

export const sources = (project: string) =>
  queryOptions({
    queryKey: ['sources', project],
    queryFn: async () => (await request<{ sources: SourceRow[] }>('GET', api('projects', project, 'metric-sources'))).sources,
  });

export const createSource = (project: string, body: SourceSettings & { key: string }) =>
  request<SourceRow>('POST', api('projects', project, 'metric-sources'), { body });

export const putSource = (project: string, key: string, body: SourceSettings, version: number) =>
  request<SourceRow>('PUT', api('projects', project, 'metric-sources', key), { body, version });

export const deleteSource = (project: string, key: string) =>
  request<void>('DELETE', api('projects', project, 'metric-sources', key));

/** What a source is asked for, as a guard would. */
export interface Trial {
  readonly errors: string;
  readonly total: string;
  readonly flag: string;
  readonly environment: string;
  readonly windowMs: number;
}

export const trySource = (project: string, key: string, trial: Trial) =>
  request<{ sample: Sample }>('POST', api('projects', project, 'metric-sources', key, 'test'), { body: trial });
