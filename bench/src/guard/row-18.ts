import { BurgeeError } from '../../../server/src/domain/errors.ts';
import type { Store } from '../../../server/src/domain/ports.ts';
import type { World } from '../../../server/src/rollout/testing.ts';
import { figuresOf } from '../figure.ts';
import { createNoticed, type Noticed } from './noticed.ts';
import { stayingAt } from './plans.ts';
import { BAD, each, inWorld, sum } from './real.ts';
import { type Row, seedsOf } from './row.ts';

export interface Refused {
  /** How long the database refuses the revert. */
  readonly refusesMs: number;
  /** How long applications go on exposing after it is stored. */
  readonly staleMs: number;
  /** How long, after that, nobody listens where notices go; just before, it hangs. */
  readonly downMs: number;
}

/**
 * The database refuses the revert while the target of notices hangs and then falls: seconds until SDKs are told, until it is
 * stored, confirmed and told of; whether it was ever called confirmed while exposures went on, or waited for a notice.
 */
export async function refusedRevert(seed: number, of: Refused) {
  return inWorld(seed, async (world) => {
    const noticed = await createNoticed(world, seed);
    try {
      return await course(world, noticed, of);
    } finally {
      await noticed.close();
    }
  });
}

const NEVER = Number.POSITIVE_INFINITY;

async function course(world: World, noticed: Noticed, of: Refused) {
  const { id } = await world.startRollout(stayingAt(50), { force: { reason: 'bench' } });
  const { clock } = world;
  let refusesUntil = NEVER;
  const refusing: Store = {
    ...world.store,
    commit: async (change) => {
      if (change.breakLease === undefined || clock() >= refusesUntil) return world.store.commit(change);
      throw new BurgeeError('storage', 'sqlite: database or disk is full (SQLITE_FULL)');
    },
  };
  const { tick } = world.controller('one', noticed.told(refusing));
  let exposed = await world.traffic(id, 500, BAD);
  for (let second = 0; world.asserted.length === 0 && second < 120; second++) {
    exposed = await world.traffic(id, 500, BAD);
    world.pass(1_000);
    await world.send(exposed);
    await tick();
    noticed.send();
    await noticed.sent();
  }
  refusesUntil = clock() + of.refusesMs;
  let [storedAt, confirmedAt, roseAt, early, waited] = [NEVER, NEVER, NEVER, 0, 0];
  let told = await noticed.notice('rollout.reverted', id);
  const isDone = () => confirmedAt < NEVER && noticed.delivery(told)?.state === 'sent';
  const most = (of.refusesMs + of.staleMs + of.downMs) / 1_000 + 300;
  for (let second = 1; second <= most && !isDone(); second++) {
    if (clock() + 1_000 === refusesUntil) await noticed.hang();
    let isHanging = true;
    const hung = noticed.sent().then(() => (isHanging = false));
    world.pass(1_000);
    const before = await world.rollout(id);
    // applications that are cut off go on showing it to those who had it
    const goesOn = storedAt === NEVER || clock() - storedAt < of.staleMs;
    if (goesOn) await world.send(exposed);
    else if (confirmedAt === NEVER) await world.send(await world.traffic(id, 500, BAD));
    await tick();
    const now = await world.rollout(id);
    if (now.confirmedAt !== null) confirmedAt = Math.min(confirmedAt, clock());
    if (now.confirmedAt !== null && goesOn) early = 1;
    if (before.state === 'reverted' && before.percent > 0) early = 1;
    if (now.state === 'reverted' && storedAt === NEVER) {
      storedAt = clock();
      if (!isHanging) waited = 1;
      // its own notice hangs beside the other one
      noticed.send();
      await noticed.arrives(2);
      await tick();
      await noticed.fall();
    } else if (clock() !== refusesUntil) {
      if (roseAt === NEVER && clock() - storedAt >= of.downMs) {
        roseAt = clock();
        await noticed.rise();
      }
      noticed.send();
      await noticed.sent();
    }
    await hung;
    told = await noticed.notice('rollout.reverted', id);
  }
  const delivery = noticed.delivery(told);
  return {
    storedAfter: (storedAt - refusesUntil) / 1_000,
    confirmedAfter: (confirmedAt - storedAt - of.staleMs) / 1_000,
    early,
    told: world.asserted.length,
    waited,
    deliveredAfter: delivery?.state === 'sent' ? (delivery.at - roseAt) / 1_000 : NEVER,
    attempts: delivery?.attempts ?? 0,
    taken: noticed.taken('rollout.reverted'),
  };
}

export const row18: Row = {
  id: 18,
  title: 'the flag cannot be written during the revert, and nobody takes notices',
  async run(options) {
    const { atMost, atLeast, shown } = figuresOf('guard', 18);
    const seeds = Math.min(seedsOf(options, 20), 20);
    const runs = await each(seeds, (seed) => refusedRevert(seed, { refusesMs: 20_000, staleMs: 15_000, downMs: 120_000 }));
    const named = (figure: string) => `${figure}, ${seeds} reverts`;
    const most = (pick: (run: (typeof runs)[number]) => number) => Math.max(...runs.map(pick));
    const all = (pick: (run: (typeof runs)[number]) => number) => sum(runs.map(pick));
    const unevenly = runs.filter(({ taken }) => taken !== 1).length;
    const least = Math.min(...runs.map(({ told }) => told));
    return [
      atLeast({ figure: named('told to SDKs in the tick that wanted it'), value: least, unit: 'overrides' }, 1),
      atMost({ figure: named('stored after the database takes it'), value: most((one) => one.storedAfter), unit: 's' }, 1),
      atMost({ figure: named('stored only after a notice that hung'), value: all(({ waited }) => waited), unit: 'reverts' }, 0),
      atMost({ figure: named('confirmed while exposures went on'), value: all(({ early }) => early), unit: 'reverts' }, 0),
      atMost({ figure: named('confirmed after they ended'), value: most((one) => one.confirmedAfter), unit: 's' }, 30),
      atMost({ figure: named('not told of exactly once when the target is up'), value: unevenly, unit: 'reverts' }, 0),
      // the third try, three minutes after the second and a fifth more
      atMost({ figure: named('told of after the target is up'), value: most((one) => one.deliveredAfter), unit: 's' }, 216),
      shown({ figure: named('tries of a notice'), value: most(({ attempts }) => attempts), unit: 'tries' }),
    ];
  },
};
