import { z } from 'zod';
import type { User } from '../../domain/access/access.ts';
import { beginWith, DEFAULT_PROJECT } from '../../domain/access/first-owner.ts';
import { personOf } from '../../domain/access/people.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { setSessionCookie } from '../frame/cookies.ts';
import { type Route, route } from '../frame/route.ts';
import { email, newPassword, person, personName } from './people-schemas.ts';
import { addressOf, newSession } from './session.ts';

const setupBody = z.strictObject({ token: z.string().max(200), email, name: personName, password: newPassword });

export const setupRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/setup',
    permission: 'public',
    summary: 'Whether the first owner is still to be made',
    responses: { 200: z.strictObject({ required: z.boolean() }) },
    handle: async ({ deps }) => ({ status: 200, body: { required: !(await deps.setup.done()) } }),
  }),
  route({
    method: 'post',
    path: '/setup',
    permission: 'public',
    summary: 'Make the first owner and the project `default`, with the one-time token that the server printed; once',
    body: setupBody,
    responses: { 201: z.strictObject({ user: person }) },
    handle: async ({ body, deps, context, at }) => {
      const done = new BurgeeError('setup_done', 'Burgee has an owner already; log in');
      if (await deps.setup.done()) throw done;
      if (!deps.setup.accepts(body.token)) {
        deps.attempts.begin('setup', addressOf(context, deps))();
        throw new BurgeeError('unauthenticated', 'the setup token is wrong or older than 30 minutes; a restart prints a new one');
      }
      const user: User = {
        id: deps.random(12),
        email: body.email,
        name: body.name,
        role: 'admin',
        passwordHash: await deps.passwords.hash(body.password),
        disabled: false,
        createdAt: at,
      };
      if (await deps.setup.done()) throw done;
      const { session, cookie } = newSession(user.id, context, deps, at);
      const actor = { kind: 'user' as const, id: user.id, name: user.name };
      const more = {
        writes: [{ put: 'session' as const, entity: session, basedOn: null }],
        actor,
        summary: `${user.email} set Burgee up`,
      };
      try {
        await deps.store.commit(beginWith([DEFAULT_PROJECT], user, more, at));
      } catch (error) {
        if (error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists')) throw done;
        throw error;
      }
      const headers = { 'set-cookie': setSessionCookie(deps.config.publicUrl, cookie) };
      return { status: 201, body: { user: personOf(user) }, headers };
    },
  }),
];
