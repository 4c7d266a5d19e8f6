import { binomialQuantile } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { timePlan, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import type { Client } from './traffic.ts';
import { WrongCounts } from './wrong-counts.ts';

export const ALPHAS = [0.001, 0.01] as const;
const PLAN = unmoved(timePlan([1, 60], [5, 60], [25, 60], [50, 60]));
const SECONDS = 242;

/** The web fails often and hears of a percent at once; phones fail seldom and hear of it late. */
const FLEET: readonly Client[] = [
  { platform: 'web', share: 0.3, behind: 0 },
  { platform: 'web', share: 0.3, behind: 20 },
  { platform: 'phone', share: 0.4, behind: 45 },
];
const BASES = [0.05, 0.05, 0.005];

export interface Counted {
  readonly reverted: readonly boolean[];
  /** The same, had all percents and platforms gone into one pot. */
  readonly inOnePot: readonly boolean[];
}

/** A harmless release on two platforms of which parts lag behind. */
export function lagging({ perSecond }: { readonly perSecond: number }, seed: number): Counted {
  const wrong = new WrongCounts('one pot');
  let highest = 0;
  const { alarms } = simulate(
    {
      plan: PLAN,
      crowd: { perSecond, users: Number.POSITIVE_INFINITY, heavy: 0, clients: FLEET },
      fails: (_, __, client) => BASES[client] ?? 0,
      seconds: SECONDS,
      alphas: ALPHAS,
      watch: ({ sent, rollout, second }) => {
        highest = wrong.see(sent, rollout, second * 1_000);
        return true;
      },
    },
    seed,
  );
  return {
    reverted: alarms.map((alarm) => alarm !== null),
    inOnePot: ALPHAS.map((alpha) => highest >= Math.log(1 / alpha)),
  };
}

export const row09: Row = { id: 9, title: 'stale clients, and two platforms with different base rates', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 9);
  const seeds = seedsOf(options, 500);
  const courses = await options.pool.map(import.meta.url, lagging, { perSecond: 200 }, seeds);
  return ALPHAS.map((alpha, i) => {
    const value = courses.filter(({ reverted }) => reverted[i]).length;
    const peers = { 'all in one pot': courses.filter(({ inOnePot }) => inOnePot[i]).length };
    const figure = `α = ${alpha}, ${seeds} seeds`;
    return atMost({ figure, value, unit: 'false reverts', peers }, binomialQuantile(seeds, alpha, 0.999));
  });
}
