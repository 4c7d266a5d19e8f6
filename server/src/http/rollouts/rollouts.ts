import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/ports.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { CommandName } from '../../domain/rollout/rollout-commands.ts';
import { viewOf } from '../../domain/rollout/rollout-view.ts';
import type { Deps } from '../frame/deps.ts';
import { type Route, route } from '../frame/route.ts';
import { commandRollout } from './rollout-command.ts';
import { evidenceRoutes } from './rollout-evidence.ts';
import { previewRoute } from './rollout-preview.ts';
import {
  commandBody,
  listQuery,
  manyRollouts,
  ofEnvironment,
  ofProject,
  ofRollout,
  oneRollout,
  startBody,
  startedRollout,
} from './rollout-schemas.ts';
import { startRollout } from './rollout-start.ts';

const ENVIRONMENT = '/api/v1/projects/{project}/environments/{environment}';
const ROLLOUT = `${ENVIRONMENT}/rollouts/{rollout}`;

type Filter = { flag?: string | undefined; state?: Rollout['state'] | undefined };

async function list(deps: Deps, at: number, where: { project: string; environment?: string }, { flag, state }: Filter) {
  const found = await deps.store.list('rollout', {
    ...where,
    ...(flag !== undefined && { flag }),
    ...(state !== undefined && { state }),
  });
  const newest = [...found].sort((a, b) => b.entity.startedAt - a.entity.startedAt);
  return newest.map((rollout) => viewOf(rollout, { at, publicUrl: deps.config.publicUrl }));
}

async function find(deps: Deps, key: z.infer<typeof ofRollout>): Promise<Stored<Rollout>> {
  const { project, environment, rollout } = key;
  const found = await deps.store.get('rollout', { project, environment, id: rollout });
  if (found === undefined) throw new BurgeeError('not_found', `no rollout ${rollout} in ${project}/${environment}`);
  return found;
}

function control(name: CommandName, summary: string): Route {
  return route({
    method: 'post',
    path: `${ROLLOUT}/${name}`,
    permission: name === 'revert' ? 'rollout:revert' : 'rollout:control',
    summary,
    params: ofRollout,
    body: commandBody,
    responses: { 200: oneRollout, ...(name === 'revert' && { 202: oneRollout.extend({ durable: z.literal(false) }) }) },
    handle: async ({ params, body, principal, deps }) =>
      commandRollout(deps, name, { key: params, actor: actorOf(principal), reason: body.reason }),
  });
}

export const rolloutRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/rollouts',
    permission: 'rollout:read',
    summary: 'The rollouts of a project, newest first',
    params: ofProject,
    query: listQuery,
    responses: { 200: manyRollouts },
    handle: async ({ params, query, at, deps }) => ({ status: 200, body: { rollouts: await list(deps, at, params, query) } }),
  }),
  route({
    method: 'get',
    path: `${ENVIRONMENT}/rollouts`,
    permission: 'rollout:read',
    summary: 'The rollouts of an environment, newest first',
    params: ofEnvironment,
    query: listQuery,
    responses: { 200: manyRollouts },
    handle: async ({ params, query, at, deps }) => ({ status: 200, body: { rollouts: await list(deps, at, params, query) } }),
  }),
  route({
    method: 'post',
    path: `${ENVIRONMENT}/rollouts`,
    permission: 'rollout:start',
    summary: 'Start a rollout, or find the one that this release has',
    params: ofEnvironment,
    body: startBody,
    responses: { 200: startedRollout, 201: startedRollout },
    handle: async (call) => startRollout(call, call.params, call.body),
  }),
  route({
    method: 'get',
    path: ROLLOUT,
    permission: 'rollout:read',
    summary: 'One rollout',
    params: ofRollout,
    responses: { 200: oneRollout },
    handle: async ({ params, at, deps }) => {
      const rollout = await find(deps, params);
      const view = viewOf(rollout, { at, publicUrl: deps.config.publicUrl });
      return { status: 200, body: { rollout: view }, etag: String(rollout.version) };
    },
  }),
  ...evidenceRoutes,
  previewRoute,
  control('pause', 'Stop a rollout where it is; it is still judged and can still revert'),
  control('resume', 'Let a paused rollout go on from where its rule stands'),
  control('advance', 'Go to the next stage now'),
  control('revert', 'Take the rule back now and latch the release'),
];
