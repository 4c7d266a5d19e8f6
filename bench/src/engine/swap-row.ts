import { median } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import type { Row } from './row.ts';
import { type Arrival, swapUnderLoad } from './swap.ts';
import { rounded } from './warm.ts';

const BAR_MS = 1;

interface Case {
  readonly arrival: Arrival;
  readonly flags: number;
  readonly isBlockHeld: boolean;
  /** The client has a folder for the last known good ruleset. */
  readonly isKept?: boolean;
}

/** A bar on the block only where receiving can be that short: the text of a whole ruleset is parsed in one go. */
const cases: readonly Case[] = [
  { arrival: 'delta', flags: 1_000, isBlockHeld: true },
  { arrival: 'delta', flags: 1_000, isBlockHeld: true, isKept: true },
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
    for (const { arrival, flags, isBlockHeld, isKept = false } of cases) {
      const swaps = isQuick ? 5 : arrival === 'delta' ? 60 : 15;
      const { first, again, block, still } = await swapUnderLoad(arrival, flags, swaps, isKept);
      const of = `${flags.toLocaleString('en')}${isKept ? ', kept on disk' : ''}`;
      const what = `${arrival === 'delta' ? 'a change of one flag' : 'a whole ruleset'} of ${of}`;
      const waits = { figure: `${what}: first evaluation after the swap, slowest of 1,000 flags, median over swaps`, unit: 'ms' };
      const turns = { figure: `${what}: longest stretch without a turn of the event loop, median over swaps`, unit: 'ms' };
      const besides = { longest: first.longest, 'without a swap': again.slowest, 'without a swap, longest': again.longest };
      const waited = { ...waits, value: first.slowest, peers: rounded(besides) };
      const blocked = {
        ...turns,
        value: median(block),
        peers: rounded({ longest: Math.max(...block), 'without a swap': median(still) }),
      };
      figures.push(figure.atMost(waited, BAR_MS), isBlockHeld ? figure.atMost(blocked, BAR_MS) : figure.shown(blocked));
    }
    return { figures, columns: [] };
  },
};
