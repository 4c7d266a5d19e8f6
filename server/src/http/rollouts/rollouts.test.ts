import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BurgeeError } from '../../domain/errors.ts';
import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { RolloutView } from '../../domain/rollout/rollout-view.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { hookRoutes } from './hooks.ts';
import { rolloutRoutes } from './rollouts.ts';

const ROLLOUTS = '/api/v1/projects/default/environments/production/rollouts';
const SCOPE = { project: 'default', environment: 'production' };
type Started = { rollout: RolloutView; code: string; detail: string; fields: { field: string }[]; rules: { id: string }[] } & {
  serves: { serves: string }[];
};

describe('rollouts over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await createTestServer({ routes: [...rolloutRoutes, ...hookRoutes] });
  });
  afterAll(() => server.close());

  async function addFlag(key: string, state: Partial<FlagState> = {}, flag: Partial<Flag> = {}): Promise<void> {
    const boolean = [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ];
    const entity: Flag = {
      ...{
        project: 'default',
        key,
        name: key,
        description: '',
        owner: null,
        tags: [],
        links: [],
        kind: 'release',
        type: 'boolean',
      },
      ...{ variants: boolean, browserAccess: 'none', lifetimeDays: null, archived: false, createdAt: 0 },
      ...flag,
    };
    const fresh: FlagState = {
      ...{
        ...SCOPE,
        flag: key,
        enabled: false,
        killed: null,
        prerequisites: [],
        rules: [],
        defaultVariant: 'off',
        offVariant: 'off',
      },
      ...state,
    };
    await server.store.commit({
      environments: [SCOPE],
      writes: [
        { put: 'flag', entity, basedOn: null },
        { put: 'state', entity: fresh, basedOn: null },
      ],
      audit: [],
    });
  }
  const rule = (id: string, percent: number) => ({ id, percent, by: 'default', serve: { variant: 'on' } });
  const begin = (body: object) => server.call<Started>('POST', ROLLOUTS, { body });
  const order = (id: string, name: string, reason = 'because') =>
    server.call<Started>('POST', `${ROLLOUTS}/${id}/${name}`, { body: { reason } });
  const stateOf = async (flag: string) => (await server.store.get('state', { ...SCOPE, flag }))?.entity;

  it('makes a rule, switches the flag on and raises it, in one commit', async () => {
    await addFlag('fresh');
    const { status, body } = await begin({ flag: 'fresh', release: 'r1' });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.rollout).toMatchObject({ state: 'running', stage: 0, percent: 1, startPercent: 0, release: 'r1' });
    expect(body.rollout.url).toBe(`http://localhost:4400/projects/default/environments/production/rollouts/${body.rollout.id}`);
    expect(await stateOf('fresh')).toMatchObject({ enabled: true, rules: [{ percent: 1, serve: { variant: 'on' } }] });
    const [entry] = await server.store.audit({ object: `rollout/${body.rollout.id}`, limit: 10 });
    expect(entry).toMatchObject({ action: 'rollout.started', actor: { name: 'Olive Owner' } });
  });

  it('gives the same release the same rollout, another one the holder', async () => {
    await addFlag('same');
    const first = await begin({ flag: 'same', release: 'r1', plan: 'fast' });
    const again = await begin({ flag: 'same', release: 'r1', plan: 'fast' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.rollout.id).toBe(first.body.rollout.id);
    const other = await begin({ flag: 'same', release: 'r2' });
    expect(other.status).toBe(409);
    expect(other.body).toMatchObject({ code: 'rollout_active', rollout: { id: first.body.rollout.id, release: 'r1' } });
  });

  it('makes one rollout of twenty starts at once', async () => {
    await addFlag('race');
    const answers = await Promise.all(Array.from({ length: 20 }, () => begin({ flag: 'race', release: 'r1' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.rollout.id)).size).toBe(1);
    expect(await server.store.list('rollout', { ...SCOPE, flag: 'race' })).toHaveLength(1);
  });

  it('latches a reverted release until it is forced with a reason', async () => {
    await addFlag('latch');
    const { body } = await begin({ flag: 'latch', release: 'r1' });
    const reverted = await order(body.rollout.id, 'revert', 'wrong prices');
    expect(reverted.status, reverted.text).toBe(200);
    expect(reverted.body.rollout.sentence).toBe(
      'Reverted to 0 % by Olive Owner: wrong prices. Everyone is back on the old version. Waiting to see the last exposures end.',
    );
    expect((await stateOf('latch'))?.rules[0]?.percent).toBe(0);
    expect((await order(body.rollout.id, 'revert')).status).toBe(200);
    const again = await begin({ flag: 'latch', release: 'r1' });
    expect([again.status, again.body.code]).toEqual([409, 'release_latched']);
    expect((await begin({ flag: 'latch', release: 'r1', force: {} })).status).toBe(400);
    const forced = await begin({ flag: 'latch', release: 'r1', force: { reason: 'the prices were right' } });
    expect(forced.status).toBe(201);
    expect(forced.body.rollout).toMatchObject({ forced: 'the prices were right', percent: 1 });
    expect((await begin({ flag: 'latch', release: 'r1' })).status).toBe(200);
  });

  it('skips stages at or below where the rule stands, and completes at once at 100', async () => {
    await addFlag('half', { enabled: true, rules: [rule('a', 25)] });
    const half = await begin({ flag: 'half', release: 'r1' });
    expect(half.body.rollout).toMatchObject({ startPercent: 25, percent: 50, stage: 3 });
    await addFlag('whole', { enabled: true, rules: [rule('a', 100)] });
    const whole = await begin({ flag: 'whole', release: 'r1' });
    expect(whole.body.rollout).toMatchObject({ state: 'completed', percent: 100 });
    await addFlag('last', { enabled: true, rules: [rule('a', 99)] });
    const last = await begin({ flag: 'last', release: 'r1' });
    expect(last.body.rollout).toMatchObject({ state: 'running', percent: 99, stage: 4, next: { percent: 100 } });
    expect((await stateOf('last'))?.rules[0]?.percent).toBe(99);
  });

  it('asks which rule, which variant, and what an off flag would serve', async () => {
    await addFlag('two', { enabled: true, rules: [rule('a', 10), rule('b', 0)] });
    const two = await begin({ flag: 'two', release: 'r1' });
    expect([two.status, two.body.code]).toEqual([422, 'rule_ambiguous']);
    expect(two.body.rules.map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await begin({ flag: 'two', release: 'r1', rule: 'b' })).body.rollout).toMatchObject({ rule: 'b', percent: 1 });
    expect((await begin({ flag: 'two', release: 'r1', rule: 'nope' })).body.fields[0]?.field).toBe('rule');

    const colours = ['red', 'blue'].map((key) => ({ key, value: key }));
    const text = { defaultVariant: 'red', offVariant: 'red' };
    await addFlag('colour', text, { type: 'string', variants: colours });
    expect((await begin({ flag: 'colour', release: 'r1' })).body.code).toBe('variant_required');
    expect((await begin({ flag: 'colour', release: 'r1', variant: 'green' })).body.fields[0]?.field).toBe('variant');
    expect((await begin({ flag: 'colour', release: 'r1', variant: 'blue' })).status).toBe(201);

    await addFlag('off', { rules: [rule('a', 10)] });
    const off = await begin({ flag: 'off', release: 'r1' });
    expect([off.status, off.body.code]).toEqual([409, 'flag_off']);
    expect(off.body.serves).toEqual([
      { rule: 'a', percent: 10, serves: 'on' },
      { rule: null, percent: 100, serves: 'off' },
    ]);
    expect(await stateOf('off')).toMatchObject({ enabled: false });
  });

  it('refuses killed and archived flags, unknown ones, and unknown plans', async () => {
    await addFlag('killed', { enabled: true, killed: { by: 'x', at: 1, reason: 'fire' } });
    expect((await begin({ flag: 'killed', release: 'r1' })).body.code).toBe('flag_killed');
    await addFlag('archived', {}, { archived: true });
    expect((await begin({ flag: 'archived', release: 'r1' })).body.code).toBe('flag_archived');
    expect((await begin({ flag: 'unknown', release: 'r1' })).status).toBe(404);
    expect((await begin({ flag: 'fresh', release: 'r9', plan: 'nope' })).body.fields[0]?.field).toBe('plan');
    expect((await begin({ flag: 'fresh', release: 'r1', wrong: 1 })).status).toBe(400);
  });

  it('pauses, resumes, advances, and refuses what has ended', async () => {
    await addFlag('orders');
    const { id } = (await begin({ flag: 'orders', release: 'r1' })).body.rollout;
    expect((await order(id, 'pause', 'lunch')).body.rollout).toMatchObject({ state: 'paused', reason: { code: 'paused' } });
    expect((await order(id, 'advance')).body.code).toBe('conflict');
    expect((await order(id, 'resume')).body.rollout).toMatchObject({ state: 'running', reason: null });
    expect((await order(id, 'advance')).body.rollout).toMatchObject({ stage: 1, percent: 5 });
    for (const percent of [25, 50, 98]) expect((await order(id, 'advance')).body.rollout.percent).toBe(percent);
    expect((await order(id, 'advance')).body.rollout).toMatchObject({ state: 'completed', percent: 100 });
    expect((await order(id, 'pause')).body.code).toBe('rollout_ended');
    expect((await stateOf('orders'))?.rules[0]?.percent).toBe(100);
    expect((await order(id, 'revert')).body.rollout).toMatchObject({ state: 'reverted', percent: 0 });
    expect((await server.call('POST', `${ROLLOUTS}/${id}/pause`, { body: {} })).status).toBe(400);
  });

  it('lets a pipeline revert what has completed, and latches it', async () => {
    await addFlag('done', { enabled: true, rules: [rule('a', 100)] });
    const as = await server.token('pipeline');
    const deploy = () => server.call<Started>('POST', '/hooks/deploy', { as, body: { flag: 'done', release: 'r1' } });
    const { id, state } = (await deploy()).body.rollout;
    expect(state).toBe('completed');
    const body = { reason: 'smoke test failed' };
    const elsewhere = await server.token('pipeline', { environment: 'development' });
    expect((await server.call('POST', `${ROLLOUTS}/${id}/revert`, { as: elsewhere, body })).status).toBe(403);
    expect((await stateOf('done'))?.rules[0]?.percent).toBe(100);
    const reverted = await server.call<Started>('POST', `${ROLLOUTS}/${id}/revert`, { as, body });
    expect(reverted.body.rollout).toMatchObject({ state: 'reverted', percent: 0 });
    expect((await stateOf('done'))?.rules[0]?.percent).toBe(0);
    expect((await deploy()).body.code).toBe('release_latched');
  });

  it('lists, shows and explains', async () => {
    const { body } = await server.call<{ rollouts: RolloutView[] }>('GET', `${ROLLOUTS}?flag=orders`);
    expect(body.rollouts.map(({ flag }) => flag)).toEqual(['orders']);
    const all = await server.call<{ rollouts: RolloutView[] }>('GET', '/api/v1/projects/default/rollouts?state=completed');
    expect(all.body.rollouts.every(({ state }) => state === 'completed')).toBe(true);
    const id = body.rollouts[0]?.id ?? '';
    expect((await server.call<Started>('GET', `${ROLLOUTS}/${id}`)).body.rollout.id).toBe(id);
    expect((await server.call('GET', `${ROLLOUTS}/${id}/evidence`)).body).toEqual({ batches: [] });
    expect((await server.call('GET', `${ROLLOUTS}/nope`)).status).toBe(404);
  });

  it('takes the deploy hook from the pipeline of this environment only', async () => {
    await addFlag('hooked');
    const pipeline = await server.token('pipeline');
    const body = { flag: 'hooked', release: 'r1' };
    const deploy = (more: object, as: { token: string } = pipeline) =>
      server.call<Started>('POST', '/hooks/deploy', { as, body: { ...body, ...more } });
    expect((await deploy({ environment: 'development' })).status).toBe(403);
    expect((await deploy({ environment: 'production', project: 'default' })).status).toBe(201);
    expect((await deploy({})).status).toBe(200);
    const everywhere = await server.token('admin');
    expect((await deploy({}, everywhere)).body.fields[0]?.field).toBe('project');
    expect((await deploy(SCOPE, everywhere)).status).toBe(200);
    expect((await deploy({}, await server.token('server'))).status).toBe(403);
  });

  it.each(['refuses', 'never answers'])(
    'tells SDKs at once when the database %s a revert, says that it is not durable, and stores it when it can',
    async (how) => {
      let full = true;
      const other = await createTestServer({
        routes: rolloutRoutes,
        make: ({ store }) => ({
          store: {
            ...store,
            commit: async (change) => {
              if (!full || change.breakLease === undefined) return store.commit(change);
              if (how === 'never answers') return new Promise(() => undefined);
              throw new BurgeeError('storage', 'the disk is full');
            },
          },
        }),
      });
      try {
        const flag = await server.store.get('flag', { project: 'default', key: 'fresh' });
        const state = await server.store.get('state', { ...SCOPE, flag: 'last' });
        if (!flag || !state) throw new Error('the other tests made these');
        await other.store.commit({
          environments: [SCOPE],
          writes: [
            { put: 'flag', entity: { ...flag.entity, key: 'full' }, basedOn: null },
            { put: 'state', entity: { ...state.entity, flag: 'full', rules: [rule('a', 0)] }, basedOn: null },
          ],
          audit: [],
        });
        const { body } = await other.call<Started>('POST', ROLLOUTS, { body: { flag: 'full', release: 'r1' } });
        const answer = await other.call<Started & { durable?: boolean }>('POST', `${ROLLOUTS}/${body.rollout.id}/revert`, {
          body: { reason: 'wrong prices' },
        });
        expect([answer.status, answer.body.durable]).toEqual([202, false]);
        const ruleset = (await other.deps.delivery.snapshot(SCOPE, 'server'))?.identity.toString() ?? '';
        expect(ruleset).toContain(`"overrides":[{"id":"revert-${body.rollout.id}"`);
        full = false;
        const key = { ...SCOPE, id: body.rollout.id };
        for (let i = 0; i < 100 && (await other.store.get('rollout', key))?.entity.state !== 'reverted'; i++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        expect((await other.store.get('rollout', key))?.entity).toMatchObject({ state: 'reverted', percent: 0 });
      } finally {
        await other.close();
      }
    },
  );

  it('lets no revert by hand take the place of a kill that waits for the database', async () => {
    const { body } = await server.call<Started>('POST', ROLLOUTS, { body: { flag: 'fresh', release: 'kill-waits' } });
    const { id } = body.rollout;
    const override = { id: `revert-${id}`, flag: 'fresh', rule: body.rollout.rule, percent: 0 };
    const why = { actor: { kind: 'burgee' as const, id: 'controller', name: 'Burgee' }, text: 'more users failed' };
    const { overrides } = server.deps;
    await overrides.assert({ ...SCOPE, override, why, kill: true });
    const revert = () =>
      server.call<Started & { durable?: boolean }>('POST', `${ROLLOUTS}/${id}/revert`, { body: { reason: 'mine' } });
    const waits = await revert();
    expect([waits.status, waits.body.durable, waits.body.rollout.id]).toEqual([202, false, id]);
    expect(overrides.pending()).toMatchObject([{ override, why, kill: true }]);
    // the control: where no kill waits it is done at once
    await overrides.settle(override.id);
    expect((await revert()).body.rollout.state).toBe('reverted');
  });
});
