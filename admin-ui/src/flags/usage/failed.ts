import type { FlagOutcomes, FlagUsage } from '@burgee/server/api';
import { type Arm, failuresOf } from '../../rollouts/measures.ts';
import { type Figures, type Series, seriesOf } from '../../rollouts/rates.ts';

const MINUTE = 60_000;

/** What failed in a rollout in the last hour: by time, in all, and when it was reverted, ms. */
export interface Failed {
  readonly series: Series;
  readonly totals: Readonly<Record<Arm, Figures>>;
  readonly reverted: number | null;
}

/** Null where nobody reported whether work failed. A point lies at the end of its minute, or where the rollout ended in it. */
export function failedIn({ minutes, state, endedAt }: FlagOutcomes, hour: Pick<FlagUsage, 'from' | 'to'>): Failed | null {
  const rows = minutes.map((row) => ({
    ...row,
    at: Math.min(row.minute + MINUTE, endedAt !== null && endedAt > row.minute ? endedAt : Number.POSITIVE_INFINITY),
    ...{ percent: 0, client: false },
  }));
  const series = seriesOf<(typeof rows)[number]>(rows, { figures: failuresOf });
  if (series === null) return null;
  const total = (arm: Arm) =>
    rows.reduce<Figures>(
      (sum, row) => {
        const { units, errors } = failuresOf(row, arm);
        return { units: sum.units + units, errors: sum.errors + errors };
      },
      { units: 0, errors: 0 },
    );
  return {
    // as long as the chart beside it; stages are on the rollout's page
    series: { ...series, from: hour.from, until: hour.to, steps: [] },
    totals: { treatment: total('treatment'), control: total('control') },
    reverted: state === 'reverted' ? endedAt : null,
  };
}
