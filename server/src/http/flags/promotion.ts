import { z } from 'zod';
import { actorOf, may } from '../../domain/access/access.ts';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import type { FlagState } from '../../domain/flag/flag.ts';
import {
  demandOtherPlace,
  type Promotion,
  type PromotionPart,
  promote,
  promoted,
  promotionOrder,
} from '../../domain/flag/promotion.ts';
import type { Stored } from '../../domain/ports.ts';
import { commitDecision, expectVersion, found } from '../frame/commit.ts';
import { type Call, type Route, route } from '../frame/route.ts';
import { state, version } from '../noun-schemas.ts';
import { type StatePlace, stateSubject, surroundings } from './state-subject.ts';

const PATH = '/api/v1/projects/{project}/environments/{environment}/flags/{flag}/promotion';
const place = z.object({ project: z.string(), environment: z.string(), flag: z.string() });
const percents = z
  .enum(['source', 'target'])
  .default('source')
  .describe('target: rules keep the percents that they have here, and new ones begin at 0');
const versions = z.strictObject({ source: version, target: version });
const part = z.strictObject({
  flag: z.string(),
  prerequisite: z.boolean(),
  versions,
  before: state,
  after: state,
}) satisfies z.ZodType<PromotionPart>;

const answered = z.strictObject({ promoted: z.array(z.strictObject({ state, version })) });

/** The environment that is copied from; it must be another one, and the caller must be allowed to read it. */
async function sourceOf({ params, principal, deps }: Call<StatePlace, unknown, unknown>, from: string): Promise<string> {
  const { project, environment } = params;
  if (!may(principal, 'flag:read', { project, environment: from }))
    throw new BurgeeError('forbidden', `this key may not read ${from}`);
  found(await deps.store.get('environment', { project, key: environment }), `environment ${environment}`);
  found(await deps.store.get('environment', { project, key: from }), `environment ${from}`);
  demandOtherPlace(from, environment);
  return from;
}

function statesOf(all: readonly Stored<FlagState>[]): ReadonlyMap<string, Stored<FlagState>> {
  return new Map(all.map((stored) => [stored.entity.flag, stored]));
}

function entitiesOf(all: ReadonlyMap<string, Stored<FlagState>>): ReadonlyMap<string, FlagState> {
  return new Map([...all].map(([key, { entity }]) => [key, entity]));
}

export const promotionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'flag:read',
    summary: 'What promoting a flag from another environment to this one would change: the flag, then what it needs there',
    params: place,
    query: z.strictObject({ from: z.string(), percents }),
    responses: { 200: z.strictObject({ parts: z.array(part) }) },
    handle: async (call) => {
      const { project, environment, flag } = call.params;
      const { store } = call.deps;
      const from = await sourceOf(call, call.query.from);
      const [sources, targets] = await Promise.all([
        store.list('state', { project, environment: from }).then(statesOf),
        store.list('state', { project, environment }).then(statesOf),
      ]);
      const order = promotionOrder(flag, entitiesOf(sources));
      const parts = order.map((key): PromotionPart => {
        const [source, target] = [found(sources.get(key), `flag ${key}`), found(targets.get(key), `flag ${key}`)];
        const after = { ...target.entity, ...promoted(source.entity, target.entity, call.query.percents) } as FlagState;
        const seen = { source: source.version, target: target.version };
        return { flag: key, prerequisite: key !== flag, versions: seen, before: target.entity, after };
      });
      return { status: 200, body: { parts } };
    },
  }),
  route({
    method: 'post',
    path: PATH,
    permission: 'state:write',
    summary:
      'Make what a flag serves here like another environment: on or off, rules, prerequisites. All the named flags or none',
    params: place,
    body: z.strictObject({
      from: z.string(),
      percents,
      flags: z
        .array(z.strictObject({ flag: z.string(), versions: versions.optional() }))
        .max(50)
        .optional()
        .describe(
          'The flag, and those it needs that come along; only the flag unless said. A version that has moved is a conflict',
        ),
    }),
    responses: { 200: answered },
    handle: async (call) => {
      const { params, body, principal, at, deps } = call;
      const from = await sourceOf(call, body.from);
      const wanted = body.flags ?? [{ flag: params.flag }];
      if (!wanted.some(({ flag }) => flag === params.flag))
        throw invalid({ field: 'flags', message: `must have ${params.flag} among them` });
      wanted.forEach(({ flag }, index) => {
        if (wanted.findIndex((other) => other.flag === flag) !== index)
          throw invalid({ field: `flags[${index}].flag`, message: `${flag} is there twice` });
      });
      await commitDecision(deps.store, async () => {
        const promotions = await Promise.all(wanted.map(({ flag, versions: seen }) => promotionOf(call, from, flag, seen)));
        const rules = promotions.flatMap(({ source }) => source.entity.rules);
        const prerequisites = promotions.flatMap(({ source }) => source.entity.prerequisites);
        const around = await surroundings(deps.store, params, { rules, prerequisites });
        return { change: promote(promotions, body.percents, around, { actor: actorOf(principal), at }) };
      });
      const stored = await Promise.all(wanted.map(({ flag }) => stateSubject(deps.store, { ...params, flag })));
      const now = stored.map(({ state: { entity, version: is } }) => ({ state: entity, version: is }));
      return { status: 200, body: { promoted: now } };
    },
  }),
];

async function promotionOf(
  { params, deps: { store } }: Pick<Call<StatePlace, unknown, unknown>, 'params' | 'deps'>,
  from: string,
  flag: string,
  seen: z.infer<typeof versions> | undefined,
): Promise<Promotion> {
  const [target, source] = await Promise.all([
    stateSubject(store, { ...params, flag }),
    store.get('state', { project: params.project, environment: from, flag }),
  ]);
  const there = found(source, `flag ${flag}`);
  expectVersion(target.state, seen?.target);
  expectVersion(there, seen?.source);
  return { source: there, target };
}
