import type { NoticeRecord, NoticeRouteInput, NoticeRouteView } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, query, request } from './client.ts';

export interface NoticeRoutes {
  readonly routes: readonly NoticeRouteView[];
  /** Whether the server can send mail. */
  readonly mail: boolean;
}

/** The secret that signs a webhook is in the answer that made it, and in no other. */
type Made = { readonly route: NoticeRouteView; readonly secret?: string };

const path = (project: string, ...more: string[]) => api('projects', project, 'notice-routes', ...more);

export const noticeRoutes = (project: string) =>
  queryOptions({ queryKey: ['notice-routes', project], queryFn: () => request<NoticeRoutes>('GET', path(project)) });

export const createRoute = (project: string, body: NoticeRouteInput & { key: string }) =>
  request<Made>('POST', path(project), { body });

export const putRoute = (project: string, key: string, body: NoticeRouteInput, version: number) =>
  request<Made>('PUT', path(project, key), { body, version });

export const deleteRoute = (project: string, key: string) => request<void>('DELETE', path(project, key));

export const rotateSecret = (project: string, key: string) => request<Required<Made>>('POST', path(project, key, 'secret'));

export const tryRoute = (project: string, key: string) =>
  request<{ sent: boolean; error: string | null }>('POST', path(project, key, 'test'));

export interface NoticePage {
  readonly notices: readonly NoticeRecord[];
  readonly next: number | null;
}

export const noticePage = (project: string, before?: number) =>
  request<NoticePage>('GET', `${api('projects', project, 'notices')}${query({ before, limit: 40 })}`);
