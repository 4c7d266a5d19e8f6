import type { Segment, SegmentUsage } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, request } from './client.ts';

/** A segment, and the flags whose rules name it. */
export interface SegmentInUse {
  readonly segment: Segment;
  readonly version: number;
  readonly usedBy: readonly { readonly environment: string; readonly flag: string }[];
}

export type SegmentFields = Pick<Segment, 'name' | 'description' | 'when'>;

export const segmentsInUse = (project: string) =>
  queryOptions({
    queryKey: ['segments', project, 'use'],
    queryFn: async () => (await request<{ segments: SegmentInUse[] }>('GET', api('projects', project, 'segments'))).segments,
  });

export const segment = (project: string, key: string) =>
  queryOptions({
    queryKey: ['segments', project, 'one', key],
    queryFn: () => request<SegmentInUse>('GET', api('projects', project, 'segments', key)),
  });

export const segmentUsage = (project: string, key: string) =>
  queryOptions({
    queryKey: ['segments', project, 'usage', key],
    queryFn: async () =>
      (await request<{ usage: SegmentUsage }>('GET', api('projects', project, 'segments', key, 'usage'))).usage,
    staleTime: 60_000,
  });

export const createSegment = (project: string, body: SegmentFields & { key: string }) =>
  request<SegmentInUse>('POST', api('projects', project, 'segments'), { body });

export const patchSegment = (project: string, key: string, body: Partial<SegmentFields>, version: number) =>
  request<SegmentInUse>('PATCH', api('projects', project, 'segments', key), { body, version });

export const deleteSegment = (project: string, key: string, version: number) =>
  request<void>('DELETE', api('projects', project, 'segments', key), { version });
