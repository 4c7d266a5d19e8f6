import { binomialQuantile } from '../counting.ts';
import type { Dice } from '../dice.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { unitsOf } from './alarms.ts';
import { type Alarm, simulate } from './course.ts';
import { stayingAt, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { TWO_PROCESSES } from './traffic.ts';

export const ALPHAS = [0.001, 0.01] as const;
const MEDIAN_MS = 100;
/** Log-normal: the 99th percentile is six times the median, as web services have it. */
const SIGMA = 0.8;
/** The 50th, 90th and 99th percentile of the time before. */
const CUTOFFS = [0, 1.2816, 2.3263].map((z) => Math.round(MEDIAN_MS * Math.exp(SIGMA * z)));

export interface Slower {
  readonly times: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** The alarms of a release whose work takes `times` as long from the start of the 5 % stage on, failing as often as before. */
export function slower({ times, perSecond, seconds }: Slower, seed: number): readonly (Alarm | null)[] {
  const guard = { kind: 'latency', key: 'latency', action: 'revert', tolerated: 1, cutoffsMs: CUTOFFS } as const;
  return simulate(
    {
      plan: unmoved({ ...stayingAt(5), guards: [guard] }),
      crowd: {
        ...{ perSecond, users: Number.POSITIVE_INFINITY, heavy: 0, clients: TWO_PROCESSES },
        latency: {
          cutoffs: CUTOFFS,
          ms: (treated, { faultSecond }, dice) =>
            MEDIAN_MS * Math.exp(SIGMA * normal(dice)) * (treated && faultSecond >= 0 ? times : 1),
        },
      },
      fails: () => 0.01,
      faultFrom: ({ percent }) => percent === 5,
      seconds: 120 + seconds,
      alphas: ALPHAS,
    },
    seed,
  ).alarms;
}

/** A standard normal number (Box and Muller). */
function normal(dice: Dice): number {
  return Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());
}

export const row10: Row = { id: 10, title: 'work takes 1.5 times as long, at 5 %', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 10);
  const seeds = seedsOf(options, 500);
  const harmless = await options.pool.map(import.meta.url, slower, { times: 1, perSecond: 100, seconds: 300 }, seeds);
  const late = await options.pool.map(
    import.meta.url,
    slower,
    { times: 1.5, perSecond: 100, seconds: 300 },
    seedsOf(options, 101),
  );
  const figures = ALPHAS.map((alpha, i) => {
    const value = harmless.filter((alarms) => alarms[i] !== null).length;
    return atMost(
      { figure: `as fast, α = ${alpha}, ${seeds} seeds`, value, unit: 'false reverts' },
      binomialQuantile(seeds, alpha, 0.999),
    );
  });
  const value = unitsOf(late.map((alarms) => alarms[ALPHAS.indexOf(0.01)] ?? null));
  return [...figures, atMost({ figure: '1.5 times, α = 0.01, median', value, unit: 'treatment units' }, 200)];
}
