import { figuresOf } from '../figure.ts';
import type { Allocations } from './allocation-child.ts';
import { inChild } from './child.ts';
import type { Row } from './row.ts';

/** Half a byte: what the measuring itself and a stray compilation leave, over 100,000 calls. The smallest object is 12 bytes. */
export const NOTHING_BYTES = 0.5;

export const allocations = (): Promise<Allocations> => inChild<null, Allocations>('./allocation-child.ts', null);

export const allocationRow: Row = {
  id: 'allocation',
  title: 'heap that an evaluation allocates',
  async run() {
    const figure = figuresOf('engine', 9);
    const found = Object.entries(await allocations());
    return {
      columns: [],
      figures: found.map(([what, value]) => {
        const measured = { figure: `heap allocated by ${what}`, value, unit: 'bytes' };
        return what.includes('control') ? figure.atLeast(measured, 12) : figure.atMost(measured, NOTHING_BYTES);
      }),
    };
  },
};
