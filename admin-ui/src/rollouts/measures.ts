import type { Plan } from '@burgee/server/api';
import type { EvidenceRow } from '../api/resources.ts';
import { text } from '../text/catalogue.ts';
import { count } from '../text/format.ts';
import { measured } from '../text/measured.ts';
import type { Figures } from './rates.ts';

export type Arm = 'treatment' | 'control';

/** Something that the batch log counts in both arms, and how it is called. */
export interface Measure {
  readonly name: string;
  /** What the chart shows, in a sentence. */
  readonly chart: string;
  readonly arms: Readonly<Record<Arm, string>>;
  /** `3 of 120 failed` */
  of(errors: string, units: string): string;
  /** The column of those that count against an arm. */
  readonly column: string;
  figures(row: EvidenceRow, arm: Arm): Figures;
}

const arms = { treatment: text.rollouts.treatment, control: text.rollouts.control };

/** Units at risk and first errors, treatment 1 and control 0, as the batch log and a flag's usage have them. */
export const failuresOf = (row: Pick<EvidenceRow, 'n1' | 'e1' | 'n0' | 'e0'>, arm: Arm): Figures =>
  arm === 'treatment' ? { units: row.n1, errors: row.e1 } : { units: row.n0, errors: row.e0 };

/** People whose work failed. */
export const FAILURES: Measure = {
  ...{
    name: measured.tabs.errors,
    arms,
    chart: text.rollouts.chart,
    of: text.rollouts.units,
    column: text.rollouts.table.errors,
  },
  figures: failuresOf,
};

/** People whose work took longer than each cut-off for the first time; none where the plan has no latency guard. */
export function latencies({ guards }: Pick<Plan, 'guards'>): Measure[] {
  const guard = guards.find(({ kind }) => kind === 'latency');
  if (guard?.kind !== 'latency' || guard.cutoffsMs === 'auto') return [];
  return guard.cutoffsMs.map((ms, index) => ({
    ...{ name: measured.slower(count(ms)), chart: measured.slowChart(count(ms)), arms },
    ...{ of: measured.slow, column: measured.slowColumn },
    figures: ({ slow }, arm) => {
      const counts = slow[index] ?? { n1: 0, e1: 0, n0: 0, e0: 0 };
      return failuresOf(counts, arm);
    },
  }));
}
