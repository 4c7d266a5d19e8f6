import { encodeHashes, type UnitHash, unitHash } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import { createWorld, planWith, stage, type World } from './testing.ts';

const HEALTHY = () => 0.01;

describe('time that passes, or does not', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ seed: 3 });
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  it('takes an exposure that nobody closed for failed, once, and late', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)], openMs: 30_000 }));
    const { tick } = world.controller();
    const units = (...names: string[]): string => encodeHashes(names.map((name): UnitHash => unitHash(id, name)));
    const report = (opened: string, closed: string) => ({
      rollout: id,
      unattributed: 0,
      arms: [{ arm: 'treatment' as const, percent: 50, opened, closed, failed: '', slow: [] }],
    });
    const failures = async () => (await world.store.batches(id)).reduce((sum, row) => sum + row.e1, 0);
    const wait = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        world.pass(1_000);
        await tick();
      }
    };
    await world.send(report(units('a', 'b', 'c'), ''));
    await wait(5);
    await world.send(report('', units('a')));
    // this one came late: its exposure was closed by a report that overtook it
    await world.send(report('', units('d')), { instance: 'instance-0000000002', sequence: 2 });
    await wait(1);
    await world.send(report(units('d'), ''), { instance: 'instance-0000000002', sequence: 1 });
    await wait(25);
    expect(await failures()).toBe(0);
    await wait(10);
    expect(await failures()).toBe(2);
    expect(evidenceOf(await world.rollout(id)).open).toEqual([]);
    await wait(40);
    expect(await failures()).toBe(2);
  });

  it('begins a stage’s time anew after a gap, and takes no stage for it', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'time', 60_000), stage(50, 'time', 60_000)] }));
    const first = world.controller();
    await world.run({ id, tick: first.tick, fails: HEALTHY, seconds: 30, requests: 100 });
    await first.stop();
    world.pass(3_600_000);
    const second = world.controller();
    await world.run({ id, tick: second.tick, fails: HEALTHY, seconds: 50, requests: 100 });
    expect(await world.rollout(id)).toMatchObject({ percent: 5, stage: 0 });
    await world.run({ id, tick: second.tick, fails: HEALTHY, seconds: 20, requests: 100 });
    expect(await world.rollout(id)).toMatchObject({ percent: 50, stage: 1 });
  });

  it('does not begin it anew after a restart within a lease', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'time', 60_000), stage(50, 'time', 60_000)] }));
    for (let i = 0; i < 9; i++) {
      const controller = world.controller();
      await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 7, requests: 100 });
    }
    expect(await world.rollout(id)).toMatchObject({ percent: 50, stage: 1 });
  });

  it('says nothing to the database while nothing happens', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'time', 3_600_000)], guards: [] }));
    const { tick } = world.controller();
    await tick();
    const before = await world.store.get('rollout', { project: 'default', environment: 'production', id });
    for (let i = 0; i < 30; i++) {
      world.pass(1_000);
      await tick();
    }
    const after = await world.store.get('rollout', { project: 'default', environment: 'production', id });
    expect(after?.version).toBe(before?.version);
  });

  it('holds while users are not split as the percent says', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'evidence', 5_000), stage(50, 'manual', 0)] }));
    const { tick } = world.controller();
    for (let second = 0; second < 10; second++) {
      const part = await world.traffic(id, 500, HEALTHY);
      // half of control's users are lost on the way
      const arms = part.arms.map((arm) => (arm.arm === 'control' ? { ...arm, closed: arm.closed.slice(0, 8 * 160) } : arm));
      world.pass(1_000);
      await world.send({ ...part, arms });
      await tick();
    }
    expect(await world.rollout(id)).toMatchObject({ state: 'holding', percent: 5, reason: { code: 'sample-ratio' } });
  });
});
