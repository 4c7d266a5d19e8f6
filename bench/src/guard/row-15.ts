import type { World } from '../../../server/src/rollout/testing.ts';
import { Dice } from '../dice.ts';
import { figuresOf } from '../figure.ts';
import { HEALTHY, inWorld, percentOf, sum, TIMED } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/** What a person did to one rollout: ticks until the rollout had given way, and percents of theirs that were overwritten. */
interface Round {
  readonly ticks: number;
  readonly overwritten: number;
}

/** A person edits or kills at any moment, even while a tick is under way, and resumes; `rounds` rollouts, one after the other. */
export async function persons(seed: number, rounds: number): Promise<Round[]> {
  return inWorld(seed, async (world) => {
    const dice = new Dice(seed);
    const { tick } = world.controller();
    const results: Round[] = [];
    for (let round = 0; round < rounds; round++) results.push(await (round % 3 === 2 ? kill : edit)(world, tick, dice, round));
    return results;
  });
}

async function started(world: World, tick: () => Promise<void>, dice: Dice, round: number): Promise<string> {
  await world.edit((state) => ({
    ...state,
    killed: null,
    rules: state.rules.map((rule) => ({ ...rule, percent: 0 })),
  }));
  const { id } = await world.startRollout(TIMED, { release: `r${round}` });
  await world.run({ id, tick, fails: HEALTHY, seconds: 1 + dice.below(45), requests: 50 });
  return id;
}

async function edit(world: World, tick: () => Promise<void>, dice: Dice, round: number): Promise<Round> {
  const id = await started(world, tick, dice, round);
  const theirs = 1 + dice.below(98) + 0.5;
  const meanwhile = dice.next() < 0.5 ? tick() : Promise.resolve();
  for (;;) {
    const done = await world
      .edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: theirs })) }))
      .then(
        () => true,
        () => false,
      );
    if (done) break;
  }
  await meanwhile;
  let ticks = 0;
  while ((await world.rollout(id)).state !== 'paused' && ticks < 10) {
    ticks += 1;
    world.pass(1_000);
    await tick();
  }
  await world.run({ id, tick, fails: HEALTHY, seconds: 30, requests: 50 });
  let overwritten = (await percentOf(world)) === theirs ? 0 : 1;
  await world.order('resume', id);
  const resumed = await world.rollout(id);
  overwritten += resumed.percent === theirs ? 0 : 1;
  await world.order('revert', id);
  return { ticks, overwritten };
}

async function kill(world: World, tick: () => Promise<void>, dice: Dice, round: number): Promise<Round> {
  const id = await started(world, tick, dice, round);
  await world.edit((state) => ({ ...state, killed: { by: 'ada', at: world.clock(), reason: 'looks odd' } }));
  let ticks = 0;
  while ((await world.rollout(id)).state !== 'aborted' && ticks < 10) {
    ticks += 1;
    world.pass(1_000);
    await tick();
  }
  await world.run({ id, tick, fails: HEALTHY, seconds: 30, requests: 50 });
  const killed = (await world.state()).entity.killed !== null && (await world.rollout(id)).state === 'aborted';
  return { ticks, overwritten: killed ? 0 : 1 };
}

export const row15: Row = {
  id: 15,
  title: 'a person edits, kills and resumes in the middle',
  async run(options) {
    const { atMost } = figuresOf('guard', 15);
    const rounds = seedsOf(options, 100);
    const results = await persons(1, rounds);
    const overwrites = sum(results.map(({ overwritten }) => overwritten));
    const slowest = Math.max(...results.map(({ ticks }) => ticks));
    return [
      atMost({ figure: `overwritten, ${rounds} times`, value: overwrites, unit: 'overwrites' }, 0),
      atMost({ figure: 'until the person has won, the slowest', value: slowest, unit: 'ticks' }, 1),
    ];
  },
};
