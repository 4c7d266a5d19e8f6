import { z } from 'zod';
import type { Principal, Scope } from '../../domain/access/access.ts';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { type Route, route } from '../frame/route.ts';
import { startBody, startedRollout } from './rollout-schemas.ts';
import { startRollout } from './rollout-start.ts';

const NOWHERE: Scope = { project: null, environment: null };

/** A pipeline acts where its token belongs. */
function ofToken(principal: Principal): Scope {
  return principal.kind === 'token' ? { project: principal.token.project, environment: principal.token.environment } : NOWHERE;
}

const deployBody = startBody.extend({ project: z.string().max(100).optional(), environment: z.string().max(100).optional() });

export const hookRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/hooks/deploy',
    permission: 'rollout:start',
    scope: (principal) => ofToken(principal),
    summary: 'A deployment has happened: start its rollout, or one in each of several environments in turn, or find them',
    body: deployBody,
    responses: { 200: startedRollout, 201: startedRollout },
    handle: async (call) => {
      const { project: inProject, environment: inEnvironment, ...request } = call.body;
      const scope = ofToken(call.principal);
      const project = place('project', scope.project, inProject);
      const environment = place('environment', scope.environment, inEnvironment ?? request.environments?.[0]);
      return startRollout(call, { project, environment }, request);
    },
  }),
];

function place(field: 'project' | 'environment', own: string | null, named: string | undefined): string {
  if (own === null && named === undefined) throw invalid({ field, message: `is needed: this key is good for every ${field}` });
  if (own !== null && named !== undefined && own !== named) {
    throw new BurgeeError('forbidden', `this key is for the ${field} ${own}, not ${named}`);
  }
  return own ?? named ?? '';
}
