import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, planWith, stage, type World } from './testing.ts';

const HEALTHY = () => 0.01;
const BROKEN = (arm: 'treatment' | 'control') => (arm === 'treatment' ? 0.3 : 0.01);

describe('a rollout that has completed', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ seed: 5 });
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  async function completed() {
    const plan = planWith({ stages: [stage(50, 'time', 3_000), stage(100, 'time', 3_000)], holdback: 2 });
    const { id } = await world.startRollout(plan);
    const { tick } = world.controller();
    const percents = new Set<number>();
    const until = ({ state, percent }: { state: string; percent: number }) => {
      percents.add(percent);
      return state === 'completed';
    };
    await world.run({ id, tick, fails: HEALTHY, seconds: 20, requests: 200, until });
    expect([...percents]).toEqual([50, 98, 100]);
    return { id, tick };
  }

  it('held its last people back until the last bake had ended', async () => {
    const { id } = await completed();
    expect(await world.rollout(id)).toMatchObject({ state: 'completed', percent: 100, plan: { stages: [{}, { percent: 98 }] } });
  });

  it('is left alone by whatever fails later', async () => {
    const { id, tick } = await completed();
    await world.run({ id, tick, fails: BROKEN, seconds: 15 });
    expect(await world.rollout(id)).toMatchObject({ state: 'completed', percent: 100 });
    expect((await world.state()).entity.rules[0]?.percent).toBe(100);
  });

  it('can be reverted by hand, is latched, and is confirmed when exposures have ended', async () => {
    const { id, tick } = await completed();
    await world.order('revert', id, 'wrong prices');
    expect(await world.rollout(id)).toMatchObject({
      state: 'reverted',
      percent: 0,
      confirmedAt: null,
      reason: { code: 'by-hand' },
    });
    expect((await world.state()).entity.rules[0]?.percent).toBe(0);
    await expect(world.startRollout(planWith())).rejects.toMatchObject({ code: 'release_latched' });
    await world.run({ id, tick, fails: HEALTHY, seconds: 30, requests: 50, until: ({ confirmedAt }) => confirmedAt !== null });
    expect((await world.rollout(id)).timeline.map(({ event }) => event)).toEqual([
      'started',
      'advanced',
      'completed',
      'reverted',
      'confirmed',
    ]);
  });

  it('is reverted to nothing also where a person has changed the rule since', async () => {
    const { id } = await completed();
    await world.edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: 40 })) }));
    await world.order('revert', id);
    expect((await world.state()).entity.rules[0]?.percent).toBe(0);
  });
});
