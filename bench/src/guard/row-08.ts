import { binomialQuantile } from '../counting.ts';
import { mix } from '../dice.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { timePlan, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { TWO_PROCESSES } from './traffic.ts';
import { WrongCounts } from './wrong-counts.ts';

export const ALPHAS = [0.001, 0.01] as const;
const PLAN = unmoved(timePlan([1, 40], [5, 40], [25, 60], [50, 60]));
const SECONDS = 202;

const BASE = 0.01;
/** How much more often those fail who come most. */
const CLUMSY = 5;

/** 5,000 people who come again. JSON. */
export interface Returning {
  /** One in so many always fails, whatever the flag serves, and tries again. */
  readonly brokenIn: number;
  /** So many of them make half of all visits. */
  readonly heavy: number;
}

export interface Counted {
  readonly reverted: readonly boolean[];
  /** The same, had every request counted. */
  readonly byRequests: readonly boolean[];
}

/** A harmless release among such people. */
export function returning({ brokenIn, heavy }: Returning, seed: number): Counted {
  const wrong = new WrongCounts('requests');
  let highest = 0;
  const { alarms } = simulate(
    {
      plan: PLAN,
      crowd: { perSecond: 200, users: 5_000, heavy, retries: 5, clients: TWO_PROCESSES },
      fails: (_, unit) => (mix(unit + 7_919 * seed) % brokenIn === 0 ? 1 : unit < heavy ? CLUMSY * BASE : BASE),
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
    byRequests: ALPHAS.map((alpha) => highest >= Math.log(1 / alpha)),
  };
}

export const row08: Row = { id: 8, title: 'broken, heavy and returning users', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 8);
  const seeds = seedsOf(options, 500);
  const figures: Figure[] = [];
  for (const [name, people] of [
    ['5,000 returning users, 0.2 % of them broken', { brokenIn: 500, heavy: 0 }],
    ['5,000 returning users, 5 of whom make half the visits', { brokenIn: 500, heavy: 5 }],
  ] as const) {
    const courses = await options.pool.map(import.meta.url, returning, people, seeds);
    for (const [i, alpha] of ALPHAS.entries()) {
      const value = courses.filter(({ reverted }) => reverted[i]).length;
      const peers = { 'counting requests': courses.filter(({ byRequests }) => byRequests[i]).length };
      const figure = `${name}, α = ${alpha}, ${seeds} seeds`;
      figures.push(atMost({ figure, value, unit: 'false reverts', peers }, binomialQuantile(seeds, alpha, 0.999)));
    }
  }
  return figures;
}
