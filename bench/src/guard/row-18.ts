import { BurgeeError } from '../../../server/src/domain/errors.ts';
import type { Store } from '../../../server/src/domain/ports.ts';
import { figuresOf } from '../figure.ts';
import { stayingAt } from './plans.ts';
import { BAD, each, inWorld, sum } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/**
 * The database refuses the revert for `refusesMs`, and applications go on exposing for `staleMs` after it: ticks until SDKs are
 * told to lower the rule and until it is stored, and whether it was ever called confirmed while exposures went on.
 */
export async function refusedRevert(seed: number, of: { readonly refusesMs: number; readonly staleMs: number }) {
  return inWorld(seed, async (world) => {
    const { id } = await world.startRollout(stayingAt(50), { force: { reason: 'bench' } });
    let refusesUntil = Number.POSITIVE_INFINITY;
    const store: Store = {
      ...world.store,
      commit: async (change) => {
        if (change.breakLease === undefined || world.clock() >= refusesUntil) return world.store.commit(change);
        throw new BurgeeError('storage', 'sqlite: database or disk is full (SQLITE_FULL)');
      },
    };
    const { tick } = world.controller('one', store);
    const stale = async () => world.send(await world.traffic(id, 500, BAD));
    let told = 0;
    let exposed = await world.traffic(id, 500, BAD);
    for (; world.asserted.length === 0 && told < 120; told++) {
      exposed = await world.traffic(id, 500, BAD);
      world.pass(1_000);
      await stale();
      await tick();
    }
    const wanted = world.clock();
    refusesUntil = wanted + of.refusesMs;
    let [storedAt, confirmedAt, early] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let second = 1; second <= (of.refusesMs + of.staleMs) / 1_000 + 60; second++) {
      world.pass(1_000);
      const { state, percent } = await world.rollout(id);
      // applications that are cut off go on showing it to those who had it
      const goesOn = storedAt === Number.POSITIVE_INFINITY || world.clock() - storedAt < of.staleMs;
      if (goesOn) await world.send(exposed);
      else if (state === 'reverted') await world.send(await world.traffic(id, 500, BAD));
      await tick();
      const now = await world.rollout(id);
      if (now.state === 'reverted') storedAt = Math.min(storedAt, world.clock());
      if (now.confirmedAt !== null) confirmedAt = Math.min(confirmedAt, world.clock());
      if (goesOn && now.confirmedAt !== null) early = 1;
      if (now.state === 'reverted' && percent > 0 && state === 'reverted') early = 1;
    }
    return {
      storedAfter: (storedAt - refusesUntil) / 1_000,
      confirmedAfter: (confirmedAt - storedAt - of.staleMs) / 1_000,
      early,
      told: world.asserted.length,
    };
  });
}

export const row18: Row = {
  id: 18,
  title: 'the flag cannot be written during the revert',
  async run(options) {
    const { atMost, atLeast } = figuresOf('guard', 18);
    const seeds = Math.min(seedsOf(options, 20), 20);
    const runs = await each(seeds, (seed) => refusedRevert(seed, { refusesMs: 20_000, staleMs: 15_000 }));
    const named = (figure: string) => `${figure}, ${seeds} reverts`;
    return [
      atLeast(
        {
          figure: named('told to SDKs in the tick that wanted it'),
          value: Math.min(...runs.map(({ told }) => told)),
          unit: 'overrides',
        },
        1,
      ),
      atMost(
        {
          figure: named('stored after the database takes it'),
          value: Math.max(...runs.map((one) => one.storedAfter)),
          unit: 's',
        },
        1,
      ),
      atMost(
        { figure: named('confirmed while exposures went on'), value: sum(runs.map(({ early }) => early)), unit: 'reverts' },
        0,
      ),
      atMost(
        { figure: named('confirmed after they ended'), value: Math.max(...runs.map((one) => one.confirmedAfter)), unit: 's' },
        30,
      ),
    ];
  },
};
