import { LATENCY_BOUNDS_MS, latencyBucket } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { GuardAction, LatencyGuard } from '../domain/guard/guard.ts';
import { lnLatency } from '../domain/guard/latency.ts';
import { cutoffsOf } from '../domain/guard/latency-memory.ts';
import { recompute } from '../domain/guard/recompute.ts';
import type { Plan, Rollout } from '../domain/rollout/rollout.ts';
import { minutesOf } from '../domain/usage.ts';
import { planAtStart } from '../http/rollouts/rollout-start.ts';
import { createWorld, dice, type Fails, planWith, stage, type Takes, type World } from './testing.ts';

const SCOPE = { project: 'default', environment: 'production' };
const SEEDS = Math.max(3, Math.round(Number(process.env.BURGEE_TICKS ?? 1_000) / 300));
/** The same in both arms: only latency tells them apart. */
const FAILS: Fails = () => 0.01;
/** Log-normal around 100 ms. */
const [MEDIAN_MS, SIGMA] = [100, 0.8];
const CUTOFFS = [0, 1.2816, 2.3263].map((z) => Math.round(MEDIAN_MS * Math.exp(SIGMA * z)));
const STAGES = [stage(5, 'evidence', 5_000), stage(25, 'evidence', 5_000), stage(50, 'evidence', 5_000)];
const ended = ({ state }: Rollout) => state === 'reverted' || state === 'completed' || state === 'paused';

function latency(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEDIAN_MS * Math.exp(SIGMA * normal);
}

function guarded(action: GuardAction, cutoffsMs: LatencyGuard['cutoffsMs'] = CUTOFFS): Plan {
  const outcomes = { kind: 'outcomes', key: 'errors', action: 'revert', tolerated: 1 } as const;
  return planWith({ stages: STAGES, guards: [outcomes, { kind: 'latency', key: 'latency', action, tolerated: 1, cutoffsMs }] });
}

