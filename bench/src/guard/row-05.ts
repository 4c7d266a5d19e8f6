import { type Figure, figuresOf } from '../figure.ts';
import { secondsOf } from './alarms.ts';
import { type FaultAt, faulty } from './faults.ts';
import { type Row, seedsOf } from './row.ts';

/** Seconds until the expected evidence suffices somebody who knows the leak and its beginning, and hears of errors at once. */
export function knowing({ percent, perSecond, base, leakPerMinute = 0 }: FaultAt, alpha: number): number {
  const w = percent / 100;
  let [evidence, second] = [0, 0];
  while (evidence < Math.log(1 / alpha) && second < 86_400) {
    second += 1;
    const ratio = 1 + (leakPerMinute * second) / 60 / base;
    const [e1, e0] = [perSecond * w * base * ratio, perSecond * (1 - w) * base];
    evidence += e1 * Math.log(ratio) - (e1 + e0) * Math.log(1 - w + w * ratio);
  }
  return second;
}

export const row05: Row = {
  id: 5,
  title: 'a slow leak: half a point more errors each minute, base 1 %, 1,000 rps',
  async run(options) {
    const { atMost } = figuresOf('guard', 5);
    const figures: Figure[] = [];
    for (const percent of [5, 25, 50]) {
      const fault: FaultAt = {
        ...{ percent, perSecond: 1_000, base: 0.01, leakPerMinute: 0.005 },
        ...{ after: 0, patience: 900, alphas: [0.001] },
      };
      const courses = await options.pool.map(new URL('./faults.ts', import.meta.url).href, faulty, fault, seedsOf(options, 21));
      const value = secondsOf(courses.map(([alarm]) => alarm ?? null));
      const peers = { 'who knew the leak beforehand': knowing(fault, 0.001) };
      figures.push(atMost({ figure: `leak from the start of the ${percent} % stage, p50`, value, unit: 's', peers }, 120));
    }
    return figures;
  },
};
