import type { Plan } from '../../../server/src/domain/rollout/rollout.ts';
import { figuresOf } from '../figure.ts';
import { planNamed } from './plans.ts';
import { inWorld, sum } from './real.ts';
import type { Row } from './row.ts';

/** Half an hour in which nobody uses the flag. */
export async function silence(plan: Plan, seconds: number) {
  return inWorld(1, async (world) => {
    const { id } = await world.startRollout(plan);
    const { tick } = world.controller();
    const first = (await world.rollout(id)).percent;
    for (let second = 0; second < seconds; second++) {
      world.pass(1_000);
      await tick();
    }
    const { state, percent } = await world.rollout(id);
    return {
      reverted: state === 'reverted' ? 1 : 0,
      moved: state === 'completed' || percent !== first ? 1 : 0,
      waits: state === 'holding' || state === 'paused' ? 1 : 0,
    };
  });
}

export const row12: Row = {
  id: 12,
  title: 'no traffic',
  async run({ quick }) {
    const { atMost, atLeast } = figuresOf('guard', 12);
    const keys = ['standard', 'cautious', 'fast'];
    const runs = await Promise.all(keys.map((key) => silence({ ...planNamed(key), project: 'default' }, quick ? 300 : 1_800)));
    const figure = `of ${keys.join(', ')}, half an hour`;
    return [
      atMost({ figure: `false reverts ${figure}`, value: sum(runs.map(({ reverted }) => reverted)), unit: 'reverts' }, 0),
      atMost({ figure: `advanced or completed ${figure}`, value: sum(runs.map(({ moved }) => moved)), unit: 'rollouts' }, 0),
      atLeast(
        { figure: `hold or are paused ${figure}`, value: sum(runs.map(({ waits }) => waits)), unit: 'rollouts' },
        keys.length,
      ),
    ];
  },
};
