import { accepts } from 'hono/accepts';
import { z } from 'zod';
import { BurgeeError } from '../../domain/errors.ts';
import { recompute } from '../../domain/guard/recompute.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { Deps } from '../frame/deps.ts';
import { type Route, route } from '../frame/route.ts';
import { evidenceCsv, evidenceRow, evidenceRowOf } from './evidence-table.ts';
import { ofRollout } from './rollout-schemas.ts';

const ROLLOUT = '/api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}';

const formatQuery = z.strictObject({
  format: z.enum(['json', 'csv']).optional().describe('Wins over Accept; JSON unless one of them asks for CSV'),
});

const replayView = z.object({
  agrees: z.boolean(),
  batches: z.number().int().describe('Rows of the log'),
  decisions: z.number().int().describe('Reverts, pauses and advances on evidence that were made again'),
  differences: z
    .array(
      z.object({
        what: z.string().describe('A column, a part of the evidence, or a decision'),
        seq: z.number().nullable(),
        at: z.number().nullable(),
        recorded: z.union([z.string(), z.number()]).nullable(),
        recomputed: z.union([z.string(), z.number()]).nullable(),
      }),
    )
    .describe('The first hundred; after one wrong row all later figures differ'),
});

async function find({ store }: Deps, { project, environment, rollout: id }: z.infer<typeof ofRollout>): Promise<Rollout> {
  const found = await store.get('rollout', { project, environment, id });
  if (found === undefined) throw new BurgeeError('not_found', `no rollout ${id} in ${project}/${environment}`);
  return found.entity;
}

export const evidenceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: `${ROLLOUT}/evidence`,
    permission: 'rollout:read',
    summary: 'The batch log of a rollout, oldest first: the chart, or a table for a spreadsheet',
    params: ofRollout,
    query: formatQuery,
    responses: { 200: z.object({ batches: z.array(evidenceRow) }) },
    alsoAs: { 'text/csv': 'A header line, then the same columns, RFC 4180' },
    handle: async ({ params, query, context, deps }) => {
      const { id, plan } = await find(deps, params);
      const rows = (await deps.store.batches(id)).map((batch) => evidenceRowOf(batch, plan));
      const wanted = accepts(context, {
        header: 'Accept',
        supports: ['application/json', 'text/csv'],
        default: 'application/json',
      });
      const format = query.format ?? (wanted === 'text/csv' ? 'csv' : 'json');
      if (format === 'json') return { status: 200, body: { batches: rows }, headers: { vary: 'Accept' } };
      return new Response(evidenceCsv(rows), {
        headers: {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': `attachment; filename="evidence-${id.replaceAll(/[^\w-]/g, '_')}.csv"`,
          vary: 'Accept',
        },
      });
    },
  }),
  route({
    method: 'get',
    path: `${ROLLOUT}/replay`,
    permission: 'rollout:read',
    summary: 'Make every figure and decision again from the batch log, and say what does not agree',
    params: ofRollout,
    responses: { 200: replayView },
    handle: async ({ params, deps }) => {
      const rollout = await find(deps, params);
      return { status: 200, body: recompute(rollout, await deps.store.batches(rollout.id)) };
    },
  }),
];
