import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/ports.ts';
import { decidePlan, decidePlanRemoval } from '../../domain/rollout/plan-decisions.ts';
import type { Plan } from '../../domain/rollout/rollout.ts';
import { builtinPlan, builtinPlans } from '../../domain/rollout/rollout-plans.ts';
import type { Deps } from '../frame/deps.ts';
import { ifMatch } from '../frame/if-match.ts';
import { type Route, route } from '../frame/route.ts';
import { planCreation, planSettings, planView } from './plan-schemas.ts';

const ofProject = z.strictObject({ project: z.string() });
const ofPlan = z.strictObject({ project: z.string(), plan: z.string() });

/** Built-in plans have version 0. */
function view({ entity, version }: Stored<Plan>) {
  const { project: _, ...plan } = entity;
  return { ...plan, version, builtin: version === 0 };
}

async function find({ store }: Deps, at: z.infer<typeof ofPlan>): Promise<Stored<Plan>> {
  const builtin = builtinPlan(at.project, at.plan);
  if (builtin !== undefined) return { entity: builtin, version: 0 };
  const found = await store.get('plan', { project: at.project, key: at.plan });
  if (found === undefined) throw new BurgeeError('not_found', `no plan ${at.plan} in ${at.project}`);
  return found;
}

async function sourcesOf({ store }: Deps, project: string): Promise<string[]> {
  if ((await store.get('project', { key: project })) === undefined) throw new BurgeeError('not_found', `no project ${project}`);
  return (await store.list('source', { project })).map(({ entity }) => entity.key);
}

export const planRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/plans',
    permission: 'plan:read',
    summary: 'The plans of a project, built-in ones first',
    params: ofProject,
    responses: { 200: z.object({ plans: z.array(planView) }) },
    handle: async ({ params, deps }) => {
      const own = await deps.store.list('plan', { project: params.project });
      const builtin = builtinPlans(params.project).map((entity) => ({ entity, version: 0 }));
      return { status: 200, body: { plans: [...builtin, ...own].map(view) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/projects/{project}/plans',
    permission: 'plan:write',
    summary: 'Make a plan',
    params: ofProject,
    body: planCreation,
    responses: { 201: planView },
    handle: async ({ params, body, principal, deps }) => {
      const entity: Plan = { project: params.project, ...body };
      const sources = await sourcesOf(deps, params.project);
      await deps.store.commit(decidePlan(null, entity, sources, actorOf(principal)));
      return { status: 201, body: view({ entity, version: 1 }), etag: '1' };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/plans/{plan}',
    permission: 'plan:read',
    summary: 'One plan',
    params: ofPlan,
    responses: { 200: planView },
    handle: async ({ params, deps }) => {
      const found = await find(deps, params);
      return { status: 200, body: view(found), etag: String(found.version) };
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/projects/{project}/plans/{plan}',
    permission: 'plan:write',
    summary: 'Replace a plan; rollouts under way keep the one they started with',
    params: ofPlan,
    body: planSettings,
    responses: { 200: planView },
    handle: async ({ params, body, principal, context, deps }) => {
      const version = ifMatch(context);
      const before = await find(deps, params);
      const entity: Plan = { project: params.project, key: params.plan, ...body };
      const change = decidePlan(before, entity, await sourcesOf(deps, params.project), actorOf(principal));
      if (before.version !== version)
        throw new BurgeeError('conflict', 'the plan changed since it was read', { current: view(before) });
      await deps.store.commit(change);
      return { status: 200, body: view({ entity, version: version + 1 }), etag: String(version + 1) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/projects/{project}/plans/{plan}',
    permission: 'plan:write',
    summary: 'Delete a plan that no active rollout uses',
    params: ofPlan,
    responses: { 204: null },
    handle: async ({ params, principal, deps }) => {
      const before = await find(deps, params);
      if (before.version === 0) throw new BurgeeError('in_use', `${params.plan} is built in and cannot be deleted`, { by: [] });
      const rollouts = await deps.store.list('rollout', { project: params.project });
      await deps.store.commit(decidePlanRemoval(before, rollouts, actorOf(principal)));
      return { status: 204 };
    },
  }),
];
