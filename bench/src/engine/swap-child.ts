import { createClient } from '@burgee/client-sdk/node';
import { median } from '../counting.ts';
import { answer, collect } from './child.ts';
import { peopleOf } from './people.ts';
import { stopwatch } from './stopwatch.ts';

export interface SwapOrder {
  readonly url: string;
  /** Its rulesets have the flags `flag-number-0` up to this. */
  readonly flags: number;
  readonly swaps: number;
  /** Where the client keeps what it received. */
  readonly cacheDir?: string;
}

/** Milliseconds. */
export interface Waits {
  /** First evaluations after a swap. */
  readonly first: Wait;
  /** The same evaluations once more, with no swap before them: what the machine makes of it anyhow. */
  readonly again: Wait;
  /** For each swap, the longest stretch without a turn for anything else since the swap before. */
  readonly block: readonly number[];
  /** The same of as many stretches of the same length in which nothing comes: what the machine makes of it anyhow. */
  readonly still: readonly number[];
}

/** Of 1,000 flags. */
export interface Wait {
  /** Of the flag that takes longest, the median over swaps: what the work itself takes. */
  readonly slowest: number;
  /** The longest of all, collecting garbage and what else the machine did meanwhile included. */
  readonly longest: number;
}

const ASKED = 1_000;

answer(async ({ url, flags, swaps, cacheDir }: SwapOrder): Promise<Waits> => {
  const client = createClient({ url, key: 'bg_srv_bench', log: false, ...(cacheDir !== undefined && { cacheDir }) });
  await client.ready({ timeout: 30_000 });
  const contexts = peopleOf({ seed: 5, count: 1_000 }).map(({ id, ...rest }) => ({ targetingKey: id, ...rest }));
  const keys = Array.from({ length: ASKED }, (_, i) => `flag-number-${Math.floor((i * flags) / ASKED)}`);
  const ask = (i: number): boolean => client.boolean(keys[i % ASKED] ?? '', contexts[i % contexts.length], false);
  for (let i = 0; i < 200_000; i++) ask(i);
  collect();

  const first: number[][] = [];
  const again: number[][] = [];
  const block: number[] = [];
  const still: number[] = [];
  /** Asks without a pause, turn after turn, until so many periods are over; tells of each what ran between its turns at the longest. */
  const watch = (isOver: () => boolean, tell: (longest: number) => void): Promise<void> =>
    new Promise((resolve) => {
      let longest = 0;
      let left = swaps;
      let since = stopwatch();
      const turn = (): void => {
        // bytes that came, and everything that was done with them
        longest = Math.max(longest, since());
        if (isOver()) {
          tell(longest);
          longest = 0;
          left--;
        }
        for (let i = 0; i < 500; i++) ask(i);
        since = stopwatch();
        if (left === 0) resolve();
        else setImmediate(turn);
      };
      turn();
    });

  let swapped = false;
  client.on('changed', () => {
    swapped = true;
  });
  const isSwapped = (): boolean => {
    const is = swapped;
    swapped = false;
    return is;
  };
  const began = performance.now();
  await watch(isSwapped, (longest) => {
    block.push(longest);
    first.push(timesOf(ask));
    again.push(timesOf(ask));
  });
  const period = (performance.now() - began) / swaps;
  await client.close();
  let until = performance.now() + period;
  const isPast = (): boolean => {
    const is = performance.now() > until;
    if (is) until += period;
    return is;
  };
  await watch(isPast, (longest) => still.push(longest));
  return { first: waitOf(first), again: waitOf(again), block, still };
});

function timesOf(ask: (i: number) => boolean): number[] {
  return Array.from({ length: ASKED }, (_, i) => {
    const from = performance.now();
    ask(i);
    return performance.now() - from;
  });
}

function waitOf(bySwap: readonly (readonly number[])[]): Wait {
  const byFlag = Array.from({ length: ASKED }, (_, i) => median(bySwap.map((times) => times[i] ?? Number.NaN)));
  return { slowest: Math.max(...byFlag), longest: Math.max(...bySwap.flat()) };
}
