import { z } from 'zod';
import type { AuditRecord } from '../domain/audit.ts';
import type { Store } from '../domain/ports.ts';
import { found } from './frame/commit.ts';
import { type Reply, type Route, route } from './frame/route.ts';
import { auditRecord } from './noun-schemas.ts';

const query = z.strictObject({
  environment: z.string().optional(),
  object: z.string().optional(),
  actor: z.string().optional(),
  action: z.string().optional(),
  from: z.coerce.number().int().min(0).optional().describe('ms since the epoch'),
  to: z.coerce.number().int().min(0).optional().describe('ms since the epoch, not included'),
  before: z.coerce.number().int().positive('must be the `next` of an answer').optional(),
  limit: z.coerce.number().int().min(1, 'must be 1 to 200').max(200, 'must be 1 to 200').default(50),
});
type Query = z.infer<typeof query>;

const responses = {
  200: z.strictObject({ entries: z.array(auditRecord), next: z.number().int().nullable().describe('Say it in `before`') }),
};

async function read(store: Store, { limit, ...filters }: Query, project?: string): Promise<Reply> {
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
  const entries: AuditRecord[] = await store.audit({ ...given, limit, ...(project !== undefined && { project }) });
  const last = entries.length < limit ? undefined : entries.at(-1);
  return { status: 200, body: { entries, next: last?.seq ?? null } };
}

export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/audit',
    permission: 'audit:read',
    summary: 'What happened in a project, newest first',
    params: z.object({ project: z.string() }),
    query,
    responses,
    handle: async ({ params, query: filters, deps: { store } }) => {
      found(await store.get('project', { key: params.project }), `project ${params.project}`);
      return read(store, filters, params.project);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/audit',
    permission: 'audit:read',
    summary: 'What happened everywhere, newest first',
    query,
    responses,
    handle: ({ query: filters, deps: { store } }) => read(store, filters),
  }),
];
