import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../domain/guard/guard.ts';
import type { RolloutView } from '../domain/rollout/rollout-view.ts';
import { addFlag } from '../http/flags/testing-flags.ts';
import { hookRoutes } from '../http/rollouts/hooks.ts';
import { planRoutes } from '../http/rollouts/plans.ts';
import { rolloutRoutes } from '../http/rollouts/rollouts.ts';
import { createTestServer, type TestServer } from '../http/testing.ts';
import { type Controller, createController } from './controller.ts';

const PROJECT = '/api/v1/projects/default';
const inEnvironment = (environment: string) => `${PROJECT}/environments/${environment}/rollouts`;
const BOTH = { environments: ['development', 'production'] };
// 2026-11-23 is a Monday
const MONDAY = Date.parse('2026-11-23T12:00:00Z');
interface Answer {
  readonly rollout: RolloutView;
  readonly rollouts: readonly RolloutView[];
  readonly code: string;
  readonly detail: string;
  readonly environment: string;
  readonly fields: readonly { readonly field: string }[];
}

describe('a rollout that comes after another', () => {
  let server: TestServer;
  let controller: Controller;
  let now = MONDAY;
  let sample: Sample = { kind: 'ok', errors: 0, total: 1_000, asOf: MONDAY };
  beforeAll(async () => {
    server = await createTestServer({
      routes: [...rolloutRoutes, ...planRoutes, ...hookRoutes],
      clock: () => now,
      make: () => ({ metrics: { read: async () => ({ ...sample, asOf: now }) as Sample } }),
    });
    const { store, deps } = server;
    const { metrics, overrides, random, log } = deps;
    controller = createController({ store, metrics, overrides, random, log, clock: () => now, owner: 'one' });
    const source = { project: 'default', key: 'prometheus', name: 'P', type: 'prometheus' as const, url: 'http://localhost:1' };
    await store.commit({
      environments: [],
      writes: [{ put: 'source', entity: { ...source, headers: [], timeoutMs: 1_000 }, basedOn: null }],
      audit: [],
    });
    const stages = [{ percent: 50, advance: 'time', bakeMs: 5_000 }];
    const guards = [{ kind: 'query', key: 'errors', source: 'prometheus', errors: 'e', total: 't', limit: 0.02 }];
    const freeze = [{ days: ['mon'], from: '14:00', to: '15:00', timeZone: 'UTC' }];
    for (const plan of [{ key: 'brief' }, { key: 'guarded', guards }, { key: 'frozen', freeze }]) {
      const body = { name: plan.key, stages, guards: [], ...plan };
      expect((await server.call('POST', `${PROJECT}/plans`, { body })).status).toBe(201);
    }
  });
  afterAll(async () => {
    await controller.stop();
    await server.close();
  });

  const add = (flag: string, percent = 0) => addFlag(server, flag, BOTH.environments, percent);
  const begin = (environment: string, body: object) =>
    server.call<Answer>('POST', inEnvironment(environment), { body: { release: 'r1', plan: 'brief', ...body } });
  const look = async ({ environment, id }: Pick<RolloutView, 'environment' | 'id'>) =>
    (await server.call<Answer>('GET', `${inEnvironment(environment)}/${id}`)).body.rollout;
  const order = ({ environment, id }: RolloutView, name: string) =>
    server.call<Answer>('POST', `${inEnvironment(environment)}/${id}/${name}`, { body: { reason: 'because' } });
  const percentOf = async (environment: string, flag: string) =>
    (await server.store.get('state', { project: 'default', environment, flag }))?.entity.rules[0]?.percent;
  const pass = async (ms: number) => {
    now += ms;
    await controller.tick();
  };

  it('begins within a tick of the other one’s completion, and not before', async () => {
    await add('release');
    const { status, body } = await begin('development', { flag: 'release', ...BOTH });
    expect(status).toBe(201);
    const [first, second] = body.rollouts;
    if (!first || !second) throw new Error('two were asked for');
    expect(body.rollout.id).toBe(first.id);
    expect(first).toMatchObject({ environment: 'development', state: 'running', percent: 50 });
    expect(first.before).toEqual([{ rollout: second.id, environment: 'production' }]);
    expect(second).toMatchObject({ environment: 'production', state: 'pending', percent: 0, stage: -1 });
    expect(second.after).toEqual({ rollout: first.id, environment: 'development' });
    expect(second.sentence).toBe(
      'Not begun yet. Waits until release r1 of release in development has completed. Nobody new gets the new version until then.',
    );
    const ruleset = await server.deps.delivery.snapshot({ project: 'default', environment: 'production' }, 'server');
    expect(ruleset?.identity.toString()).not.toContain(second.id);

    await pass(3_000);
    expect((await look(second)).state).toBe('pending');
    const again = await begin('development', { flag: 'release', ...BOTH });
    expect([again.status, again.body.rollouts.map(({ id }) => id)]).toEqual([200, [first.id, second.id]]);
    await pass(3_000);
    expect((await look(first)).state).toBe('completed');
    await pass(1_000);
    expect(await look(second)).toMatchObject({ state: 'running', percent: 50, startedAt: now, stageSince: now });
    expect(await percentOf('production', 'release')).toBe(50);
    await pass(6_000);
    expect((await look(second)).timeline.map(({ event }) => event)).toEqual(['pending', 'started', 'completed']);
  });

  it('ends when the other one ends otherwise, and says why', async () => {
    await add('sunk');
    const { body } = await begin('development', { flag: 'sunk', ...BOTH });
    const [first, second] = body.rollouts;
    if (!first || !second) throw new Error('two were asked for');
    await order(first, 'revert');
    await pass(1_000);
    const ended = await look(second);
    expect(ended).toMatchObject({ state: 'aborted', reason: { code: 'after' } });
    expect(ended.reason?.text).toBe('It waited for release r1 of sunk in development, which was reverted: because');
    expect(await percentOf('production', 'sunk')).toBe(0);
    const again = await begin('development', { flag: 'sunk', ...BOTH });
    expect([again.status, again.body.code, again.body.environment]).toEqual([409, 'release_latched', 'development']);
    expect((await begin('production', { flag: 'sunk', after: first.id })).body.code).toBe('rollout_ended');
    expect((await begin('production', { flag: 'sunk', after: 'nothing' })).body.fields[0]?.field).toBe('after');
    // without it nothing keeps it back
    expect((await begin('production', { flag: 'sunk' })).body.rollout).toMatchObject({ state: 'running', percent: 50 });
  });

  it('begins at once after one that has completed, and with a gap of several environments goes on from there', async () => {
    await add('later');
    const { body } = await begin('development', { flag: 'later' });
    await pass(6_000);
    const both = await begin('development', { flag: 'later', ...BOTH });
    expect(both.status).toBe(201);
    expect(both.body.rollouts.map(({ state }) => state)).toEqual(['completed', 'running']);
    expect((await look(body.rollout)).before).toHaveLength(1);
  });

  it('is all or nothing, and refuses environments that are not in turn or not the caller’s', async () => {
    await add('whole');
    const key = { project: 'default', environment: 'production', flag: 'whole' };
    const state = await server.store.get('state', key);
    if (!state) throw new Error('it was just made');
    const killed = { ...state.entity, killed: { by: 'x', at: 1, reason: 'fire' } };
    await server.store.commit({ environments: [], writes: [{ put: 'state', entity: killed, basedOn: 'any' }], audit: [] });
    const refused = await begin('development', { flag: 'whole', ...BOTH });
    expect([refused.body.code, refused.body.environment]).toEqual(['flag_killed', 'production']);
    expect(await server.store.list('rollout', { project: 'default', flag: 'whole' })).toHaveLength(0);
    expect((await begin('production', { flag: 'whole', ...BOTH })).body.fields[0]?.field).toBe('environments[0]');
    const twice = { environments: ['development', 'production', 'production'] };
    expect((await begin('development', { flag: 'whole', ...twice })).body.fields[0]?.field).toBe('environments[2]');
    const hook = { flag: 'whole', release: 'r1', plan: 'brief', project: 'default', ...BOTH };
    const pipeline = await server.token('pipeline', { environment: 'development' });
    expect((await server.call<Answer>('POST', '/hooks/deploy', { as: pipeline, body: hook })).body.code).toBe('forbidden');
    const everywhere = await server.token('admin');
    expect((await server.call<Answer>('POST', '/hooks/deploy', { as: everywhere, body: hook })).body.code).toBe('flag_killed');
  });

  it('can be paused, resumed, begun by hand, and taken back without touching the rule', async () => {
    await add('steered', 30);
    const first = (await begin('development', { flag: 'steered' })).body.rollout;
    const second = (await begin('production', { flag: 'steered', after: first.id })).body.rollout;
    expect((await order(second, 'pause')).body.rollout.state).toBe('paused');
    await order(first, 'advance');
    await pass(1_000);
    expect((await look(second)).state).toBe('paused');
    expect((await order(second, 'resume')).body.rollout.state).toBe('pending');
    await pass(1_000);
    expect(await look(second)).toMatchObject({ state: 'running', startPercent: 30, percent: 50 });

    await add('taken', 30);
    const one = (await begin('development', { flag: 'taken' })).body.rollout;
    const two = (await begin('production', { flag: 'taken', after: one.id })).body.rollout;
    expect((await order(two, 'revert')).body.rollout).toMatchObject({ state: 'reverted', percent: 30, confirmedAt: now });
    expect(await percentOf('production', 'taken')).toBe(30);
    const three = (await begin('production', { flag: 'taken', after: one.id, release: 'r2' })).body.rollout;
    expect((await order(three, 'advance')).body.rollout).toMatchObject({ state: 'running', percent: 50 });
  });

  it('takes the rule as people left it, and does not begin while a guard fails', async () => {
    await add('guarded');
    const first = (await begin('development', { flag: 'guarded' })).body.rollout;
    const second = (await begin('production', { flag: 'guarded', after: first.id, plan: 'guarded' })).body.rollout;
    const key = { project: 'default', environment: 'production', flag: 'guarded' };
    const state = await server.store.get('state', key);
    if (!state) throw new Error('it was just made');
    const rules = state.entity.rules.map((rule) => ({ ...rule, percent: 20 }));
    const edited = { ...state.entity, rules };
    await server.store.commit({ environments: [], writes: [{ put: 'state', entity: edited, basedOn: 'any' }], audit: [] });
    sample = { kind: 'ok', errors: 200, total: 1_000, asOf: now };
    await pass(6_000);
    await pass(1_000);
    expect((await look(first)).state).toBe('completed');
    expect(await look(second)).toMatchObject({ state: 'pending', percent: 0, reason: { code: 'guard-red' } });
    for (let i = 0; i < 2; i++) await pass(31_000);
    expect((await look(second)).timeline.map(({ event }) => event)).toEqual(['pending', 'held']);
    expect(await server.store.audit({ object: `rollout/${second.id}`, action: 'rollout.held', limit: 5 })).toHaveLength(1);
    sample = { kind: 'ok', errors: 1, total: 1_000, asOf: now };
    await pass(31_000);
    expect(await look(second)).toMatchObject({ state: 'running', startPercent: 20, percent: 50, reason: null });
  });

  it('waits for the end of a freeze, in which nothing advances and everything reverts', async () => {
    await add('night');
    const early = (await begin('development', { flag: 'night', plan: 'frozen' })).body.rollout;
    expect(early.state).toBe('running');
    now = Date.parse('2026-11-23T14:10:00Z');
    const late = (await begin('production', { flag: 'night', plan: 'frozen' })).body.rollout;
    expect(late).toMatchObject({ state: 'pending', percent: 0, reason: { code: 'freeze' } });
    expect(late.reason?.text).toContain('until Mon 23 Nov, 15:00 (UTC)');
    await pass(1_000);
    for (let i = 0; i < 3; i++) await pass(3_000);
    expect((await look(late)).state).toBe('pending');
    expect(await look(early)).toMatchObject({ state: 'holding', percent: 50, reason: { code: 'freeze' } });
    for (const rollout of [early, late]) expect((await order(rollout, 'advance')).body.code).toBe('frozen');
    expect((await order(early, 'revert')).body.rollout).toMatchObject({ state: 'reverted', percent: 0 });
    now = Date.parse('2026-11-23T15:00:00Z');
    await pass(0);
    await pass(3_000);
    expect(await look(late)).toMatchObject({ state: 'running', percent: 50 });
  });
});
