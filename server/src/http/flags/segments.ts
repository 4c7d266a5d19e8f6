import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import type { FlagState } from '../../domain/flag/flag.ts';
import { type Referrer, segmentsOf } from '../../domain/flag/references.ts';
import { createSegment, deleteSegment, editSegment } from '../../domain/flag/segment-decisions.ts';
import { commitDecision, expectVersion, found } from '../frame/commit.ts';
import { ifMatch, optionalIfMatch } from '../frame/if-match.ts';
import { type Route, route } from '../frame/route.ts';
import { referrer, segment, version } from '../noun-schemas.ts';
import { projectParts } from '../project-parts.ts';
import { condition } from './rule-schemas.ts';
import { patternOk } from './state-subject.ts';

/** 100,000 values of 80 bytes. */
const BODY_LIMIT = 8 * 1024 * 1024;
const PATH = '/api/v1/projects/{project}/segments';
const inProject = z.object({ project: z.string() });
const one = inProject.extend({ segment: z.string() });
const answered = z.strictObject({ segment, version, usedBy: z.array(referrer) });
const fields = z.strictObject({ name: z.string().optional(), description: z.string().optional(), when: condition });

/** Who names each segment, in one pass over the states. */
function usage(states: readonly { readonly entity: FlagState }[]): ReadonlyMap<string, Referrer[]> {
  const users = new Map<string, Referrer[]>();
  for (const { entity } of states)
    for (const key of segmentsOf(entity))
      users.set(key, [...(users.get(key) ?? []), { environment: entity.environment, flag: entity.flag }]);
  return users;
}

export const segmentRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'segment:read',
    summary: 'Segments and the flags that name them',
    params: inProject,
    responses: { 200: z.strictObject({ segments: z.array(answered) }) },
    handle: async ({ params: { project }, deps: { store } }) => {
      const [, segments, states] = await Promise.all([
        projectParts(store, project),
        store.list('segment', { project }),
        store.list('state', { project }),
      ]);
      const users = usage(states);
      const rows = segments.map((stored) => ({
        segment: stored.entity,
        version: stored.version,
        usedBy: users.get(stored.entity.key) ?? [],
      }));
      return { status: 200, body: { segments: rows } };
    },
  }),
  route({
    method: 'post',
    path: PATH,
    permission: 'segment:write',
    summary: 'Make a segment',
    params: inProject,
    body: fields.extend({ key: z.string() }),
    bodyLimit: BODY_LIMIT,
    responses: { 201: answered },
    handle: async ({ params: { project }, body, principal, at, deps: { store } }) => {
      const { result } = await commitDecision(store, async () => {
        const [parts, there] = await Promise.all([
          projectParts(store, project),
          store.get('segment', { project, key: body.key }),
        ]);
        const subject = { ...parts, exists: there !== undefined, patternOk };
        return createSegment(subject, body, { actor: actorOf(principal), at });
      });
      const made = { segment: result.entity, version: result.version, usedBy: [] };
      return { status: 201, body: made, etag: String(result.version) };
    },
  }),
  route({
    method: 'get',
    path: `${PATH}/{segment}`,
    permission: 'segment:read',
    summary: 'A segment and the flags that name it',
    params: one,
    responses: { 200: answered },
    handle: async ({ params: { project, segment: key }, deps: { store } }) => {
      const [stored, states] = await Promise.all([store.get('segment', { project, key }), store.list('state', { project })]);
      const { entity, version: at } = found(stored, `segment ${key}`);
      return { status: 200, body: { segment: entity, version: at, usedBy: usage(states).get(key) ?? [] }, etag: String(at) };
    },
  }),
  route({
    method: 'patch',
    path: `${PATH}/{segment}`,
    permission: 'segment:write',
    summary: 'Change a segment everywhere it is named. Demands If-Match',
    params: one,
    body: fields.partial(),
    bodyLimit: BODY_LIMIT,
    responses: { 200: answered },
    handle: async ({ params: { project, segment: key }, body, principal, at, context, deps: { store } }) => {
      const expected = ifMatch(context);
      const { result } = await commitDecision(store, async () => {
        const [{ environments }, stored] = await Promise.all([
          projectParts(store, project),
          store.get('segment', { project, key }),
        ]);
        const there = found(stored, `segment ${key}`);
        expectVersion(there, expected);
        return editSegment({ segment: there, environments, patternOk }, body, { actor: actorOf(principal), at });
      });
      const usedBy = usage(await store.list('state', { project })).get(key) ?? [];
      return { status: 200, body: { segment: result.entity, version: result.version, usedBy }, etag: String(result.version) };
    },
  }),
  route({
    method: 'delete',
    path: `${PATH}/{segment}`,
    permission: 'segment:write',
    summary: 'Remove a segment that no rule names. Takes If-Match',
    params: one,
    responses: { 204: null },
    handle: async ({ params: { project, segment: key }, principal, at, context, deps: { store } }) => {
      const expected = optionalIfMatch(context);
      await commitDecision(store, async () => {
        const [{ environments }, stored, states] = await Promise.all([
          projectParts(store, project),
          store.get('segment', { project, key }),
          store.list('state', { project }),
        ]);
        const there = found(stored, `segment ${key}`);
        expectVersion(there, expected);
        const subject = { segment: there, environments, states: states.map(({ entity }) => entity) };
        return { change: deleteSegment(subject, { actor: actorOf(principal), at }) };
      });
      return { status: 204 };
    },
  }),
];
