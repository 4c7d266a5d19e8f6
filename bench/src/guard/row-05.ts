import { type Figure, figuresOf } from '../figure.ts';
import { secondsOf } from './alarms.ts';
import { type FaultAt, faulty } from './faults.ts';
import { type Row, seedsOf } from './row.ts';

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
      figures.push(atMost({ figure: `leak from the start of the ${percent} % stage, p50`, value, unit: 's' }, 120));
    }
    return figures;
  },
};
