import { encodeHashes, unitHash } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewOf } from '../domain/rollout/rollout-view.ts';
import { createWorld, type Fails, planWith, stage, type World } from './testing.ts';

const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.1 : 0.01);
const at = (world: World) => ({ at: world.clock(), publicUrl: 'http://localhost' });

describe('the controller on a real database', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ seed: 7 });
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  it('takes a good release to everyone, one stage at a time', async () => {
    const { id } = await world.startRollout(planWith());
    const controller = world.controller();
    const percents: number[] = [];
    const seconds = await world.run({
      id,
      tick: controller.tick,
      fails: HEALTHY,
      seconds: 300,
      until: ({ percent, state }) => {
        if (percents.at(-1) !== percent) percents.push(percent);
        return state !== 'running';
      },
    });
    const rollout = await world.rollout(id);
    expect(rollout.state, rollout.reason?.text).toBe('completed');
    expect(percents).toEqual([1, 5, 25, 50, 98, 100]);
    expect(seconds).toBeLessThan(60);
    expect((await world.state()).entity.rules[0]?.percent).toBe(100);
    const view = viewOf({ entity: rollout, version: 1 }, at(world));
    expect(view.sentence).toMatch(
      /^Completed after \d+ seconds: everyone has the new version\. \d+ of [\d,]+ users on the new version failed/,
    );
    expect(view.next.percent).toBeNull();
  });

  it('reverts a bad release, latches it, and sees the exposures end', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'evidence', 5_000), stage(50, 'evidence', 5_000)] }));
    const controller = world.controller();
    const seconds = await world.run({
      id,
      tick: controller.tick,
      fails: BAD,
      seconds: 60,
      until: ({ state }) => state === 'reverted',
    });
    const reverted = await world.rollout(id);
    expect(reverted.state).toBe('reverted');
    expect(seconds).toBeLessThan(15);
    expect((await world.state()).entity.rules[0]?.percent).toBe(0);
    const { sentence, gauges } = viewOf({ entity: reverted, version: 1 }, at(world));
    expect(gauges.revert.share).toBe(1);
    expect(sentence).toMatch(
      /^Reverted to 0 %: \d+ of [\d,]+ users on the new version failed \([\d.]+ %\) against \d+ of [\d,]+ \([\d.]+ %\) without it; the chance of this by luck is below 1 in 1,000\. Everyone is back on the old version\./,
    );
    await expect(world.startRollout(planWith())).rejects.toMatchObject({ code: 'release_latched' });
    await world.run({ id, tick: controller.tick, fails: BAD, seconds: 15, until: ({ confirmedAt }) => confirmedAt !== null });
    expect((await world.rollout(id)).confirmedAt).not.toBeNull();
    expect((await world.store.picture('default', 'production'))?.rollouts).toEqual([]);
  });

  it('never reverts below the bar: the same faults in both arms', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 5_000)] }));
    const controller = world.controller();
    await world.run({ id, tick: controller.tick, fails: () => 0.1, seconds: 60 });
    const rollout = await world.rollout(id);
    expect(rollout.state).toBe('holding');
    expect(rollout.reason?.code).toBe('manual-stage');
    expect(viewOf({ entity: rollout, version: 1 }, at(world)).gauges.revert.share).toBeLessThan(1);
  });

  it('holds without users and never completes', async () => {
    const { id } = await world.startRollout(planWith());
    const controller = world.controller();
    for (let second = 0; second < 60; second++) {
      world.pass(1_000);
      await controller.tick();
    }
    expect(await world.rollout(id)).toMatchObject({ state: 'holding', percent: 1, reason: { code: 'no-data' } });
    for (let minute = 0; minute < 11; minute++) {
      for (let i = 0; i < 8; i++) {
        world.pass(7_500);
        await controller.tick();
      }
    }
    expect(await world.rollout(id)).toMatchObject({ state: 'paused', percent: 1, reason: { code: 'no-data' } });
  });

  it('leaves an edited rule alone and says so', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(5, 'evidence', 60_000)] }));
    const controller = world.controller();
    await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 3 });
    await world.edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: 30 })) }));
    await world.run({ id, tick: controller.tick, fails: BAD, seconds: 20 });
    const paused = await world.rollout(id);
    expect(paused).toMatchObject({ state: 'paused', reason: { code: 'edited' } });
    expect((await world.state()).entity.rules[0]?.percent).toBe(30);
    expect(paused.timeline.map(({ event }) => event)).toContain('evidence');
  });

  it('stops at a kill, and a restore does not resume it', async () => {
    const { id } = await world.startRollout(planWith());
    const controller = world.controller();
    await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 3 });
    const killed = { by: 'ada', at: world.clock(), reason: 'looks odd' };
    await world.edit((state) => ({ ...state, killed }));
    await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 2 });
    expect(await world.rollout(id)).toMatchObject({ state: 'aborted', reason: { code: 'killed' } });
    await world.edit((state) => ({ ...state, killed: null }));
    await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 20 });
    expect(await world.rollout(id)).toMatchObject({ state: 'aborted', percent: 1 });
    expect((await world.startRollout(planWith())).id).not.toBe(id);
  });

  it('sends a revert again while exposures go on, and says so when their end is not seen', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)] }));
    const { tick } = world.controller();
    await world.order('revert', id, 'wrong prices');
    const treated = encodeHashes([unitHash(id, 'u1')]);
    const arms = [{ arm: 'treatment' as const, percent: 50, opened: '', closed: treated, failed: '', slow: [] }];
    const revision = async () => (await world.store.revisions())[0]?.revision.n ?? 0;
    const before = await revision();
    for (let i = 0; i < 130; i++) {
      world.pass(5_000);
      await world.send({ rollout: id, arms, unattributed: 0 });
      await tick();
    }
    const { timeline, confirmedAt } = await world.rollout(id);
    expect(timeline.map(({ event }) => event)).toEqual(['started', 'reverted', 'late', 'unconfirmed']);
    expect(confirmedAt).not.toBeNull();
    expect(await revision()).toBe(before + 2);
  });

  it('ends the mark ten minutes after a revert that nobody reports on', async () => {
    const { id } = await world.startRollout(planWith());
    const { tick } = world.controller();
    await world.order('revert', id, 'wrong prices');
    for (let i = 0; i < 59; i++) {
      world.pass(10_000);
      await tick();
    }
    expect((await world.rollout(id)).confirmedAt).toBeNull();
    world.pass(20_000);
    await tick();
    const rollout = await world.rollout(id);
    expect(viewOf({ entity: rollout, version: 1 }, at(world)).sentence).toBe(
      'Reverted to 0 % by Ada: wrong prices. Everyone is back on the old version. That the last exposures ended was not seen within ten minutes.',
    );
  });

  it('goes back to where the rule was before, if the plan says so, and touches nothing else', async () => {
    await world.edit((state) => {
      const [rule] = state.rules;
      const other = { id: 'staff', percent: 40, by: 'userId', serve: { variant: 'on' } };
      return { ...state, rules: rule ? [{ ...rule, percent: 5 }, { ...other }] : [] };
    });
    const { id } = await world.startRollout(planWith({ revertTo: 'start' }), { rule: 'everyone' });
    expect((await world.rollout(id)).percent).toBe(25);
    const before = (await world.state()).entity;
    const { tick } = world.controller();
    await world.run({ id, tick, fails: BAD, seconds: 20, until: ({ state }) => state === 'reverted' });
    const rollout = await world.rollout(id);
    expect(rollout).toMatchObject({ state: 'reverted', percent: 5 });
    const rules = before.rules.map((rule) => (rule.id === 'everyone' ? { ...rule, percent: 5 } : rule));
    expect((await world.state()).entity).toEqual({ ...before, rules });
    expect(viewOf({ entity: rollout, version: 1 }, at(world)).sentence).toMatch(
      /^Reverted to 5 %: .* The rule is back at 5 %, where it was before\.$/,
    );
  });
});
