import { afterEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import { createWorld, planWith, stage, type World } from './testing.ts';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const stages = [stage(5, 'evidence', 5_000), stage(25, 'evidence', 5_000), stage(50, 'evidence', 5_000)];
const guard = { kind: 'outcomes', key: 'outcomes', tolerated: 1 } as const;

/** Fails only above 5 %, as what a backend cannot bear does; answers the percents that the rule stood at, in order. */
async function stood(action: 'back' | 'kill', seconds: number, bad = 0.3) {
  world = await createWorld({ seed: 3 });
  const { addFlag, startRollout, controller, run, rollout, state } = world;
  await addFlag('checkout');
  const back = action === 'back' ? { coolDownMs: 20_000, retries: 2 } : {};
  const { id } = await startRollout(planWith({ stages, guards: [{ ...guard, action, ...back }] }));
  const one = controller();
  const percents: number[] = [];
  let percent = 0;
  await run({
    id,
    tick: one.tick,
    seconds,
    fails: (arm) => (arm === 'treatment' && percent > 5 ? bad : 0.02),
    until: (now) => {
      percent = now.percent;
      if (percents.at(-1) !== percent) percents.push(percent);
      return now.state === 'reverted' || now.state === 'completed';
    },
  });
  await one.stop();
  return { percents, end: await rollout(id), state: (await state()).entity };
}

describe('through the controller', () => {
  it('a guard steps back twice, waits each time, and then reverts', async () => {
    const { percents, end } = await stood('back', 200);
    expect(percents).toEqual([5, 25, 5, 25, 5, 25, 0]);
    expect(end.state).toBe('reverted');
    expect(evidenceOf(end).restarts).toBe(2);
    const times = end.timeline.filter(({ event }) => event === 'stepped-back' || event === 'advanced');
    for (const [i, { event, at }] of times.entries()) {
      const next = times[i + 1];
      if (event === 'stepped-back' && next) expect(next.at - at).toBeGreaterThanOrEqual(20_000);
    }
  });

  it('and lets a harmless version through', async () => {
    expect((await stood('back', 120, 0.02)).percents).toEqual([5, 25, 50, 100]);
  });

  it('a guard kills the flag with the revert', async () => {
    const { end, state } = await stood('kill', 100);
    expect(end.state).toBe('reverted');
    expect(state.killed?.by).toBe('Burgee');
    expect(state.rules[0]?.percent).toBe(0);
  });
});
