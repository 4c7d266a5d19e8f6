import type { Figure } from '../figure.ts';
import { measureFault } from './alarms.ts';
import type { Row, RunOptions } from './row.ts';

/** A step at the 5 % stage, at its start and in its middle; the seconds allowed for 2, 5 and 20 %. */
export async function measureSteps(
  row: number,
  perSecond: number,
  seconds: readonly [number, number, number],
  seeds: number,
  options: RunOptions,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [i, bad] of [0.02, 0.05, 0.2].entries()) {
    for (const [when, after, timesBound, ticks] of [
      ['start', 0, 2, 1],
      ['middle', 150, 2.6, 2],
    ] as const) {
      const fault = { percent: 5, perSecond, base: 0.01, bad, after, patience: perSecond < 500 ? 2_400 : 900 };
      const name = `1 → ${100 * bad} % at the ${when} of the 5 % stage, ${perSecond.toLocaleString('en')} rps`;
      figures.push(...(await measureFault({ row, name, fault, seeds, timesBound, ticks, seconds: seconds[i] ?? 0 }, options)));
    }
  }
  return figures;
}

export const row03: Row = {
  id: 3,
  title: 'a step in the error rate at 5 %, 1,000 requests a second',
  run: (options) => measureSteps(3, 1_000, [75, 20, 12], 51, options),
};
