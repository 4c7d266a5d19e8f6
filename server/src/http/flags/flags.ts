import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { createFlag, deleteFlag, editFlag, type FlagSubject } from '../../domain/flag/flag-decisions.ts';
import type { Store } from '../../domain/ports.ts';
import { commitDecision, expectVersion, found } from '../frame/commit.ts';
import { ifMatch, optionalIfMatch } from '../frame/if-match.ts';
import { type Route, route } from '../frame/route.ts';
import { browserAccess, flag, flagKind, flagType, link, rolloutMark, state, version } from '../noun-schemas.ts';
import { projectParts } from '../project-parts.ts';
import { listFlags, rowsOf } from './flag-list.ts';
import { variants } from './rule-schemas.ts';
import { activeRollouts } from './state-subject.ts';

const BODY_LIMIT = 1024 * 1024;
const PATH = '/api/v1/projects/{project}/flags';
const inProject = z.object({ project: z.string() });
const inEnvironment = inProject.extend({ environment: z.string() });
const one = inProject.extend({ flag: z.string() });
const answered = z.strictObject({ flag, version });
const row = answered.extend({
  states: z.array(z.strictObject({ state, version, rollout: rolloutMark.nullable(), lastEvaluated: z.number().nullable() })),
});
const filter = z.strictObject({
  search: z.string().max(200).optional(),
  tag: z.string().optional(),
  kind: flagKind.optional(),
  archived: z.enum(['true', 'false', 'all']).default('false'),
});
const rows = { 200: z.strictObject({ flags: z.array(row) }) };
/** What can be said of a flag that is made or changed. */
export const edits = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    owner: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
    links: z.array(link).readonly(),
    kind: flagKind,
    variants,
    browserAccess,
    lifetimeDays: z.number().nullable(),
  })
  .partial();

/** A flag and all that refers to it; the flags and states of the project only where they matter. Throws `not_found`. */
async function flagSubject(
  store: Store,
  params: { readonly project: string; readonly flag: string },
  need: { readonly owner?: string | null | undefined; readonly flags: boolean; readonly states: boolean },
): Promise<FlagSubject> {
  const { project } = params;
  const [{ environments }, stored, flags, states, rollouts, owner] = await Promise.all([
    projectParts(store, project),
    store.get('flag', { project, key: params.flag }),
    need.flags ? store.list('flag', { project }) : [],
    need.states ? store.list('state', { project }) : [],
    activeRollouts(store, { project, flag: params.flag }),
    isUser(store, need.owner),
  ]);
  return {
    flag: found(stored, `flag ${params.flag}`),
    environments,
    flags: flags.map(({ entity }) => entity),
    states,
    rollouts,
    ownerExists: owner,
  };
}

/** Whether an owner may be named: nobody, or a user. */
export async function isUser(store: Store, id: string | null | undefined): Promise<boolean> {
  return id === null || id === undefined || (await store.get('user', { id })) !== undefined;
}

export const flagRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'flag:read',
    summary: 'Flags with their state in every environment, and what raises them there',
    params: inProject,
    query: filter,
    responses: rows,
    handle: async ({ params, query, deps }) => ({ status: 200, body: { flags: await listFlags(deps.store, params, query) } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/environments/{environment}/flags',
    permission: 'flag:read',
    summary: 'Flags with their state in one environment, and what raises them there',
    params: inEnvironment,
    query: filter,
    responses: rows,
    handle: async ({ params, query, deps }) => ({ status: 200, body: { flags: await listFlags(deps.store, params, query) } }),
  }),
  route({
    method: 'post',
    path: PATH,
    permission: 'flag:write',
    summary: 'Make a flag, off in every environment',
    params: inProject,
    body: edits.extend({ key: z.string(), type: flagType.optional() }),
    bodyLimit: BODY_LIMIT,
    responses: { 201: answered },
    handle: async ({ params, body, principal, at, deps: { store } }) => {
      const { result } = await commitDecision(store, async () => {
        const [parts, flags, ownerExists] = await Promise.all([
          projectParts(store, params.project),
          store.list('flag', { project: params.project }),
          isUser(store, body.owner),
        ]);
        const subject = { ...parts, flags: flags.map(({ entity }) => entity), ownerExists };
        return createFlag(subject, body, { actor: actorOf(principal), at });
      });
      return { status: 201, body: { flag: result.entity, version: result.version }, etag: String(result.version) };
    },
  }),
  route({
    method: 'get',
    path: `${PATH}/{flag}`,
    permission: 'flag:read',
    summary: 'A flag with its state in every environment',
    params: one,
    responses: { 200: row },
    handle: async ({ params: { project, flag: key }, deps: { store } }) => {
      const [{ environments }, stored, rollouts, sightings] = await Promise.all([
        projectParts(store, project),
        store.get('flag', { project, key }),
        activeRollouts(store, { project, flag: key }),
        store.sightings({ project, flag: key }),
      ]);
      const here = found(stored, `flag ${key}`);
      const order = environments.map(({ entity }) => entity.key);
      const states = await Promise.all(order.map((environment) => store.get('state', { project, environment, flag: key })));
      const there = states.filter((one) => one !== undefined);
      const [body] = rowsOf([here], { states: there, rollouts, sightings, order });
      return { status: 200, body, etag: String(here.version) };
    },
  }),
  route({
    method: 'patch',
    path: `${PATH}/{flag}`,
    permission: 'flag:write',
    summary: 'Change what a flag is, or archive it. Demands If-Match',
    params: one,
    body: edits.extend({ archived: z.boolean().optional() }),
    bodyLimit: BODY_LIMIT,
    responses: { 200: answered },
    handle: async ({ params, body, principal, at, context, deps: { store } }) => {
      const expected = ifMatch(context);
      const archives = body.archived !== undefined;
      const need = { owner: body.owner, flags: archives, states: archives || body.variants !== undefined };
      const { result } = await commitDecision(store, async () => {
        const subject = await flagSubject(store, params, need);
        expectVersion(subject.flag, expected);
        return editFlag(subject, body, { actor: actorOf(principal), at });
      });
      return { status: 200, body: { flag: result.entity, version: result.version }, etag: String(result.version) };
    },
  }),
  route({
    method: 'delete',
    path: `${PATH}/{flag}`,
    permission: 'flag:write',
    summary: 'Remove an archived flag for good. Takes If-Match',
    params: one,
    responses: { 204: null },
    handle: async ({ params, principal, at, context, deps: { store } }) => {
      const expected = optionalIfMatch(context);
      await commitDecision(store, async () => {
        const subject = await flagSubject(store, params, { flags: false, states: true });
        expectVersion(subject.flag, expected);
        return { change: deleteFlag(subject, { actor: actorOf(principal), at }) };
      });
      return { status: 204 };
    },
  }),
];
