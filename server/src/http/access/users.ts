import { z } from 'zod';
import { actorOf, type User } from '../../domain/access/access.ts';
import { changePassword, changeUser, createUser, personOf } from '../../domain/access/people.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/ports.ts';
import type { Deps } from '../frame/deps.ts';
import { ifMatch } from '../frame/if-match.ts';
import { type Route, route } from '../frame/route.ts';
import { commitPrivately } from './invitations.ts';
import { email, person, personName, role } from './people-schemas.ts';
import { sweepSessions } from './session.ts';

const params = z.object({ user: z.string().max(100) });
const invitedUntil = z.number().nullable().describe('Until when a link to choose a password is good, ms');
const one = z.strictObject({ user: person, version: z.number(), invitedUntil });
const view = ({ entity, version }: Stored<User>) => ({
  user: personOf(entity),
  version,
  invitedUntil: entity.invitation?.expiresAt ?? null,
});

async function find(deps: Deps, id: string): Promise<Stored<User>> {
  const stored = await deps.store.get('user', { id });
  if (stored === undefined) throw new BurgeeError('not_found', `there is no user ${id}`);
  return stored;
}

export const userRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/users',
    permission: 'user:read',
    summary: 'Everybody who can log in',
    responses: { 200: z.strictObject({ users: z.array(one) }) },
    handle: async ({ deps }) => ({ status: 200, body: { users: (await deps.store.list('user')).map(view) } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/users',
    permission: 'user:write',
    summary: 'Add a person; the generated password is in this answer and nowhere else',
    body: z.strictObject({ email, name: personName, role }),
    responses: { 201: one.extend({ password: z.string() }) },
    handle: async ({ body, deps, principal, at }) => {
      const exists = new BurgeeError('exists', `there is a user ${body.email} already`);
      if ((await deps.store.list('user', { email: body.email })).length > 0) throw exists;
      const password = deps.random(20);
      const passwordHash = await deps.passwords.hash(password);
      const user: User = { ...body, id: deps.random(12), passwordHash, disabled: false, createdAt: at };
      await deps.store.commit(createUser(user, actorOf(principal)));
      return { status: 201, body: { ...view({ entity: user, version: 1 }), password }, etag: '1' };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/users/{user}',
    permission: 'user:write',
    summary: 'Change name or role, disable or enable; a changed role and disabling end all sessions',
    params,
    body: z.strictObject({ name: personName.optional(), role: role.optional(), disabled: z.boolean().optional() }),
    responses: { 200: one },
    handle: async ({ params, body, deps, principal, context }) => {
      const version = ifMatch(context);
      const stored = await find(deps, params.user);
      if (stored.version !== version)
        throw new BurgeeError('conflict', `${stored.entity.email} changed since it was read`, { current: view(stored) });
      const [users, sessions] = await Promise.all([deps.store.list('user'), deps.store.list('session', { user: params.user })]);
      await commitPrivately(deps.store.commit(changeUser(stored, body, { users, sessions }, actorOf(principal))));
      const next = await find(deps, params.user);
      return { status: 200, body: view(next), etag: String(next.version) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/users/{user}/password',
    permission: 'user:write',
    summary: 'Give a person a generated password, shown once; ends all their sessions',
    params,
    responses: { 200: z.strictObject({ password: z.string() }) },
    handle: async ({ params, deps, principal }) => {
      const stored = await find(deps, params.user);
      const password = deps.random(20);
      const hash = await deps.passwords.hash(password);
      const sessions = await deps.store.list('session', { user: params.user });
      await commitPrivately(deps.store.commit(changePassword(stored, hash, { sessions, keep: null }, actorOf(principal))));
      await sweepSessions(params.user, null, deps);
      return { status: 200, body: { password } };
    },
  }),
];
