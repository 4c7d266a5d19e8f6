import { figuresOf } from '../figure.ts';
import { inWorld, TIMED } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/** The same release is started `together` times at once: rollouts there are afterwards, for each round. */
export async function startsAtOnce(rounds: number, together: number): Promise<number[]> {
  return inWorld(1, async (world) => {
    const made: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const release = `r${round}`;
      await Promise.allSettled(Array.from({ length: together }, () => world.startRollout(TIMED, { release })));
      const rollouts = await world.store.list('rollout', { release });
      made.push(rollouts.length);
      for (const { entity } of rollouts) await world.order('revert', entity.id);
    }
    return made;
  });
}

export const row17: Row = {
  id: 17,
  title: 'two starts at once',
  async run(options) {
    const { atMost, atLeast } = figuresOf('guard', 17);
    const rounds = seedsOf(options, 200);
    const made = await startsAtOnce(rounds, 2);
    return [
      atMost({ figure: `the most of ${rounds} times`, value: Math.max(...made), unit: 'rollouts' }, 1),
      atLeast({ figure: `the least of ${rounds} times`, value: Math.min(...made), unit: 'rollouts' }, 1),
    ];
  },
};
