import { z } from 'zod';
import { actorOf, type Token, type TokenKind } from '../../domain/access/access.ts';
import { createToken, hintOf, PREFIXES, revokeToken, tokenViewOf } from '../../domain/access/tokens.ts';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { commitDecision } from '../frame/commit.ts';
import { type Call, type Reply, type Route, route } from '../frame/route.ts';
import { sha256 } from './secrets.ts';

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(/^\P{Cc}+$/u, 'must not have control characters');
const key = z.string().min(1).max(100);
const origin = z.string().max(300).refine(isOrigin, 'must be an exact origin, as in https://shop.example');
const expiresAt = z.number().int().positive().nullable().optional();
const view = z.strictObject({
  id: z.string(),
  kind: z.enum(['server', 'client', 'admin', 'pipeline']),
  name: z.string(),
  project: z.string().nullable(),
  environment: z.string().nullable(),
  hint: z.string(),
  origins: z.array(z.string()),
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  usedAt: z.number().nullable().describe('When it was last used, ms, at most an hour late'),
});
const why = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(500)
    .regex(/^\P{Cc}+$/u, 'must not have control characters')
    .optional()
    .describe('Why, for the audit'),
});
const list = z.strictObject({ tokens: z.array(view) });
const made = z.strictObject({ token: view, secret: z.string() });
const inProject = z.object({ project: key });

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

interface NewToken {
  readonly kind: TokenKind;
  readonly name: string;
  readonly project: string | null;
  readonly environment: string | null;
  readonly origins?: readonly string[] | undefined;
  readonly expiresAt?: number | null | undefined;
}

async function make(wanted: NewToken, { deps, principal, at }: Call<unknown, unknown, unknown>): Promise<Reply> {
  if (typeof wanted.expiresAt === 'number' && wanted.expiresAt <= at)
    throw invalid({ field: 'expiresAt', message: 'must be in the future, ms since the epoch' });
  if (wanted.origins !== undefined && wanted.kind !== 'client')
    throw invalid({ field: 'origins', message: 'only client tokens are for pages' });
  const secret = PREFIXES[wanted.kind] + deps.random(43);
  const actor = actorOf(principal);
  const token: Token = {
    id: deps.random(12),
    kind: wanted.kind,
    name: wanted.name,
    project: wanted.project,
    environment: wanted.environment,
    hash: sha256(secret),
    hint: hintOf(secret),
    origins: wanted.origins ?? [],
    createdBy: actor.id,
    createdAt: at,
    expiresAt: wanted.expiresAt ?? null,
    revokedAt: null,
  };
  await deps.store.commit(createToken(token, actor));
  return { status: 201, body: { token: tokenViewOf(token), secret } };
}

async function revoke(
  id: string,
  project: string | null,
  { deps, principal, at, query }: Call<unknown, z.infer<typeof why>, unknown>,
): Promise<Reply> {
  await commitDecision(deps.store, async () => {
    const stored = await deps.store.get('token', { id });
    if (stored === undefined || (project !== null && stored.entity.project !== project))
      throw new BurgeeError('not_found', `there is no token ${id}`);
    return { change: revokeToken(stored, query.reason ?? null, actorOf(principal), at) };
  });
  deps.delivery.drop(id);
  return { status: 204 };
}

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/tokens',
    permission: 'token:read',
    summary: 'All tokens of all projects',
    responses: { 200: list },
    handle: async ({ deps }) => {
      const tokens = await deps.store.list('token');
      return { status: 200, body: { tokens: tokens.map(({ entity }) => tokenViewOf(entity)) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tokens',
    permission: 'token:write',
    summary: 'Make an admin token for everything; the secret is in this answer and nowhere else',
    body: z.strictObject({ kind: z.literal('admin').optional(), name, expiresAt }),
    responses: { 201: made },
    handle: (call) => make({ ...call.body, kind: 'admin', project: null, environment: null }, call),
  }),
  route({
    method: 'delete',
    path: '/api/v1/tokens/{token}',
    permission: 'token:write',
    summary: 'Revoke a token; its streams end at once',
    params: z.object({ token: key }),
    query: why,
    responses: { 204: null },
    handle: (call) => revoke(call.params.token, null, call),
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/tokens',
    permission: 'token:read',
    summary: "A project's tokens",
    params: inProject,
    responses: { 200: list },
    handle: async ({ params, deps }) => {
      const tokens = await deps.store.list('token', { project: params.project });
      return { status: 200, body: { tokens: tokens.map(({ entity }) => tokenViewOf(entity)) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/projects/{project}/tokens',
    permission: 'token:write',
    summary: 'Make a token; the secret is in this answer and nowhere else. Only admin tokens can do without an environment',
    params: inProject,
    body: z.strictObject({
      kind: z.enum(['server', 'client', 'admin', 'pipeline']),
      name,
      environment: key.nullable().optional(),
      origins: z.array(origin).max(50).optional(),
      expiresAt,
    }),
    responses: { 201: made },
    handle: async (call) => {
      const { params, body, deps } = call;
      const environment = body.environment ?? null;
      if ((await deps.store.get('project', { key: params.project })) === undefined)
        throw new BurgeeError('not_found', `there is no project ${params.project}`);
      if (environment === null && body.kind !== 'admin')
        throw invalid({ field: 'environment', message: `is missing: a ${body.kind} token is for one environment` });
      if (environment !== null && !(await deps.store.get('environment', { project: params.project, key: environment })))
        throw invalid({ field: 'environment', message: `there is no environment ${environment} in ${params.project}` });
      return make({ ...body, project: params.project, environment }, call);
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/projects/{project}/tokens/{token}',
    permission: 'token:write',
    summary: "Revoke one of a project's tokens; its streams end at once",
    params: z.object({ project: key, token: key }),
    query: why,
    responses: { 204: null },
    handle: (call) => revoke(call.params.token, call.params.project, call),
  }),
];
