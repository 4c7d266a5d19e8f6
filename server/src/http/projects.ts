import { z } from 'zod';
import { actorOf } from '../domain/access/access.ts';
import { createProject, editProject } from '../domain/environment-decisions.ts';
import { commitDecision, expectVersion, found } from './frame/commit.ts';
import { optionalIfMatch } from './frame/if-match.ts';
import { type Route, route } from './frame/route.ts';
import { environment, project, version } from './noun-schemas.ts';
import { projectParts } from './project-parts.ts';

const PATH = '/api/v1/projects';
const one = z.object({ project: z.string() });
const answered = z.strictObject({ project, version, environments: z.array(environment) });

export const projectRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'project:read',
    summary: 'Projects and their environments, in order',
    responses: { 200: z.strictObject({ projects: z.array(answered) }) },
    handle: async ({ deps: { store } }) => {
      const [projects, environments] = await Promise.all([store.list('project'), store.list('environment')]);
      const ordered = environments.map(({ entity }) => entity).sort((a, b) => a.order - b.order);
      const rows = projects.map(({ entity, version: at }) => ({
        project: entity,
        version: at,
        environments: ordered.filter((place) => place.project === entity.key),
      }));
      return { status: 200, body: { projects: rows } };
    },
  }),
  route({
    method: 'post',
    path: PATH,
    permission: 'project:write',
    summary: 'Make a project with the environments development and production',
    body: z.strictObject({ key: z.string(), name: z.string().optional() }),
    responses: { 201: answered },
    handle: async ({ body, principal, at, deps: { store } }) => {
      const { result, environments } = await commitDecision(store, async () => {
        const there = await store.get('project', { key: body.key });
        return createProject(there !== undefined, body, { actor: actorOf(principal), at });
      });
      const made = { project: result.entity, version: result.version, environments };
      return { status: 201, body: made, etag: String(result.version) };
    },
  }),
  route({
    method: 'get',
    path: `${PATH}/{project}`,
    permission: 'project:read',
    summary: 'A project and its environments, in order',
    params: one,
    responses: { 200: answered },
    handle: async ({ params, deps: { store } }) => {
      const { project: stored, environments } = await projectParts(store, params.project);
      const body = { project: stored.entity, version: stored.version, environments: environments.map(({ entity }) => entity) };
      return { status: 200, body, etag: String(stored.version) };
    },
  }),
  route({
    method: 'patch',
    path: `${PATH}/{project}`,
    permission: 'project:write',
    summary: 'Rename or describe a project. Takes If-Match',
    params: one,
    body: z.strictObject({ name: z.string().optional(), description: z.string().optional() }),
    responses: { 200: answered },
    handle: async ({ params, body, principal, at, context, deps: { store } }) => {
      const expected = optionalIfMatch(context);
      const { result } = await commitDecision(store, async () => {
        const there = found(await store.get('project', { key: params.project }), `project ${params.project}`);
        expectVersion(there, expected);
        return editProject(there, body, { actor: actorOf(principal), at });
      });
      const { environments } = await projectParts(store, params.project);
      const changed = { project: result.entity, version: result.version, environments: environments.map(({ entity }) => entity) };
      return { status: 200, body: changed, etag: String(result.version) };
    },
  }),
];
