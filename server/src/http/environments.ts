import type { Revision } from '@burgee/engine';
import { z } from 'zod';
import { actorOf } from '../domain/access/access.ts';
import type { Environment } from '../domain/environment.ts';
import { createEnvironment, deleteEnvironment, editEnvironment } from '../domain/environment-decisions.ts';
import type { Store, Stored } from '../domain/ports.ts';
import { activeRollouts } from './flags/state-subject.ts';
import { commitDecision, expectVersion, found } from './frame/commit.ts';
import { optionalIfMatch } from './frame/if-match.ts';
import { type Route, route } from './frame/route.ts';
import { environment, revision, version } from './noun-schemas.ts';
import { projectParts } from './project-parts.ts';

const PATH = '/api/v1/projects/{project}/environments';
const inProject = z.object({ project: z.string() });
const one = inProject.extend({ environment: z.string() });
const answered = z.strictObject({ environment, version, revision });

/** Environments with the number of what their SDKs have. */
async function rowsOf(store: Store, environments: readonly Stored<Environment>[]) {
  const revisions = await store.revisions();
  const at = new Map(revisions.map((row) => [`${row.project}/${row.environment}`, row.revision]));
  const none: Revision = { epoch: 1, n: 0 };
  return environments.map((stored) => ({
    environment: stored.entity,
    version: stored.version,
    revision: at.get(`${stored.entity.project}/${stored.entity.key}`) ?? none,
  }));
}

export const environmentRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'project:read',
    summary: "A project's environments in order, with their revisions",
    params: inProject,
    responses: { 200: z.strictObject({ environments: z.array(answered) }) },
    handle: async ({ params, deps: { store } }) => {
      const { environments } = await projectParts(store, params.project);
      return { status: 200, body: { environments: await rowsOf(store, environments) } };
    },
  }),
  route({
    method: 'post',
    path: PATH,
    permission: 'environment:write',
    summary: 'Make an environment in which every flag is off',
    params: inProject,
    body: z.strictObject({ key: z.string(), name: z.string().optional() }),
    responses: { 201: answered },
    handle: async ({ params: { project }, body, principal, at, deps: { store } }) => {
      const { result } = await commitDecision(store, async () => {
        const [parts, flags] = await Promise.all([projectParts(store, project), store.list('flag', { project })]);
        const subject = { ...parts, flags: flags.map(({ entity }) => entity) };
        return createEnvironment(subject, body, { actor: actorOf(principal), at });
      });
      return { status: 201, body: (await rowsOf(store, [result]))[0], etag: String(result.version) };
    },
  }),
  route({
    method: 'patch',
    path: `${PATH}/{environment}`,
    permission: 'environment:write',
    summary: 'Rename or describe an environment or move it in lists. Takes If-Match',
    params: one,
    body: z.strictObject({ name: z.string().optional(), description: z.string().optional(), order: z.number().optional() }),
    responses: { 200: answered },
    handle: async ({ params: { project, environment: key }, body, principal, at, context, deps: { store } }) => {
      const expected = optionalIfMatch(context);
      const { result } = await commitDecision(store, async () => {
        const there = found(await store.get('environment', { project, key }), `environment ${key}`);
        expectVersion(there, expected);
        return editEnvironment(there, body, { actor: actorOf(principal), at });
      });
      return { status: 200, body: (await rowsOf(store, [result]))[0], etag: String(result.version) };
    },
  }),
  route({
    method: 'delete',
    path: `${PATH}/{environment}`,
    permission: 'environment:write',
    summary: 'Remove an environment with all that its flags serve there, and revoke its tokens. Takes If-Match',
    params: one,
    responses: { 204: null },
    handle: async ({ params: { project, environment: key }, principal, at, context, deps: { store, delivery } }) => {
      const expected = optionalIfMatch(context);
      const { tokens } = await commitDecision(store, async () => {
        const [parts, there, states, rollouts, keys] = await Promise.all([
          projectParts(store, project),
          store.get('environment', { project, key }),
          store.list('state', { project, environment: key }),
          activeRollouts(store, { project, environment: key }),
          store.list('token', { project, environment: key }),
        ]);
        const subject = {
          ...{ project: parts.project, environment: found(there, `environment ${key}`) },
          ...{ states, rollouts, tokens: keys },
        };
        expectVersion(subject.environment, expected);
        return { change: deleteEnvironment(subject, { actor: actorOf(principal), at }), tokens: keys };
      });
      for (const { entity } of tokens) delivery.drop(entity.id);
      return { status: 204 };
    },
  }),
];
