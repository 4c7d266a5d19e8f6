import { afterAll, describe, expect, it } from 'vitest';
import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import { replay, summary } from '../domain/guard/memory.ts';
import { recompute } from '../domain/guard/recompute.ts';
import type { Store } from '../domain/ports.ts';
import { openPostgres } from '../storage/postgres/open.ts';
import { startCluster } from '../storage/testing/postgres.ts';
import { createWorld, planWith, SILENT, stage } from './testing.ts';

const cluster = await startCluster();
const reason = 'reason' in cluster ? cluster.reason : null;
if (reason !== null) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== null)(`the controller on Postgres${reason === null ? '' : ` (${reason})`}`, () => {
  if ('reason' in cluster) return;
  afterAll(() => cluster.stop());

  it('takes a good release up and a bad one back, with two controllers at it', async () => {
    const database = await cluster.create();
    const open = (clock: () => number) => openPostgres({ url: database.url, clock, log: SILENT });
    const world = await createWorld({ seed: 4, open });
    const other = await open(world.clock);
    try {
      await world.addFlag('good');
      await world.addFlag('bad');
      const good = await world.startRollout(planWith(), { flag: 'good' });
      const bad = await world.startRollout(planWith(), { flag: 'bad' });
      const both = [world.controller('one'), world.controller('two', other)];
      const tick = async () => void (await Promise.all(both.map((controller) => controller.tick())));
      for (let second = 0; second < 60; second++) {
        const fails = (arm: string) => (arm === 'treatment' ? 0.2 : 0.01);
        if ((await world.rollout(bad.id)).state !== 'reverted') await world.send(await world.traffic(bad.id, 1_000, fails));
        await world.run({ id: good.id, tick, fails: () => 0.01, seconds: 1 });
      }
      const [up, down] = [await world.rollout(good.id), await world.rollout(bad.id)];
      expect(up).toMatchObject({ state: 'completed', percent: 100 });
      expect(up.timeline.map(({ event }) => event)).toEqual(['started', ...Array(4).fill('advanced'), 'completed']);
      expect(down).toMatchObject({ state: 'reverted', percent: 0 });
      for (const rollout of [up, down]) {
        const { mixture, totals } = summary(replay(rollout, evidenceOf(rollout), await world.store.batches(rollout.id)), rollout);
        expect({ mixture, totals }).toEqual({ mixture: evidenceOf(rollout).mixture, totals: evidenceOf(rollout).totals });
      }
    } finally {
      await other.close();
      await world.close();
      await database.drop();
    }
  }, 120_000);

  it.each(['a pause', 'a restart'])('stores a revert that met %s with the rows that it was decided on', async (met) => {
    const database = await cluster.create();
    const open = (clock: () => number) => openPostgres({ url: database.url, clock, log: SILENT });
    const world = await createWorld({ seed: 6, open });
    try {
      await world.addFlag('checkout');
      const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)] }));
      let [decidedAt, tries] = [0, 0];
      const store: Store = {
        ...world.store,
        async commit(change) {
          if (change.breakLease === undefined || tries++ > 0) return world.store.commit(change);
          decidedAt = world.clock();
          if (met === 'a restart') throw new BurgeeError('storage', 'postgres: connect ECONNREFUSED');
          await world.order('pause', id);
          return world.store.commit(change);
        },
      };
      const fails = (arm: string) => (arm === 'treatment' ? 0.2 : 0.01);
      await world.run({ id, tick: world.controller('one', store).tick, fails, seconds: 10, until: () => decidedAt > 0 });
      if (met === 'a restart') {
        await world.send(await world.traffic(id, 1_000, () => 0.01));
        world.pass(30_000);
        await world.controller('one').tick();
      }
      const [rollout, log] = [await world.rollout(id), await world.store.batches(id)];
      expect([rollout.state, log.at(-1)?.at]).toEqual(['reverted', decidedAt]);
      expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    } finally {
      await world.close();
      await database.drop();
    }
  });

  it('never gives a lease to two although their clocks are twenty minutes apart; by their own clocks it would (the control)', async () => {
    const database = await cluster.create();
    const open = (clock: () => number) => openPostgres({ url: database.url, clock, log: SILENT });
    const world = await createWorld({ seed: 5, open });
    const [slow, fast] = [await open(() => Date.now() - 600_000), await open(() => Date.now() + 600_000)];
    const local = await createWorld({ seed: 5 });
    try {
      for (const one of [world, local]) {
        await one.addFlag('checkout');
        await one.startRollout(planWith());
      }
      for (let round = 0; round < 20; round++) {
        const [holder, other] = round % 2 === 0 ? [slow, fast] : [fast, slow];
        expect(await holder.claim('holder', 60_000, ['running'])).toHaveLength(1);
        expect(await other.claim('other', 60_000, ['running'])).toEqual([]);
        await holder.release('holder');
      }
      expect(await local.store.claim('holder', 60_000, ['running'])).toHaveLength(1);
      local.pass(1_200_000);
      expect(await local.store.claim('other', 60_000, ['running'])).toHaveLength(1);
    } finally {
      await slow.close();
      await fast.close();
      await local.close();
      await world.close();
      await database.drop();
    }
  }, 120_000);
});
