import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import type { DiscoveredRow } from '../../domain/flag/discovered.ts';
import { createDiscovered, dismissDiscovered, listDiscovered } from '../../domain/flag/discovered-decisions.ts';
import { commitDecision, found } from '../frame/commit.ts';
import type { Exact, Same } from '../frame/exact.ts';
import { type Route, route } from '../frame/route.ts';
import { flag, flagType, version } from '../noun-schemas.ts';
import { projectParts } from '../project-parts.ts';
import { existing } from '../sdk/discoveries.ts';
import { edits, isUser } from './flags.ts';

const PATH = '/api/v1/projects/{project}/discovered-flags';
const inProject = z.object({ project: z.string() });
const seen = {
  type: flagType,
  fallback: z.string().nullable(),
  count: z.number(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
};
const row = z.strictObject({
  flag: z.string(),
  ...seen,
  places: z.array(z.strictObject({ environment: z.string(), ...seen, apps: z.array(z.string()) })),
});
export type _Row = Exact<Same<z.infer<typeof row>, Mutable<DiscoveredRow>>>;
type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [P in keyof T]: Mutable<T[P]> }
    : T;

/** What is asked for and not there. The named flag is in the body, since a key that nobody made may have a slash. */
export const discoveredRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'flag:read',
    summary: 'Flags that applications ask for and the project does not have, in key order; `after` is a key',
    params: inProject,
    query: z.strictObject({
      after: z.string().max(100).optional(),
      environment: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    responses: { 200: z.strictObject({ discovered: z.array(row), next: z.string().nullable() }) },
    handle: async ({ params: { project }, query: { after, environment, limit }, at, deps: { store } }) => {
      found(await store.get('project', { key: project }), `project ${project}`);
      const known = (await store.list('discovered', { project })).map(({ entity }) => entity);
      const flags = await existing(store, project, [...new Set(known.map((one) => one.flag))]);
      const rows = listDiscovered(known, flags, at).filter(
        (one) =>
          (after === undefined || one.flag > after) &&
          (environment === undefined || one.places.some((place) => place.environment === environment)),
      );
      const discovered = rows.slice(0, limit);
      return { status: 200, body: { discovered, next: rows.length > limit ? (discovered.at(-1)?.flag ?? null) : null } };
    },
  }),
  route({
    method: 'post',
    path: `${PATH}/create`,
    permission: 'flag:write',
    summary: 'Make a flag of a discovered one: type and variants come from the default in the code unless they are given',
    params: inProject,
    body: edits.extend({ flag: z.string() }),
    responses: { 201: z.strictObject({ flag, version }) },
    handle: async ({ params: { project }, body: { flag: key, ...command }, principal, at, deps: { store } }) => {
      const { result } = await commitDecision(store, async () => {
        const [parts, flags, ownerExists, known] = await Promise.all([
          projectParts(store, project),
          store.list('flag', { project }),
          isUser(store, command.owner),
          store.list('discovered', { project, flag: key }),
        ]);
        const subject = { ...parts, flags: flags.map(({ entity }) => entity), ownerExists };
        return createDiscovered(subject, { ...command, key }, known, { actor: actorOf(principal), at });
      });
      return { status: 201, body: { flag: result.entity, version: result.version }, etag: String(result.version) };
    },
  }),
  route({
    method: 'post',
    path: `${PATH}/dismiss`,
    permission: 'flag:write',
    summary: 'Hide a discovered flag in every environment',
    params: inProject,
    body: z.strictObject({ flag: z.string(), reason: z.string().optional() }),
    responses: { 204: null },
    handle: async ({ params: { project }, body, principal, at, deps: { store } }) => {
      found(await store.get('project', { key: project }), `project ${project}`);
      await commitDecision(store, async () => {
        const known = await store.list('discovered', { project, flag: body.flag });
        const wanted = { flag: body.flag, reason: body.reason };
        return dismissDiscovered(project, wanted, known, { actor: actorOf(principal), at });
      });
      return { status: 204 };
    },
  }),
];
