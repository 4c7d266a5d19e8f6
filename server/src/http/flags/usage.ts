import { z } from 'zod';
import { type FlagUsage, ranSince, usageBounds, usageOf } from '../../domain/flag/flag-usage.ts';
import { found } from '../frame/commit.ts';
import { type Route, route } from '../frame/route.ts';
import { states } from '../rollouts/rollout-schemas.ts';

const PATH = '/api/v1/projects/{project}/environments/{environment}/flags/{flag}/usage';
const counts = z.array(z.strictObject({ rule: z.string().nullable(), variant: z.string(), count: z.number() }));

const usage = z.strictObject({
  from: z.number(),
  to: z.number(),
  minutes: z.array(z.strictObject({ minute: z.number(), counts })),
  day: z.strictObject({
    from: z.number(),
    counts,
    units: z.array(z.strictObject({ rule: z.string(), units: z.number() })),
  }),
  outcomes: z
    .array(
      z.strictObject({
        rollout: z.string(),
        release: z.string(),
        state: z.enum(states),
        endedAt: z.number().nullable(),
        minutes: z.array(z.strictObject({ minute: z.number(), n1: z.number(), e1: z.number(), n0: z.number(), e0: z.number() })),
      }),
    )
    .describe('Units at risk and first failures by arm, treatment 1 and control 0, of each rollout that ran in those minutes'),
  lastEvaluated: z.number().nullable(),
}) satisfies z.ZodType<FlagUsage>;

/** What applications reported of flags: how often they were asked for, and by how many. */
export const usageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'flag:read',
    summary: 'How often a flag was evaluated here, by minute and over the last day, and about how many units its rules met',
    params: z.object({ project: z.string(), environment: z.string(), flag: z.string() }),
    query: z.strictObject({
      minutes: z.coerce.number().int().min(1, 'must be 1 to 1440').max(1440, 'must be 1 to 1440').default(60),
    }),
    responses: { 200: z.strictObject({ usage }) },
    handle: async ({ params, query, at, deps: { store } }) => {
      const { project, environment, flag } = params;
      found(await store.get('state', params), `flag ${flag}`);
      const bounds = usageBounds(at, query.minutes);
      const rows = (series: string) =>
        store.minutes({ project, environment, from: bounds.day, to: bounds.to, series, subjectPrefix: `flag/${flag}/` });
      const [evaluations, sketches, [sighting], all] = await Promise.all([
        rows('count'),
        rows('sketch'),
        store.sightings({ project, environment, flag }),
        store.list('rollout', { project, environment, flag }),
      ]);
      const rollouts = ranSince(
        all.map(({ entity }) => entity),
        bounds.from,
      );
      const ids = rollouts.map(({ id }) => id);
      const arms = ids.length === 0 ? [] : await store.armMinutes({ rollouts: ids, from: bounds.from, to: bounds.to });
      const read = { counts: evaluations, sketches, rollouts, arms };
      return { status: 200, body: { usage: usageOf(read, bounds, sighting?.minute ?? null) } };
    },
  }),
];
