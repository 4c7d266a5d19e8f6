import { createWorld, planWith, stage, type World } from '../../../server/src/rollout/testing.ts';
import { type Figure, figuresOf } from '../figure.ts';
import type { Row } from './row.ts';

/** Flags with a running rollout each, at 5 % for hours. */
async function running(count: number): Promise<{ world: World; ids: string[] }> {
  const world = await createWorld({ seed: 1 });
  const plan = planWith({ stages: [stage(5, 'evidence', 86_400_000), stage(50, 'evidence', 60_000)] });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    await world.addFlag(`flag${i}`);
    ids.push((await world.startRollout(plan, { flag: `flag${i}` })).id);
  }
  return { world, ids };
}

/** CPU of the middle one of these ticks, as a share of a second: what one tick a second takes of one core, %. */
async function shareOfCore(ticks: number, before: () => Promise<void>, tick: () => Promise<void>): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < ticks; i++) {
    await before();
    const since = process.cpuUsage();
    await tick();
    const { user, system } = process.cpuUsage(since);
    costs.push((user + system) / 10_000);
  }
  return costs.sort((a, b) => a - b)[Math.floor(ticks / 2)] ?? Number.POSITIVE_INFINITY;
}

/** One tick a second of `count` rollouts: without news, and with a report of 20 visits for each of them at every tick. */
export async function controllerCost(count: number, ticks: number): Promise<{ idle: number; busy: number }> {
  const { world, ids } = await running(count);
  try {
    const { tick } = world.controller();
    const report = async () => {
      for (const id of ids) await world.send(await world.traffic(id, 20, () => 0.01));
    };
    const pass = async () => world.pass(1_000);
    await report();
    await tick();
    const busy = await shareOfCore(ticks, async () => report().then(pass), tick);
    const idle = await shareOfCore(2 * ticks, pass, tick);
    return { idle, busy };
  } finally {
    await world.close();
  }
}

export const row22: Row = {
  id: 22,
  title: 'what the controller costs: 1,000 running rollouts, one tick a second',
  async run({ quick }): Promise<Figure[]> {
    const { atMost } = figuresOf('guard', 22);
    const { idle, busy } = await controllerCost(quick ? 100 : 1_000, quick ? 3 : 15);
    const bar = quick ? 3 : 30;
    return [
      atMost({ figure: 'a report of 20 visits for each at every tick', value: busy, unit: '% of one core' }, bar),
      atMost({ figure: 'nobody reports', value: idle, unit: '% of one core' }, bar),
    ];
  },
};
