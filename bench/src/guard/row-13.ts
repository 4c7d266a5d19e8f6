import { quantile } from '../counting.ts';
import { Dice } from '../dice.ts';
import { figuresOf } from '../figure.ts';
import { each, HEALTHY, inWorld, QUERY, sum, TIMED } from './real.ts';
import { type Row, seedsOf } from './row.ts';

/**
 * Ticks until a query guard reverts, Infinity where it never does. The source sees 500 requests in a window; `bad` of them fail,
 * and this share of its answers is no number, has no numerator, or more errors than requests.
 */
export async function ticksToRevert(
  seed: number,
  of: { readonly bad: number; readonly broken: number; readonly seconds: number },
) {
  return inWorld(seed, async (world) => {
    const dice = new Dice(seed);
    const guards = [...TIMED.guards, { ...QUERY, action: 'revert' as const }];
    const stages = TIMED.stages.map((stage) => ({ ...stage, bakeMs: 86_400_000 }));
    const { id } = await world.startRollout({ ...TIMED, stages, guards });
    const { tick } = world.controller();
    let answers = 0;
    world.answers((_, to) => {
      answers += 1;
      if (dice.next() < of.broken) {
        if (answers % 3 === 0) return { kind: 'no_data', reason: 'no series' };
        return { kind: 'ok', errors: answers % 3 === 1 ? Number.NaN : 900, total: 500, asOf: to };
      }
      let errors = 0;
      for (let i = 0; i < 500; i++) if (dice.next() < of.bad) errors += 1;
      return { kind: 'ok', errors, total: 500, asOf: to };
    });
    const until = ({ state }: { readonly state: string }) => state === 'reverted';
    const ticks = await world.run({ id, tick, fails: HEALTHY, seconds: of.seconds, requests: 50, until });
    return (await world.rollout(id)).state === 'reverted' ? ticks : Number.POSITIVE_INFINITY;
  });
}

export const row13: Row = {
  id: 13,
  title: 'no number in 30 % of the reads',
  async run(options) {
    const { atMost } = figuresOf('guard', 13);
    const seeds = Math.min(seedsOf(options, 41), 41);
    const harmless = await each(seeds, (seed) => ticksToRevert(seed, { bad: 0.01, broken: 0.3, seconds: 120 }));
    // the middle one of a few ticks: of 41 draws it wanders by two of them, which is more than the figure is about
    const draws = options.quick ? seeds : 4 * seeds;
    const clean = await each(draws, (seed) => ticksToRevert(seed, { bad: 0.045, broken: 0, seconds: 120 }));
    const broken = await each(draws, (seed) => ticksToRevert(seed, { bad: 0.045, broken: 0.3, seconds: 120 }));
    const value = quantile(broken, 0.5) / quantile(clean, 0.5);
    const found = `limit 2 %, truth 4.5 %: p50 of ticks, clean ${quantile(clean, 0.5)}`;
    return [
      atMost(
        { figure: `false reverts, ${seeds} seeds`, value: sum(harmless.map((ticks) => Number(ticks < 999))), unit: 'reverts' },
        0,
      ),
      atMost({ figure: found, value, unit: 'times clean' }, 1.5),
    ];
  },
};
