import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { acceptInvitation, INVITATION_MS, invite, isInvited } from '../../domain/access/invitations.ts';
import { personOf } from '../../domain/access/people.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { type Route, route } from '../frame/route.ts';
import { newPassword, person } from './people-schemas.ts';
import { sha256 } from './secrets.ts';
import { addressOf, logIn, sweepSessions } from './session.ts';

/** Links with which people choose their first password, or another one when it is lost; they need no mail server. */
export const invitationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/users/{user}/invitation',
    permission: 'user:write',
    summary:
      'Make a link with which a person chooses a password, once within 3 days; its secret is in this answer and nowhere else',
    params: z.object({ user: z.string().max(100) }),
    responses: { 201: z.strictObject({ secret: z.string(), expiresAt: z.number() }) },
    handle: async ({ params, deps, principal, at }) => {
      const stored = await deps.store.get('user', { id: params.user });
      if (stored === undefined) throw new BurgeeError('not_found', `there is no user ${params.user}`);
      const secret = deps.random(43);
      await commitPrivately(deps.store.commit(invite(stored, sha256(secret), actorOf(principal), at)));
      return { status: 201, body: { secret, expiresAt: at + INVITATION_MS } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/invitation',
    permission: 'open',
    summary: 'Choose a password by a link, and be logged in; ends all other sessions of this person',
    body: z.strictObject({ user: z.string().max(100), secret: z.string().max(100), password: newPassword }),
    responses: { 200: z.strictObject({ user: person }) },
    handle: async ({ body, deps, context, at }) => {
      const refusal = new BurgeeError(
        'not_found',
        'the link is wrong, was used already or is older than 3 days: ask for another',
      );
      const finish = deps.attempts.begin(`invitation ${body.user}`, addressOf(context, deps));
      try {
        const stored = await deps.store.get('user', { id: body.user });
        if (stored === undefined || !isInvited(stored.entity, sha256(body.secret), at)) throw refusal;
        const hash = await deps.passwords.hash(body.password);
        const sessions = await deps.store.list('session', { user: body.user });
        await commitPrivately(deps.store.commit(acceptInvitation(stored, hash, sessions)));
        await sweepSessions(body.user, null, deps);
        const session = await logIn(stored.entity, context, deps, at);
        return { status: 200, body: { user: personOf(stored.entity) }, headers: { 'set-cookie': session.header } };
      } finally {
        finish();
      }
    },
  }),
];

/** What is there instead holds hashes: a refusal does not show it. */
export async function commitPrivately(commit: Promise<unknown>): Promise<void> {
  await commit.catch((error: unknown) => {
    if (!(error instanceof BurgeeError) || error.code !== 'conflict') throw error;
    throw new BurgeeError('conflict', 'this person was changed at the same time, try again', {}, error);
  });
}
