import { z } from 'zod';
import { actorOf } from '../../domain/access/access.ts';
import { cancel, type ScheduleRequest, schedule } from '../../domain/flag/schedule-decisions.ts';
import type { ScheduledChange, ScheduledEdit } from '../../domain/flag/scheduled.ts';
import type { Store, Stored } from '../../domain/ports.ts';
import { commitDecision, expectVersion, found } from '../frame/commit.ts';
import { optionalIfMatch } from '../frame/if-match.ts';
import { type Route, route } from '../frame/route.ts';
import type { RuleInput } from './rule-schemas.ts';
import { scheduledInput, scheduledState, scheduledView, viewOf } from './schedule-schemas.ts';
import { stateSubject, surroundings } from './state-subject.ts';

const ENVIRONMENT = '/api/v1/projects/{project}/environments/{environment}';
const ofEnvironment = z.strictObject({ project: z.string(), environment: z.string() });
const ofFlag = ofEnvironment.extend({ flag: z.string() });
const listed = z.strictObject({ scheduled: z.array(scheduledView) });
const one = z.strictObject({ scheduled: scheduledView });

type Place = { readonly project: string; readonly environment: string; readonly flag?: string };

/** Soonest first. */
async function list(store: Store, where: Place, state: z.infer<typeof scheduledState> | undefined) {
  found(await store.get('environment', { project: where.project, key: where.environment }), `environment ${where.environment}`);
  const all = await store.list('scheduled', { ...where, ...(state !== undefined && { state }) });
  return { status: 200 as const, body: { scheduled: all.map(viewOf).sort((a, b) => a.at - b.at) } };
}

export const scheduleRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: `${ENVIRONMENT}/schedule`,
    permission: 'flag:read',
    summary: 'The changes of flags that wait for their time in an environment, and with `state` those that are over',
    params: ofEnvironment,
    query: z.strictObject({ state: scheduledState.default('waiting') }),
    responses: { 200: listed },
    handle: ({ params, query, deps }) => list(deps.store, params, query.state),
  }),
  route({
    method: 'get',
    path: `${ENVIRONMENT}/flags/{flag}/schedule`,
    permission: 'flag:read',
    summary: 'Every change that was ever scheduled for a flag in an environment, or those in one state',
    params: ofFlag,
    query: z.strictObject({ state: scheduledState.optional() }),
    responses: { 200: listed },
    handle: ({ params, query, deps }) => list(deps.store, params, query.state),
  }),
  route({
    method: 'post',
    path: `${ENVIRONMENT}/flags/{flag}/schedule`,
    permission: 'state:write',
    summary: 'Give a change of a flag a time. Checked now and again then; refused then if the flag has moved. Takes If-Match',
    params: ofFlag,
    body: scheduledInput,
    bodyLimit: 1024 * 1024,
    responses: { 201: one },
    handle: async ({ params, body, principal, at, context, deps }) => {
      const { store, random } = deps;
      const expected = optionalIfMatch(context);
      const wanted: ScheduledEdit = withIds(body.change, random);
      const request: ScheduleRequest = { id: random(12), at: Date.parse(body.at), change: wanted, reason: body.reason };
      const edit = wanted.kind === 'edit' ? wanted.edit : {};
      const { scheduled } = await commitDecision(store, async () => {
        const subject = await stateSubject(store, params);
        expectVersion(subject.state, expected);
        const waiting = (await store.list('scheduled', { ...params, state: 'waiting' })).length;
        const around = await surroundings(store, params, edit);
        return schedule(subject, request, { around, waiting }, { actor: actorOf(principal), at });
      });
      return { status: 201, body: { scheduled: viewOf({ entity: scheduled, version: 1 }) }, etag: '1' };
    },
  }),
  route({
    method: 'get',
    path: `${ENVIRONMENT}/schedule/{id}`,
    permission: 'flag:read',
    summary: 'One scheduled change and what became of it',
    params: ofEnvironment.extend({ id: z.string() }),
    responses: { 200: one },
    handle: async ({ params, deps }) => {
      const stored = found(await deps.store.get('scheduled', params), `scheduled change ${params.id}`);
      return { status: 200, body: { scheduled: viewOf(stored) }, etag: String(stored.version) };
    },
  }),
  route({
    method: 'delete',
    path: `${ENVIRONMENT}/schedule/{id}`,
    permission: 'state:write',
    summary: 'Cancel a scheduled change. Cancelling twice changes nothing; one that is over is a conflict',
    params: ofEnvironment.extend({ id: z.string() }),
    responses: { 200: one },
    handle: async ({ params, principal, at, deps }) => {
      const by = { actor: actorOf(principal), at };
      const { result } = await commitDecision(deps.store, async () => {
        const stored: Stored<ScheduledChange> = found(await deps.store.get('scheduled', params), `scheduled change ${params.id}`);
        return cancel(stored, by);
      });
      return { status: 200, body: { scheduled: viewOf(result) }, etag: String(result.version) };
    },
  }),
];

/** Rules without an id are new: they get one. */
function withIds(change: z.infer<typeof scheduledInput>['change'], random: (characters: number) => string): ScheduledEdit {
  if (change.kind !== 'edit') return change;
  const { rules: given, ...edit } = change.edit;
  const rules = given?.map((rule: RuleInput) => ({ id: rule.id ?? random(12), ...rule }));
  return { kind: 'edit', edit: { ...edit, ...(rules && { rules }) } };
}
