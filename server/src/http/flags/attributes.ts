import { z } from 'zod';
import { type Attribute, type AttributeType, attributesOf } from '../../domain/flag/attributes.ts';
import { found } from '../frame/commit.ts';
import type { Exact, Same } from '../frame/exact.ts';
import { type Route, route } from '../frame/route.ts';

const type = z.enum(['string', 'number', 'boolean', 'date']) satisfies z.ZodType<AttributeType>;
const attribute = z.strictObject({
  name: z.string(),
  reportedAt: z.number().nullable().describe('Start of the minute of the last report of it; a process reports a name once'),
  types: z.array(type).readonly().describe('What conditions compare it with'),
}) satisfies z.ZodType<Attribute>;

export type Ties = [Exact<Same<z.infer<typeof attribute>, Attribute>>];

export const attributeRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/environments/{environment}/attributes',
    permission: 'flag:read',
    summary: 'Attributes of contexts that SDKs met here or that conditions look at, by name; never a value that a context had',
    params: z.object({ project: z.string(), environment: z.string() }),
    responses: { 200: z.strictObject({ attributes: z.array(attribute) }) },
    handle: async ({ params: { project, environment }, at, deps: { store } }) => {
      const where = { project, environment };
      const [there, rows, flags, states, segments] = await Promise.all([
        store.get('environment', { project, key: environment }),
        store.minutes({ ...where, from: 0, to: at + 1, series: 'attribute', subjectPrefix: '' }),
        store.list('flag', { project }),
        store.list('state', where),
        store.list('segment', { project }),
      ]);
      found(there, `environment ${environment}`);
      const archived = new Set(flags.filter(({ entity }) => entity.archived).map(({ entity }) => entity.key));
      const attributes = attributesOf({
        rows,
        states: states.map(({ entity }) => entity).filter(({ flag }) => !archived.has(flag)),
        segments: segments.map(({ entity }) => entity),
      });
      return { status: 200, body: { attributes } };
    },
  }),
];
