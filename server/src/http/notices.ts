import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { actorOf } from '../domain/access/access.ts';
import { BurgeeError } from '../domain/errors.ts';
import type { Notice, NoticeRoute } from '../domain/notice/notice.ts';
import {
  createNoticeRoute,
  noticeRouteView,
  removeNoticeRoute,
  replaceNoticeRoute,
  rotateSecret,
} from '../domain/notice/notice-route-decisions.ts';
import type { Change, Store, Stored } from '../domain/ports.ts';
import { expectVersion, found } from './frame/commit.ts';
import { ifMatch } from './frame/if-match.ts';
import { type Reply, type Route, route } from './frame/route.ts';
import { noticeRecord, routeInput, routeView } from './notice-schemas.ts';

const ROUTES = '/api/v1/projects/{project}/notice-routes';
const ROUTE = `${ROUTES}/{route}`;
const ofProject = z.strictObject({ project: z.string() });
const ofRoute = z.strictObject({ project: z.string(), route: z.string() });

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** The secret of a webhook is in the answer that it was made for, and in no other. */
function reply(status: 200 | 201, stored: Stored<NoticeRoute>, secret: string | null): Reply {
  const shown = stored.entity.target.kind === 'webhook' ? { secret } : {};
  const body = { route: noticeRouteView(stored), ...(secret === null ? {} : shown) };
  return { status, body, etag: String(stored.version) };
}

/** What is there instead holds secrets: a refusal does not show it. */
async function commit(store: Store, change: Change): Promise<void> {
  await store.commit(change).catch((error: unknown) => {
    if (!(error instanceof BurgeeError) || error.code !== 'conflict') throw error;
    throw new BurgeeError('conflict', 'the notice route has changed since it was read', {}, error);
  });
}

async function routeOf(store: Store, key: { project: string; route: string }): Promise<Stored<NoticeRoute>> {
  return found(await store.get('noticeRoute', { project: key.project, key: key.route }), `notice route ${key.route}`);
}

async function environmentsOf(store: Store, project: string): Promise<string[]> {
  found(await store.get('project', { key: project }), `project ${project}`);
  return (await store.list('environment', { project })).map(({ entity }) => entity.key);
}

export const noticeRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: ROUTES,
    permission: 'notice:read',
    summary: 'Where notices of this project go. Secrets are never shown, of addresses only the host',
    params: ofProject,
    responses: { 200: z.strictObject({ routes: z.array(routeView), mail: z.boolean() }) },
    handle: async ({ params, deps }) => ({
      status: 200,
      body: {
        routes: (await deps.store.list('noticeRoute', { project: params.project })).map(noticeRouteView),
        mail: deps.config.mail !== null,
      },
    }),
  }),
  route({
    method: 'post',
    path: ROUTES,
    permission: 'notice:write',
    summary: 'Make a notice route; the secret that signs a webhook is shown this once',
    params: ofProject,
    body: routeInput.extend({ key: z.string() }),
    responses: { 201: z.strictObject({ route: routeView, secret: z.string().optional() }) },
    handle: async ({ params: { project }, body: { key, ...input }, principal, at, deps }) => {
      const environments = await environmentsOf(deps.store, project);
      const others = (await deps.store.list('noticeRoute', { project })).length;
      const secret = newSecret();
      const facts = { project, key, input, environments, others, secret };
      const { route: made, change } = createNoticeRoute(facts, { actor: actorOf(principal), at });
      deps.notices.check(made.target);
      await commit(deps.store, change);
      return reply(201, { entity: made, version: 1 }, secret);
    },
  }),
  route({
    method: 'get',
    path: ROUTE,
    permission: 'notice:read',
    summary: 'One notice route',
    params: ofRoute,
    responses: { 200: z.strictObject({ route: routeView }) },
    handle: async ({ params, deps }) => reply(200, await routeOf(deps.store, params), null),
  }),
  route({
    method: 'put',
    path: ROUTE,
    permission: 'notice:write',
    summary: 'Replace a notice route; an address that is left out stays, and so do its secrets. Demands If-Match',
    params: ofRoute,
    body: routeInput,
    responses: { 200: z.strictObject({ route: routeView, secret: z.string().optional() }) },
    handle: async ({ params, body: input, principal, at, context, deps }) => {
      const expected = ifMatch(context);
      const before = await routeOf(deps.store, params);
      expectVersion({ ...before, entity: noticeRouteView(before) }, expected);
      const environments = await environmentsOf(deps.store, params.project);
      const secret = newSecret();
      const by = { actor: actorOf(principal), at };
      const { route: after, change } = replaceNoticeRoute({ before, input, environments, secret }, by);
      deps.notices.check(after.target);
      await commit(deps.store, change);
      const isNew = before.entity.target.kind !== 'webhook';
      return reply(200, { entity: after, version: before.version + 1 }, isNew ? secret : null);
    },
  }),
  route({
    method: 'delete',
    path: ROUTE,
    permission: 'notice:write',
    summary: 'Delete a notice route; what waits to be sent there is given up',
    params: ofRoute,
    responses: { 204: null },
    handle: async ({ params, principal, at, deps }) => {
      const before = await routeOf(deps.store, params);
      await commit(deps.store, removeNoticeRoute(before, { actor: actorOf(principal), at }));
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: `${ROUTE}/secret`,
    permission: 'notice:write',
    summary: 'Give a webhook another secret, shown this once; the former one signs beside it for a day',
    params: ofRoute,
    responses: { 200: z.strictObject({ route: routeView, secret: z.string() }) },
    handle: async ({ params, principal, at, deps }) => {
      const before = await routeOf(deps.store, params);
      const secret = newSecret();
      const { route: after, change } = rotateSecret(before, secret, { actor: actorOf(principal), at });
      await commit(deps.store, change);
      return reply(200, { entity: after, version: before.version + 1 }, secret);
    },
  }),
  route({
    method: 'post',
    path: `${ROUTE}/test`,
    permission: 'notice:write',
    summary: 'Send a test notice there now and say how it went; it is not tried again',
    params: ofRoute,
    responses: { 200: z.strictObject({ sent: z.boolean(), error: z.string().nullable() }) },
    handle: async ({ params, principal, at, deps }) => {
      const { entity } = await routeOf(deps.store, params);
      const { name } = actorOf(principal);
      const notice: Notice = {
        ...{ event: 'test', project: params.project, environment: null, flag: null, rollout: null },
        sentence: `${name} tests the notice route ${entity.name}: nothing happened, and nothing was changed.`,
        path: `/projects/${encodeURIComponent(params.project)}/flags`,
      };
      const error = await deps.notices.send({ id: `test_${deps.random(16)}`, at, notice, route: entity }).then(
        () => null,
        (thrown: unknown) => {
          if (thrown instanceof BurgeeError) return thrown.message;
          throw thrown;
        },
      );
      return { status: 200, body: { sent: error === null, error } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/notices',
    permission: 'notice:read',
    summary: 'What people were told, newest first, and how sending it went by route; `before` is an id',
    params: ofProject,
    query: z.strictObject({
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    responses: { 200: z.strictObject({ notices: z.array(noticeRecord), next: z.number().nullable() }) },
    handle: async ({ params: { project }, query: { before, limit }, deps }) => {
      const notices = await deps.store.notices({ project, limit, ...(before !== undefined && { before }) });
      return { status: 200, body: { notices, next: notices.length < limit ? null : (notices.at(-1)?.id ?? null) } };
    },
  }),
];
