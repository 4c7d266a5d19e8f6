import { z } from 'zod';
import { usageBounds } from '../../domain/flag/flag-usage.ts';
import { type SegmentUsage, telling, unitsOfSegment } from '../../domain/flag/segment-usage.ts';
import { found } from '../frame/commit.ts';
import { type Route, route } from '../frame/route.ts';
import { projectParts } from '../project-parts.ts';

const usage = z.strictObject({
  from: z.number(),
  to: z.number(),
  environments: z.array(z.strictObject({ environment: z.string(), units: z.number().int().nullable() })),
}) satisfies z.ZodType<SegmentUsage>;

export const segmentUsageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/segments/{segment}/usage',
    permission: 'segment:read',
    summary: 'At least how many units of the last day are in a segment, by environment; null where no report tells',
    params: z.object({ project: z.string(), segment: z.string() }),
    responses: { 200: z.strictObject({ usage }) },
    handle: async ({ params: { project, segment: key }, at, deps: { store } }) => {
      const [{ environments }, stored, states] = await Promise.all([
        projectParts(store, project),
        store.get('segment', { project, key }),
        store.list('state', { project }),
      ]);
      found(stored, `segment ${key}`);
      const { day: from, to } = usageBounds(at, 1);
      const rowsOf = (environment: string, subject: string) =>
        store.minutes({ project, environment, from, to, series: 'sketch', subjectPrefix: subject }).then((rows) =>
          // a prefix also finds what begins like it
          rows.filter((row) => row.subject === subject),
        );
      const counted = environments.map(async ({ entity: { key: environment } }) => {
        const here = states.filter(({ entity }) => entity.environment === environment);
        const rules = here.flatMap(({ entity }) => telling(key, entity).map(({ id }) => `flag/${entity.flag}/${id}`));
        const rows = await Promise.all([`segment/${key}`, ...rules].map((subject) => rowsOf(environment, subject)));
        return { environment, units: unitsOfSegment(rows.flat()) };
      });
      return { status: 200, body: { usage: { from, to, environments: await Promise.all(counted) } } };
    },
  }),
];
