import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { endOwnSession, type OwnSession } from '../../domain/access/people.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { type Route, route } from '../frame/route.ts';
import { isSessionLive } from './authenticate.ts';

const ownSession = z.strictObject({
  id: z.string(),
  createdAt: z.number(),
  seenAt: z.number(),
  userAgent: z.string(),
  current: z.boolean(),
}) satisfies z.ZodType<OwnSession>;

/** Where somebody is logged in. Everybody sees and ends their own sessions and no others. */
export const ownSessionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/sessions',
    permission: 'me',
    summary: "One's own sessions that have not ended, the one seen last first",
    responses: { 200: z.strictObject({ sessions: z.array(ownSession) }) },
    handle: async ({ principal, at, deps }) => {
      if (principal.kind !== 'user') throw new BurgeeError('forbidden', 'only people have sessions');
      const all = await deps.store.list('session', { user: principal.user.id });
      const live = all.map(({ entity }) => entity).filter((session) => isSessionLive(session, at));
      const sessions = live
        .map(({ user: _, ...session }) => ({ ...session, current: session.id === principal.session }))
        .sort((a, b) => b.seenAt - a.seenAt);
      return { status: 200, body: { sessions } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/me/sessions/{session}',
    permission: 'me',
    summary: "End one of one's own sessions; the pages that it has open end with it",
    params: z.object({ session: z.string().max(100) }),
    responses: { 204: null },
    handle: async ({ params, principal, deps }) => {
      if (principal.kind !== 'user') throw new BurgeeError('forbidden', 'only people have sessions');
      const stored = await deps.store.get('session', { id: params.session });
      if (stored === undefined || stored.entity.user !== principal.user.id)
        throw new BurgeeError('not_found', 'you have no such session');
      await deps.store.commit(endOwnSession(principal.user, stored, actorOf(principal)));
      return { status: 204 };
    },
  }),
];
