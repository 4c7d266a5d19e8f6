import { binomialQuantile } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { planNamed, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { TWO_PROCESSES } from './traffic.ts';

const ALPHAS = [0.001, 0.01] as const;
/** Seconds into the 5 % stage, whose bake ends after 300. */
const FROM = 200;
const LASTS = 180;

export interface Incident {
  readonly reverted: readonly boolean[];
  readonly advances: number;
}

/** Both arms fail ten times as often for three minutes, in which the stage's bake ends. */
export function incident({ perSecond, base }: { readonly perSecond: number; readonly base: number }, seed: number): Incident {
  const during = (stageSecond: number) => stageSecond > FROM && stageSecond <= FROM + LASTS;
  let advances = 0;
  const { alarms } = simulate(
    {
      plan: unmoved(planNamed('standard')),
      crowd: { perSecond, users: Number.POSITIVE_INFINITY, heavy: 0, clients: TWO_PROCESSES },
      fails: (_, __, ___, { percent, stageSecond, faultSecond }) =>
        faultSecond >= 0 && faultSecond < LASTS && (percent !== 5 || during(stageSecond)) ? 10 * base : base,
      faultFrom: ({ percent, stageSecond }) => percent === 5 && stageSecond > FROM,
      seconds: 120 + FROM + LASTS + 60,
      alphas: ALPHAS,
      watch: ({ second, action }) => {
        const since = second - 120 - FROM;
        // what a tick decides in the first seconds rests on the time before
        if (action.kind === 'advance' && since > 3 && since <= LASTS) advances += 1;
        return true;
      },
    },
    seed,
  );
  return { reverted: alarms.map((alarm) => alarm !== null), advances };
}

export const row07: Row = { id: 7, title: 'a global incident: ten times as many errors in both arms, 3 min', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 7);
  const seeds = seedsOf(options, 200);
  const courses = await options.pool.map(import.meta.url, incident, { perSecond: 200, base: 0.01 }, seeds);
  const figures = ALPHAS.map((alpha, i) =>
    atMost(
      {
        figure: `α = ${alpha}, ${seeds} seeds`,
        value: courses.filter(({ reverted }) => reverted[i]).length,
        unit: 'false reverts',
      },
      binomialQuantile(seeds, alpha, 0.999),
    ),
  );
  const value = courses.reduce((sum, { advances }) => sum + advances, 0);
  return [...figures, atMost({ figure: `in ${seeds} incidents`, value, unit: 'advances meanwhile' }, 0)];
}
