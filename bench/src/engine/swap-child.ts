import { createClient } from '@burgee/client-sdk/node';
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

/** Milliseconds, one for each swap that was seen. */
export interface Waits {
  /** The longest of the first evaluations of 1,000 flags right after the swap. */
  readonly evaluation: readonly number[];
  /** The same where nothing was swapped: what the machine, and collecting garbage, make of it anyhow. */
  readonly control: readonly number[];
  /** The longest stretch without a turn for anything else, from the turn before the swap was heard of to the turn after it. */
  readonly block: readonly number[];
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

  const evaluation: number[] = [];
  const control: number[] = [];
  const block: number[] = [];
  let swapped = false;
  let longest = 0;
  let since = stopwatch();
  client.on('changed', () => {
    swapped = true;
  });
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      // what ran between the turns: bytes that came, and everything that was done with them
      longest = Math.max(longest, since());
      if (swapped) {
        swapped = false;
        block.push(longest);
        longest = 0;
        evaluation.push(longestOf(ask));
        control.push(longestOf(ask));
      }
      for (let i = 0; i < 500; i++) ask(i);
      since = stopwatch();
      if (evaluation.length === swaps) resolve();
      else setImmediate(turn);
    };
    turn();
  });
  await client.close();
  return { evaluation, control, block };
});

function longestOf(ask: (i: number) => boolean): number {
  let longest = 0;
  for (let i = 0; i < ASKED; i++) {
    const from = performance.now();
    ask(i);
    longest = Math.max(longest, performance.now() - from);
  }
  return longest;
}
