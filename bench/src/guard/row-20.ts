import { binomialQuantile } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { PLAN_BETA, planOf, RHO_BAD, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { TWO_PROCESSES } from './traffic.ts';

/** e⁻¹⁰: from there a stage is cleared once in 20,000 times, too seldom to wait for. */
const HOPELESS = -10;

export interface Clearing {
  readonly percent: number;
  /** Errors of the treatment, in multiples of control's. */
  readonly ratio: number;
}

/** Whether an evidence stage is ever cleared with that many more errors. */
export function cleared({ percent, ratio }: Clearing, seed: number): boolean {
  let clear = false;
  simulate(
    {
      plan: unmoved(planOf([{ percent, advance: 'evidence', bakeMs: 0, maxHoldMs: 6 * 3_600_000 }])),
      crowd: { perSecond: 500, users: Number.POSITIVE_INFINITY, heavy: 0, clients: TWO_PROCESSES },
      fails: (treated) => (treated ? 0.01 * ratio : 0.01),
      seconds: 3_600,
      watch: ({ judgement, evidence }) => {
        clear ||= judgement.clear;
        return !clear && evidence.lnS > HOPELESS;
      },
    },
    seed,
  );
  return clear;
}

export const row20: Row = { id: 20, title: 'a release exactly as bad as a stage must refute', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 20);
  const seeds = seedsOf(options, 600);
  const figures: Figure[] = [];
  for (const percent of [1, 5, 50]) {
    const courses = await options.pool.map(import.meta.url, cleared, { percent, ratio: RHO_BAD }, seeds);
    const value = courses.filter(Boolean).length;
    const figure = `${percent} %, ratio ${RHO_BAD}, β = ${PLAN_BETA}, ${seeds} seeds`;
    figures.push(atMost({ figure, value, unit: 'wrongly cleared' }, binomialQuantile(seeds, PLAN_BETA, 0.999)));
  }
  return figures;
}
