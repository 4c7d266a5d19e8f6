import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import type { Decision } from '../../domain/decision.ts';
import type { FlagState } from '../../domain/flag/flag.ts';
import { editState, kill, restore, type StateEdit, type StateSubject, setPercent } from '../../domain/flag/state-decisions.ts';
import { commitDecision, expectVersion } from '../frame/commit.ts';
import { ifMatch, optionalIfMatch } from '../frame/if-match.ts';
import { type Call, type Reply, type Route, route } from '../frame/route.ts';
import { stateFields as fields, state, version } from '../noun-schemas.ts';
import type { RuleInput } from './rule-schemas.ts';
import { type StatePlace, stateSubject, surroundings } from './state-subject.ts';

const BODY_LIMIT = 1024 * 1024;
const PATH = '/api/v1/projects/{project}/environments/{environment}/flags/{flag}';
const place = z.object({ project: z.string(), environment: z.string(), flag: z.string() });
const answered = z.strictObject({ state, version });

type Fields = { readonly [P in keyof z.infer<typeof fields>]?: z.infer<typeof fields>[P] | undefined };

/** Reads the state, decides and commits; answers what is then there. */
async function settle<B>(
  { deps, params, principal, at }: Call<StatePlace, unknown, B>,
  decide: (
    subject: StateSubject,
    by: { actor: ReturnType<typeof actorOf>; at: number },
  ) => Decision<FlagState> | Promise<Decision<FlagState>>,
): Promise<Reply> {
  const by = { actor: actorOf(principal), at };
  const { result } = await commitDecision(deps.store, async () => decide(await stateSubject(deps.store, params), by));
  return { status: 200, body: { state: result.entity, version: result.version }, etag: String(result.version) };
}

/** Rules without an id are new: they get one. */
function edit(call: Call<StatePlace, unknown, Fields>): Promise<Reply> {
  const expected = ifMatch(call.context);
  const rules = call.body.rules?.map((rule: RuleInput) => ({ id: rule.id ?? call.deps.random(12), ...rule }));
  const wanted: StateEdit = { ...call.body, rules };
  return settle(call, async (subject, by) => {
    expectVersion(subject.state, expected);
    return editState(subject, wanted, await surroundings(call.deps.store, call.params, wanted), by);
  });
}

const reason = z.strictObject({ reason: z.string() });

export const stateRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: PATH,
    permission: 'flag:read',
    summary: 'What a flag serves in an environment',
    params: place,
    responses: { 200: answered },
    handle: async ({ params, deps }) => {
      const { entity, version: at } = (await stateSubject(deps.store, params)).state;
      return { status: 200, body: { state: entity, version: at }, etag: String(at) };
    },
  }),
  route({
    method: 'put',
    path: PATH,
    permission: 'state:write',
    summary: 'Set all that a flag serves in an environment. Demands If-Match',
    params: place,
    body: fields,
    bodyLimit: BODY_LIMIT,
    responses: { 200: answered },
    handle: edit,
  }),
  route({
    method: 'patch',
    path: PATH,
    permission: 'state:write',
    summary: 'Set some of what a flag serves in an environment. Demands If-Match',
    params: place,
    body: fields.partial(),
    bodyLimit: BODY_LIMIT,
    responses: { 200: answered },
    handle: edit,
  }),
  route({
    method: 'put',
    path: `${PATH}/rules/{rule}/percent`,
    permission: 'state:write',
    summary: "Set one rule's percent and nothing else. Takes If-Match",
    params: place.extend({ rule: z.string() }),
    body: z.strictObject({ percent: z.number() }),
    responses: { 200: answered },
    handle: (call) => {
      const expected = optionalIfMatch(call.context);
      return settle(call, (subject, by) => {
        expectVersion(subject.state, expected);
        return setPercent(subject, call.params.rule, call.body.percent, by);
      });
    },
  }),
  route({
    method: 'post',
    path: `${PATH}/kill`,
    permission: 'state:kill',
    summary: 'Force the off variant now and end rollouts; nothing automatic lifts it. Killing twice changes nothing',
    params: place,
    body: reason,
    responses: { 200: answered },
    handle: (call) => settle(call, (subject, by) => kill(subject, call.body.reason, by)),
  }),
  route({
    method: 'post',
    path: `${PATH}/restore`,
    permission: 'state:kill',
    summary: 'Lift a kill; rollouts that it ended stay ended',
    params: place,
    body: reason,
    responses: { 200: answered },
    handle: (call) => settle(call, (subject, by) => restore(subject, call.body.reason, by)),
  }),
];
