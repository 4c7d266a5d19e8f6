import { BurgeeError } from '../../../server/src/domain/errors.ts';
import { figuresOf } from '../figure.ts';
import { HEALTHY, inWorld, percentOf, TIMED } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/** A pipeline runs again, and again, after its release was reverted: how often it is refused for that, and seen above 0 %. */
export async function runAgain(rounds: number) {
  return inWorld(1, async (world) => {
    const { id } = await world.startRollout(TIMED);
    const { tick } = world.controller();
    await world.run({ id, tick, fails: HEALTHY, seconds: 5, requests: 50 });
    await world.order('revert', id);
    let [latched, raised] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const refusal = await world.startRollout(TIMED).then(
        () => null,
        (error: unknown) => error,
      );
      if (refusal instanceof BurgeeError && refusal.code === 'release_latched') latched += 1;
      world.pass(10_000);
      await tick();
      if ((await percentOf(world)) !== 0) raised += 1;
    }
    return { latched, raised };
  });
}

export const row16: Row = {
  id: 16,
  title: 'the pipeline runs again after a revert',
  async run(options) {
    const { atMost, atLeast } = figuresOf('guard', 16);
    const rounds = seedsOf(options, 100);
    const { latched, raised } = await runAgain(rounds);
    return [
      atLeast({ figure: `refused as latched, of ${rounds}`, value: latched, unit: 'starts' }, rounds),
      atMost({ figure: 'seen above 0 % afterwards', value: raised, unit: 'ticks' }, 0),
    ];
  },
};
