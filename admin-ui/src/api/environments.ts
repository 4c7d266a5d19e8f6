import type { Revision } from '@burgee/engine';
import type { Environment, TokenKind, TokenView } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, query, request } from './client.ts';

export interface EnvironmentRow {
  readonly environment: Environment;
  readonly version: number;
  readonly revision: Revision;
}

export const environments = (project: string) =>
  queryOptions({
    queryKey: ['environments', project],
    queryFn: async () =>
      (await request<{ environments: EnvironmentRow[] }>('GET', api('projects', project, 'environments'))).environments,
  });

export const createEnvironment = (project: string, body: { key: string; name?: string }) =>
  request<EnvironmentRow>('POST', api('projects', project, 'environments'), { body });

export const patchEnvironment = (
  project: string,
  key: string,
  body: Partial<Pick<Environment, 'name' | 'description' | 'order'>>,
  version: number,
) => request<EnvironmentRow>('PATCH', api('projects', project, 'environments', key), { body, version });

export const deleteEnvironment = (project: string, key: string, version: number) =>
  request<void>('DELETE', api('projects', project, 'environments', key), { version });

/** Tokens of every project and of none: lists are cut out of them. */
export const tokens = () =>
  queryOptions({
    queryKey: ['tokens'],
    queryFn: async () => (await request<{ tokens: TokenView[] }>('GET', api('tokens'))).tokens,
  });

export interface NewToken {
  readonly kind: TokenKind;
  readonly name: string;
  /** null: every project (admin tokens only). */
  readonly project: string | null;
  readonly environment: string | null;
  readonly origins: readonly string[];
  readonly expiresAt: number | null;
}

/** Makes a token; its secret is in the answer and nowhere else. */
export function createToken({ project, environment, kind, name, origins, expiresAt }: NewToken) {
  const path = project === null ? api('tokens') : api('projects', project, 'tokens');
  const place = project === null ? {} : { environment, ...(kind === 'client' ? { origins } : {}) };
  return request<{ token: TokenView; secret: string }>('POST', path, { body: { kind, name, expiresAt, ...place } });
}

export const revokeToken = (id: string, reason: string) => request<void>('DELETE', `${api('tokens', id)}${query({ reason })}`);
