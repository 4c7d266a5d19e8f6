import type { Figure } from '../figure.ts';
import { measureFault } from './alarms.ts';
import type { Row } from './row.ts';

const CLEAN_UNITS = 50_000;
const SHARE = 0.05;
const PER_SECOND = 1_000;

export const row06: Row = {
  id: 6,
  title: 'a fault after 50,000 clean units, at 5 %',
  async run(options) {
    const figures: Figure[] = [];
    for (const [bad, seeds] of [
      [0.02, 15],
      [0.05, 31],
      [0.2, 15],
    ] as const) {
      const after = CLEAN_UNITS / (SHARE * PER_SECOND);
      const fault = { percent: 5, perSecond: PER_SECOND, base: 0.01, bad, after, patience: 900 };
      const name = `1 → ${100 * bad} % after ${CLEAN_UNITS.toLocaleString('en')} clean units`;
      figures.push(...(await measureFault({ row: 6, name, fault, seeds, timesBound: 3.5, ticks: 0, seconds: null }, options)));
    }
    return figures;
  },
};
