import type { OwnSession, Person, Project, Role } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, request } from './client.ts';

export interface PersonRow {
  readonly user: Person;
  readonly version: number;
  /** Until when a link to choose a password is good, ms; null: there is none. */
  readonly invitedUntil: number | null;
}

export const people = () =>
  queryOptions({
    queryKey: ['people'],
    queryFn: async () => (await request<{ users: PersonRow[] }>('GET', api('users'))).users,
  });

export const createPerson = (body: { email: string; name: string; role: Role }) =>
  request<PersonRow>('POST', api('users'), { body });

export const patchPerson = (id: string, body: { name?: string; role?: Role; disabled?: boolean }, version: number) =>
  request<PersonRow>('PATCH', api('users', id), { body, version });

/** Makes a link with which a person chooses a password; an earlier one no longer works. */
export async function invitePerson({ id, email }: Pick<Person, 'id' | 'email'>): Promise<{ link: string; expiresAt: number }> {
  const { secret, expiresAt } = await request<{ secret: string; expiresAt: number }>('POST', api('users', id, 'invitation'));
  // behind the #, so that it is in no server's log
  return { link: `${location.origin}/invitation#${new URLSearchParams({ user: id, email, secret })}`, expiresAt };
}

export const acceptInvitation = (body: { user: string; secret: string; password: string }) =>
  request<{ user: Person }>('POST', api('invitation'), { body });

export const ownSessions = () =>
  queryOptions({
    queryKey: ['own-sessions'],
    queryFn: async () => (await request<{ sessions: OwnSession[] }>('GET', api('me', 'sessions'))).sessions,
  });

export const endSession = (id: string) => request<void>('DELETE', api('me', 'sessions', id));

export const changePassword = (current: string, next: string) =>
  request<void>('PUT', api('me', 'password'), { body: { current, next } });

export const patchProject = (key: string, body: Partial<Pick<Project, 'name' | 'description'>>, version: number) =>
  request<{ project: Project; version: number }>('PATCH', api('projects', key), { body, version });
