import { boundUnits } from '../../../server/src/domain/guard/bound.ts';
import { median } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';

import type { Alarm } from './course.ts';
import { type FaultAt, faulty } from './faults.ts';
import { type RunOptions, seedsOf } from './row.ts';

/** What a row asks of one fault: multiples of the bound, whole ticks on top, and the seconds until the revert. */
export interface Asked {
  readonly row: number;
  readonly name: string;
  readonly fault: Omit<FaultAt, 'alphas' | 'bad'> & { readonly bad: number };
  readonly seeds: number;
  readonly timesBound: number;
  readonly ticks: number;
  readonly seconds: number | null;
}

const ALPHAS = [0.001, 0.01] as const;
/** The α that the standard plan reverts at. */
const USUAL = 0.001;

/** Median treatment units at each α beside the bound, and the median time at the usual one. */
export async function measureFault(asked: Asked, options: RunOptions): Promise<Figure[]> {
  const { fault, row, name } = asked;
  const params: FaultAt = { ...fault, alphas: ALPHAS };
  const courses = await options.pool.map(
    new URL('./faults.ts', import.meta.url).href,
    faulty,
    params,
    seedsOf(options, asked.seeds),
  );
  const { atMost } = figuresOf('guard', row);
  const share = fault.percent / 100;
  const figures: Figure[] = ALPHAS.map((alpha, i) => {
    const alarms = courses.map((course) => course[i] ?? null);
    const bound = boundUnits({ base: fault.base, bad: fault.bad, share }, alpha);
    const oneTick = fault.perSecond * share;
    return atMost(
      {
        figure: `${name}, α = ${alpha}, median`,
        value: unitsOf(alarms),
        unit: 'treatment units',
        peers: { bound: Math.round(bound) },
      },
      asked.timesBound * bound + asked.ticks * oneTick,
    );
  });
  if (asked.seconds === null) return figures;
  const usual = courses.map((course) => course[ALPHAS.indexOf(USUAL)] ?? null);
  return [...figures, atMost({ figure: `${name}, α = ${USUAL}, p50`, value: secondsOf(usual), unit: 's' }, asked.seconds)];
}

export function unitsOf(alarms: readonly (Alarm | null)[]): number {
  return median(alarms.map((alarm) => alarm?.units ?? Number.POSITIVE_INFINITY));
}

export function secondsOf(alarms: readonly (Alarm | null)[]): number {
  return median(alarms.map((alarm) => alarm?.afterFault ?? Number.POSITIVE_INFINITY));
}