describe('a latency guard, from reports to the stored decision', () => {
  let world: World;
  let random: () => number;
  beforeEach(async () => {
    world = await createWorld({ seed: 41 });
    random = dice(43);
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  /** Requests of the new version take `times` as long from here on. */
  const slower =
    (times: number, control = 1): Takes =>
    (arm) =>
      latency(random) * (arm === 'treatment' ? times : control);

  /** A rollout until a guard has stopped it, or it is complete. */
  async function course(plan: Plan, takes: Takes, flag = 'checkout') {
    world.takes(takes);
    const { id } = await world.startRollout(plan, { flag });
    const { tick, stop } = world.controller();
    const seconds = await world.run({ id, tick, fails: FAILS, seconds: 240, requests: 400, until: ended });
    await stop();
    const rollout = await world.rollout(id);
    return { rollout, seconds, log: await world.store.batches(id) };
  }

  it('reverts a release that is slower and fails no more often, and its log says why', async () => {
    const { rollout, log } = await course(guarded('revert'), slower(1.6));
    expect(rollout).toMatchObject({ state: 'reverted', percent: 0, reason: { code: 'evidence' } });
    expect(rollout.reason?.text).toMatch(/on the new version took longer than \d+ ms for the first time against/);
    expect((await world.state()).entity.rules[0]?.percent).toBe(0);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    expect(lnLatency(evidenceOf(rollout).latency)).toBeGreaterThan(Math.log(1_000));
    // the negative control: nobody looks at latency
    await world.addFlag('unguarded');
    const blind = await course(planWith({ stages: STAGES }), slower(1.6), 'unguarded');
    expect(blind.rollout.state).toBe('completed');
  });

  it.each([
    ['kill', 'reverted'],
    ['pause', 'paused'],
    ['observe', 'completed'],
  ] as const)('does what its action says: %s', async (action, state) => {
    const { rollout, log } = await course(guarded(action), slower(1.6));
    expect(rollout.state, rollout.reason?.text).toBe(state);
    if (action === 'pause') expect(rollout.reason?.code).toBe('guard-latency');
    const { killed } = (await world.state()).entity;
    if (action === 'kill') expect(killed?.reason).toBe(rollout.reason?.text);
    else expect(killed).toBeNull();
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
  });

  it(`lets releases through that are as fast, or slow in both arms, ${SEEDS} times each`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const [name, takes] of [
        ['as-fast', slower(1)],
        ['both-slow', slower(3, 3)],
      ] as const) {
        random = dice(100 + seed);
        await world.addFlag(`${name}-${seed}`);
        const { rollout, log } = await course(guarded('revert'), takes, `${name}-${seed}`);
        expect(rollout.state, `${name}, seed ${seed}: ${rollout.reason?.text}`).toBe('completed');
        expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
      }
    }
  });

  it('goes on from what is stored when its server is started anew in the middle', async () => {
    world.takes(slower(1.25));
    const { id } = await world.startRollout(guarded('revert'));
    let lives = 0;
    let state: Rollout['state'] = 'running';
    for (; lives < 60 && state !== 'reverted'; lives++) {
      const { tick, stop } = world.controller();
      await world.run({ id, tick, fails: FAILS, seconds: 3, requests: 400, until: ended });
      await stop();
      ({ state } = await world.rollout(id));
    }
    expect(state).toBe('reverted');
    expect(lives).toBeGreaterThan(2);
    expect(recompute(await world.rollout(id), await world.store.batches(id))).toMatchObject({ agrees: true, differences: [] });
  });

  describe('whose cut-offs are those of the hour before', () => {
    let sequence = 0;
    /** A minute's work of an application: a report as our SDKs send it, with its histogram and no rollouts. */
    async function work(app: string, times: number, requests = 2_000, client = false): Promise<void> {
      const counts = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0);
      for (let i = 0; i < requests; i++) {
        const bucket = latencyBucket(latency(random) * times);
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      const report = {
        ...{
          schema: 1 as const,
          instance: `work-of-${app}-000000`,
          sequence: ++sequence,
          sdk: 'test/1',
          app,
          platform: 'node',
        },
        ...{ revision: null, spanMs: 60_000, counts: [], sketches: [], attributes: [], rollouts: [] },
        work: { total: requests, failed: 0, latency: counts },
      };
      const minutes = minutesOf(report, SCOPE, world.clock(), client);
      await world.store.ingest({ ...SCOPE, client, report, minutes });
    }
    const atStart = async (plan: Plan) =>
      planAtStart({ store: world.store }, { plan, state: await world.state(), at: world.clock() });

    it('takes them from what was reported, keeps them, and reverts by them', async () => {
      // too long ago, and a browser's, which proves nothing
      await work('shop', 50);
      world.pass(3_700_000);
      await work('page', 50, 2_000, true);
      for (let minute = 0; minute < 10; minute++) {
        await work('shop', 1);
        world.pass(60_000);
      }
      const plan = await atStart(guarded('revert', 'auto'));
      const cutoffs = cutoffsOf(plan);
      expect(cutoffs).toHaveLength(3);
      for (const [i, cutoff] of cutoffs.entries()) {
        // between two bounds of the histogram they are interpolated
        expect(cutoff / (CUTOFFS[i] ?? 0)).toBeGreaterThan(0.8);
        expect(cutoff / (CUTOFFS[i] ?? 0)).toBeLessThan(1.25);
      }
      await world.addFlag('fast');
      const fast = await course(plan, slower(1), 'fast');
      expect(fast.rollout.state, fast.rollout.reason?.text).toBe('completed');
      // what is reported from now on is slower, and moves no cut-off of a rollout that has begun
      for (let minute = 0; minute < 10; minute++) await work('shop', 5);
      world.pass(60_000);
      expect(cutoffsOf(await atStart(guarded('revert', 'auto')))).not.toEqual(cutoffs);
      const { rollout, log } = await course(plan, slower(1.6));
      expect(rollout).toMatchObject({ state: 'reverted', percent: 0 });
      expect(cutoffsOf(rollout.plan)).toEqual(cutoffs);
      expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    });

    it('refuses a start before which too little was reported', async () => {
      await work('shop', 1, 150);
      await expect(atStart(guarded('revert', 'auto'))).rejects.toMatchObject({ code: 'invalid' });
      await work('basket', 1, 60);
      world.pass(60_000);
      expect(cutoffsOf(await atStart(guarded('revert', 'auto')))).toHaveLength(3);
    });
  });
});
