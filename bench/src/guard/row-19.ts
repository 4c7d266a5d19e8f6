import { figuresOf } from '../figure.ts';
import { stayingAt } from './plans.ts';
import { each, HEALTHY, inWorld } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/** The new version takes its process down before it can report: seconds from the start until the revert, Infinity without one. */
export async function crashing(seed: number, of: { readonly crashes: boolean; readonly seconds: number }): Promise<number> {
  return inWorld(seed, async (world) => {
    const { id } = await world.startRollout(stayingAt(5));
    const { tick } = world.controller();
    for (let second = 1; second <= of.seconds; second++) {
      const part = await world.traffic(id, 1_000, HEALTHY);
      const arms = part.arms.map((arm) =>
        arm.arm === 'treatment' && of.crashes ? { ...arm, opened: arm.closed, closed: '', failed: '' } : arm,
      );
      world.pass(1_000);
      await world.send({ ...part, arms });
      await tick();
      if ((await world.rollout(id)).state === 'reverted') return second;
    }
    return Number.POSITIVE_INFINITY;
  });
}

export const row19: Row = {
  id: 19,
  title: 'the treatment crashes before it can report, 5 %, 1,000 rps',
  async run(options) {
    const { atMost } = figuresOf('guard', 19);
    const seeds = Math.min(seedsOf(options, 21), 21);
    const times = await each(seeds, (seed) => crashing(seed, { crashes: true, seconds: 120 }));
    const { openMs } = stayingAt(5);
    return [atMost({ figure: `the slowest of ${seeds}`, value: Math.max(...times), unit: 's' }, openMs / 1_000 + 30)];
  },
};
