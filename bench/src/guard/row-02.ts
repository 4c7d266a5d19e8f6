import { measureFault } from './alarms.ts';
import type { Row } from './row.ts';

export const row02: Row = {
  id: 2,
  title: 'five times as many errors from the start, at 1 %',
  run: (options) =>
    measureFault(
      {
        row: 2,
        name: '1 → 5 % at 1 %, 1,000 rps',
        fault: { percent: 1, perSecond: 1_000, base: 0.01, bad: 0.05, after: 0, patience: 600 },
        seeds: 401,
        ...{ timesBound: 1.6, ticks: 0, seconds: 35 },
      },
      options,
    ),
};
