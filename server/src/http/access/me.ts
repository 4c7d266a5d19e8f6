import { z } from 'zod';
import { actorOf, permissionsOf } from '../../domain/access/access.ts';
import { changePassword, personOf } from '../../domain/access/people.ts';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { type Route, route } from '../frame/route.ts';
import { newPassword, person } from './people-schemas.ts';
import { addressOf, sweepSessions } from './session.ts';

const me = z.union([
  z.strictObject({ user: person, permissions: z.array(z.string()) }),
  z.strictObject({
    token: z.strictObject({
      id: z.string(),
      kind: z.string(),
      name: z.string(),
      project: z.string().nullable(),
      environment: z.string().nullable(),
    }),
    permissions: z.array(z.string()),
  }),
]);

export const meRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me',
    permission: 'identity',
    summary: 'Who this session or token is, and what it may do',
    responses: { 200: me },
    handle: ({ principal }) => {
      const permissions = permissionsOf(principal);
      if (principal.kind === 'user') return { status: 200, body: { user: personOf(principal.user), permissions } };
      if (principal.kind === 'anonymous') throw new BurgeeError('unauthenticated', 'nobody is logged in');
      const { id, kind, name, project, environment } = principal.token;
      return { status: 200, body: { token: { id, kind, name, project, environment }, permissions } };
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/me/password',
    permission: 'me',
    summary: "Change one's own password; ends every other session",
    body: z.strictObject({ current: z.string().max(256), next: newPassword }),
    responses: { 204: null },
    handle: async ({ principal, body, deps, context }) => {
      if (principal.kind !== 'user') throw new BurgeeError('forbidden', 'only people have passwords');
      const { store, passwords, attempts } = deps;
      const address = addressOf(context, deps);
      const stored = await store.get('user', { id: principal.user.id });
      const finish = attempts.begin(principal.user.email, address);
      const isRight = await passwords.verify(body.current, stored?.entity.passwordHash ?? null).finally(finish);
      if (stored === undefined || !isRight) throw invalid({ field: 'current', message: 'is not your password' });
      attempts.succeeded(principal.user.email, address);
      if (body.next === body.current) throw invalid({ field: 'next', message: 'must differ from the current password' });
      const sessions = await store.list('session', { user: principal.user.id });
      const hash = await passwords.hash(body.next);
      await store.commit(changePassword(stored, hash, { sessions, keep: principal.session }, actorOf(principal)));
      await sweepSessions(principal.user.id, principal.session, deps);
      return { status: 204 };
    },
  }),
];
