import { median } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import type { Row } from './row.ts';
import { type Arrival, swapUnderLoad } from './swap.ts';

const BAR_MS = 1;

/** A bar on the block only where receiving can be that short: the text of a whole ruleset is parsed in one go. */
const cases: readonly { readonly arrival: Arrival; readonly flags: number; readonly isBlockHeld: boolean }[] = [
  { arrival: 'delta', flags: 1_000, isBlockHeld: true },
  { arrival: 'delta', flags: 10_000, isBlockHeld: false },
  { arrival: 'snapshot', flags: 1_000, isBlockHeld: false },
  { arrival: 'snapshot', flags: 10_000, isBlockHeld: false },
];

export const swapRow: Row = {
  id: 'swap',
  title: 'a new ruleset arrives while an application evaluates',
  async run({ isQuick }) {
    const figure = figuresOf('engine', 10);
    const figures: Figure[] = [];
    for (const { arrival, flags, isBlockHeld } of cases) {
      const { evaluation, block } = await swapUnderLoad(arrival, flags, isQuick ? 5 : arrival === 'delta' ? 100 : 20);
      const what = `${arrival === 'delta' ? 'a change of one flag' : 'a whole ruleset'} of ${flags.toLocaleString('en')}`;
      const [wait, typical, longest] = [Math.max(...evaluation), median(block), Math.max(...block)];
      const blocked = {
        figure: `${what}: event loop without a turn while it is received, median`,
        value: typical,
        unit: 'ms',
        peers: { longest: Number(longest.toPrecision(4)) },
      };
      figures.push(
        figure.atMost(
          { figure: `${what}: longest first evaluation of 1,000 flags after the swap`, value: wait, unit: 'ms' },
          BAR_MS,
        ),
        isBlockHeld ? figure.atMost(blocked, BAR_MS) : figure.shown(blocked),
      );
    }
    return { figures, columns: [] };
  },
};
