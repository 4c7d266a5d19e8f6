import { z } from 'zod';
import { personOf } from '../../domain/access/people.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { setSessionCookie } from '../frame/cookies.ts';
import { type Route, route } from '../frame/route.ts';
import { email, person } from './people-schemas.ts';
import { addressOf, endSession, logIn } from './session.ts';

export const loginRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/login',
    permission: 'open',
    summary: 'Log in by e-mail and password; 10 tries a minute per account and address, 100 an hour per account',
    body: z.strictObject({ email, password: z.string().max(256) }),
    responses: { 200: z.strictObject({ user: person }) },
    handle: async ({ body, deps, context, at }) => {
      const address = addressOf(context, deps);
      const stored = (await deps.store.list('user', { email: body.email }))[0];
      const hash = stored === undefined || stored.entity.disabled ? null : stored.entity.passwordHash;
      const finish = deps.attempts.begin(body.email, address);
      const isRight = await deps.passwords.verify(body.password, hash).finally(finish);
      if (stored === undefined || hash === null || !isRight)
        throw new BurgeeError('unauthenticated', 'the e-mail address or the password is wrong');
      deps.attempts.succeeded(body.email, address);
      const user = stored.entity;
      const session = await logIn(user, context, deps, at);
      const now = await deps.store.get('user', { id: user.id });
      if (now === undefined || now.entity.disabled || now.entity.passwordHash !== hash) {
        await endSession(session.id, deps);
        throw new BurgeeError('unauthenticated', 'the account changed while you logged in, try again');
      }
      if (deps.passwords.isOutdated(hash)) {
        const entity = { ...now.entity, passwordHash: await deps.passwords.hash(body.password) };
        await deps.store
          .commit({ environments: [], writes: [{ put: 'user', entity, basedOn: now.version }], audit: [] })
          .catch((error: unknown) => deps.log.warn({ user: user.id, error: String(error) }, 'could not renew a password hash'));
      }
      return { status: 200, body: { user: personOf(user) }, headers: { 'set-cookie': session.header } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/logout',
    permission: 'me',
    summary: 'End this session',
    responses: { 204: null },
    handle: async ({ principal, deps }) => {
      if (principal.kind === 'user') await endSession(principal.session, deps);
      return { status: 204, headers: { 'set-cookie': setSessionCookie(deps.config.publicUrl, null) } };
    },
  }),
];
