import type { Counts } from './comparison.ts';
import { logSum } from './logarithms.ts';

/** Running sums over batches: treatment's errors, and the difference of error rates (Mantel–Haenszel) with its weight. */
export interface Compared {
  readonly errors: number;
  readonly difference: number;
  readonly weight: number;
}

/** The start times that the mixture bets on: what came before each, so that the heaviest can be told. Rebuilt by replay. */
export interface Starts {
  /** Σ ln L of each ratio since the beginning. */
  readonly lnL: readonly number[];
  readonly compared: Compared;
  readonly list: readonly { readonly lnWeight: number; readonly before: readonly number[]; readonly compared: Compared }[];
}
const NOTHING: Compared = { errors: 0, difference: 0, weight: 0 };
// what weighs less will not be the heaviest; a tick must not cost more the longer a rollout takes
const MOST = 64;
export const NO_STARTS: Starts = { lnL: [], compared: NOTHING, list: [] };

/** Adds one tick: its start weight, its factors, and its batches. */
export function updateStarts(starts: Starts, weight: number, lnL: readonly number[], batches: readonly Counts[]): Starts {
  let { errors, difference, weight: sum } = starts.compared;
  for (const { n1, e1, n0, e0 } of batches) {
    errors += e1;
    if (n1 === 0 || n0 === 0) continue;
    difference += (e1 * n0 - e0 * n1) / (n1 + n0);
    sum += (n1 * n0) / (n1 + n0);
  }
  const total = lnL.map((ln, k) => (starts.lnL[k] ?? 0) + ln);
  const start = { lnWeight: Math.log(weight), before: starts.lnL, compared: starts.compared };
  const list = weight > 0 ? keepHeaviest([...starts.list, start], total) : starts.list;
  return { lnL: total, compared: { errors, difference, weight: sum }, list };
}

/** Drops the lightest of too many; the newest stays, whatever it weighs. */
function keepHeaviest(list: Starts['list'], total: readonly number[]): Starts['list'] {
  if (list.length <= MOST) return list;
  const weights = list.slice(0, -1).map((start) => lnHeft(start, total));
  const lightest = weights.indexOf(Math.min(...weights));
  return list.filter((_, i) => i !== lightest);
}

function lnHeft({ lnWeight, before }: Starts['list'][number], total: readonly number[]): number {
  return lnWeight + logSum(total.map((sum, k) => sum - (before[k] ?? 0)));
}

/** Treatment's errors and the difference of error rates since the start time that weighs most in M. */
export function sinceHeaviest(starts: Starts): { readonly errors: number; readonly difference: number } {
  let best = Number.NEGATIVE_INFINITY;
  let since = NOTHING;
  for (const start of starts.list) {
    const ln = lnHeft(start, starts.lnL);
    if (ln > best) [best, since] = [ln, start.compared];
  }
  const weight = starts.compared.weight - since.weight;
  return {
    errors: starts.compared.errors - since.errors,
    difference: weight > 0 ? (starts.compared.difference - since.difference) / weight : 0,
  };
}
