import { z } from 'zod';
import { actorOf } from '../domain/access/access.ts';
import { BurgeeError } from '../domain/errors.ts';
import type { MetricSource, Store, Stored } from '../domain/ports.ts';
import { decideSource, decideSourceRemoval } from '../domain/source-decisions.ts';
import { ifMatch } from './frame/if-match.ts';
import { type Route, route } from './frame/route.ts';

const header = z.strictObject({
  name: z.string().min(1).max(100),
  value: z.union([z.string().max(1_000), z.strictObject({ env: z.string().max(100) })]),
});
const settings = z.strictObject({
  name: z.string().trim().min(1).max(100),
  type: z.enum(['prometheus', 'json']),
  url: z.string().max(2_000),
  headers: z.array(header).max(10).default([]),
  timeoutMs: z.number().int().min(100).max(10_000).default(5_000),
});
const creation = settings.extend({
  key: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be 1–100 of a–z, 0–9, . _ - and begin with a letter or digit'),
});
const source = z.object({ ...creation.shape, project: z.string(), version: z.number().int() });
const trial = z.strictObject({
  errors: z.string().max(4_000),
  total: z.string().max(4_000),
  flag: z.string().max(100).default('flag'),
  environment: z.string().max(100).default('production'),
  windowMs: z.number().int().min(1_000).max(3_600_000).default(60_000),
});
const sample = z.object({ sample: z.object({ kind: z.enum(['ok', 'no_data', 'unavailable']) }).loose() });
const ofProject = z.strictObject({ project: z.string() });
const ofSource = z.strictObject({ project: z.string(), source: z.string() });

const view = ({ entity, version }: Stored<MetricSource>) => ({ ...entity, version });

async function sourceOf(store: Store, key: { project: string; source: string }): Promise<Stored<MetricSource>> {
  const found = await store.get('source', { project: key.project, key: key.source });
  if (found === undefined) throw new BurgeeError('not_found', `no metric source ${key.source} in ${key.project}`);
  return found;
}

export const sourceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/metric-sources',
    permission: 'source:read',
    summary: 'The systems that guards of this project read',
    params: ofProject,
    responses: { 200: z.object({ sources: z.array(source) }) },
    handle: async ({ params, deps }) => ({
      status: 200,
      body: { sources: (await deps.store.list('source', { project: params.project })).map(view) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/projects/{project}/metric-sources',
    permission: 'source:write',
    summary: 'Make a metric source',
    params: ofProject,
    body: creation,
    responses: { 201: source },
    handle: async ({ params, body, principal, deps }) => {
      if ((await deps.store.get('project', { key: params.project })) === undefined)
        throw new BurgeeError('not_found', `no project ${params.project}`);
      deps.outbound.check(body.url);
      const entity: MetricSource = { project: params.project, ...body };
      await deps.store.commit(decideSource(null, entity, actorOf(principal)));
      return { status: 201, body: view({ entity, version: 1 }), etag: '1' };
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/projects/{project}/metric-sources/{source}',
    permission: 'source:write',
    summary: 'Replace a metric source',
    params: ofSource,
    body: settings,
    responses: { 200: source },
    handle: async ({ params, body, principal, context, deps }) => {
      const version = ifMatch(context);
      const before = await sourceOf(deps.store, params);
      if (before.version !== version)
        throw new BurgeeError('conflict', 'the metric source changed since it was read', { current: view(before) });
      deps.outbound.check(body.url);
      const entity: MetricSource = { project: params.project, key: params.source, ...body };
      await deps.store.commit(decideSource(before, entity, actorOf(principal)));
      return { status: 200, body: view({ entity, version: version + 1 }), etag: String(version + 1) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/projects/{project}/metric-sources/{source}',
    permission: 'source:write',
    summary: 'Delete a metric source that no plan reads',
    params: ofSource,
    responses: { 204: null },
    handle: async ({ params, principal, deps }) => {
      const before = await sourceOf(deps.store, params);
      const plans = await deps.store.list('plan', { project: params.project });
      await deps.store.commit(decideSourceRemoval(before, plans, actorOf(principal)));
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/projects/{project}/metric-sources/{source}/test',
    permission: 'source:write',
    summary: 'Ask the source once and show what came back',
    params: ofSource,
    body: trial,
    responses: { 200: sample },
    handle: async ({ params, body, at, deps }) => {
      const { entity } = await sourceOf(deps.store, params);
      const answer = await deps.metrics.read({
        source: entity,
        guard: { errors: body.errors, total: body.total, windowMs: body.windowMs },
        flag: body.flag,
        environment: body.environment,
        from: at - body.windowMs,
        to: at,
      });
      return { status: 200, body: { sample: answer } };
    },
  }),
];
