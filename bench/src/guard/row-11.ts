import type { Rollout } from '../../../server/src/domain/rollout/rollout.ts';
import { figuresOf } from '../figure.ts';
import { each, HEALTHY, inWorld, QUERY, sum, TIMED } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/** A source goes down in the middle of a stage and comes back: how long until it holds and until it goes on, ticks; and what it did meanwhile. */
export async function outage(seed: number, downMs = 600_000) {
  return inWorld(seed, async (world) => {
    const { id } = await world.startRollout({ ...TIMED, guards: [...TIMED.guards, { ...QUERY, windowMs: 1_000 }] });
    const { tick } = world.controller();
    const run = (seconds: number, until: (rollout: Rollout) => boolean = () => false) =>
      world.run({ id, tick, fails: HEALTHY, seconds, requests: 100, until });
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
    await run(8 + (seed % 5));
    const before = await world.rollout(id);
    world.answers(() => ({ kind: 'unavailable', reason: 'connection refused' }));
    const heldAfter = await run(10, ({ state }) => state === 'holding');
    await run(downMs / 1_000 - heldAfter - 1);
    const down = await world.rollout(id);
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
    const goesOnAfter = await run(30, ({ state }) => state === 'running');
    const after = await world.rollout(id);
    return {
      heldAfter,
      goesOnAfter,
      advances: down.stage - before.stage,
      told: down.timeline.filter(({ event }) => event === 'held').length,
      reverts: after.state === 'reverted' ? 1 : 0,
    };
  });
}

export const row11: Row = {
  id: 11,
  title: 'a source is down for 10 minutes in the middle of a stage',
  async run(options) {
    const { atMost, atLeast } = figuresOf('guard', 11);
    const seeds = Math.min(seedsOf(options, 3), options.quick ? 1 : 3);
    const runs = await each(seeds, (seed) => outage(seed));
    const named = (figure: string) => `${figure}, ${seeds} outages`;
    return [
      atMost({ figure: named('false reverts'), value: sum(runs.map(({ reverts }) => reverts)), unit: 'reverts' }, 0),
      atMost(
        { figure: named('until it holds, the slowest'), value: Math.max(...runs.map((one) => one.heldAfter)), unit: 'ticks' },
        2,
      ),
      atMost({ figure: named('advances meanwhile'), value: sum(runs.map(({ advances }) => advances)), unit: 'advances' }, 0),
      atLeast({ figure: named('told of, the least'), value: Math.min(...runs.map(({ told }) => told)), unit: 'times' }, 1),
      atMost(
        { figure: named('until it goes on by itself'), value: Math.max(...runs.map((one) => one.goesOnAfter)), unit: 'ticks' },
        5,
      ),
    ];
  },
};
