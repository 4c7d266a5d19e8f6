import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { createOverrideToken, overrideSigningKey, revokeOverrides } from '../../domain/access/override-token.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { commitDecision, found } from '../frame/commit.ts';
import { type Route, route } from '../frame/route.ts';
import { makeOverrideKey, signOverride } from './override-signing.ts';

const PATH = '/api/v1/projects/{project}/environments/{environment}/override-tokens';
const params = z.object({ project: z.string(), environment: z.string() });
const flags = z.array(z.strictObject({ flag: z.string(), variant: z.string() }));

/** Tokens that let whoever carries one see chosen variants, for a while. */
export const overrideTokenRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: PATH,
    permission: 'override:write',
    summary: 'Make an override token: requests that carry it are served these variants, unless the flag is killed',
    params,
    body: z.strictObject({
      flags,
      lifetimeMs: z.number().optional().describe('One minute to 24 hours; one hour unless said'),
      note: z.string().optional().describe('What for; it goes into the audit log'),
    }),
    responses: { 201: z.strictObject({ token: z.string(), id: z.string(), flags, expiresAt: z.number() }) },
    handle: async ({ params: { project, environment: key }, body, principal, at, deps: { store, random } }) => {
      const fresh = await makeOverrideKey(random(12));
      const {
        token,
        key: used,
        environment,
      } = await commitDecision(store, async () => {
        const environment = found(await store.get('environment', { project, key }), `environment ${key}`);
        const wanted = [...new Set(body.flags.map(({ flag }) => flag))].map((flag) => ({ project, key: flag }));
        const known = (await store.getAll('flag', wanted)).flatMap((stored) => stored?.entity ?? []);
        const subject = { environment, flags: known, fresh, id: random(12) };
        return { ...createOverrideToken(subject, body, { actor: actorOf(principal), at }), environment: environment.entity };
      });
      const stored = await store.get('signingKey', { id: overrideSigningKey(environment, used) });
      // revoked in this very moment: whoever asked may ask again
      if (stored === undefined) throw new BurgeeError('conflict', 'all override tokens of this environment were just revoked');
      const signed = await signOverride(token, { ...used, secret: stored.entity.secret });
      return { status: 201, body: { token: signed, id: token.id, flags: token.flags, expiresAt: token.expiresAt } };
    },
  }),
  route({
    method: 'post',
    path: `${PATH}/revoke`,
    permission: 'override:write',
    summary: 'End every override token of the environment at once; SDKs hear of it as of any change',
    params,
    body: z.strictObject({ reason: z.string().optional() }),
    responses: { 204: null },
    handle: async ({ params: { project, environment: key }, body, principal, at, deps: { store } }) => {
      await commitDecision(store, async () => {
        const environment = found(await store.get('environment', { project, key }), `environment ${key}`);
        return revokeOverrides(environment, body, { actor: actorOf(principal), at });
      });
      return { status: 204 };
    },
  }),
];
