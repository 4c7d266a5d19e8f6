import { lnAboveLimit } from './absolute.ts';
import { logSum } from './logarithms.ts';

/** Control's units at risk and first errors. */
interface Sums {
  readonly n: number;
  readonly e: number;
}

/** How control fails: before, and of late. Rebuilt by replay. */
export interface ControlRate {
  readonly before: Sums;
  /** The ticks of the last half minute, oldest first. */
  readonly recent: readonly (Sums & { readonly at: number })[];
  /** Since when control fails clearly more than before, ms; null: it does not. */
  readonly since: number | null;
}
export const NEW_CONTROL_RATE: ControlRate = { before: { n: 0, e: 0 }, recent: [], since: null };

/** Control of late against before, as a rollout shows it. */
export interface Incident {
  readonly since: number;
  readonly recent: Sums;
  readonly before: Sums;
}

const RECENT_MS = 30_000;
// what is known of fewer units is no rate to compare with
const ENOUGH = 200;
// doubled is within what a day does by itself; a false alarm costs only a short hold
const TOLERATED = 2;
const LN_SURE = Math.log(10_000);
// longer than a person is waited for (10 min): from then on this is how the service is
const USUAL_AFTER_MS = 900_000;

/**
 * Adds a tick's control units. An incident begins when the newest ticks refute twice the rate of all the time before at 1 in
 * 10,000, and ends when they no longer do; what happens in between is not taken for usual unless it lasts 15 minutes.
 */
export function updateControlRate(rate: ControlRate, tick: Sums & { readonly at: number }): ControlRate {
  const all = [...rate.recent, tick];
  const left = all.filter(({ at }) => at <= tick.at - RECENT_MS);
  const recent = all.slice(left.length);
  const before = rate.since === null ? sum([rate.before, ...left]) : rate.before;
  if (!isRaised(before, recent)) {
    // the last half minute may hold much of the incident that ends here
    return { before, recent: rate.since === null ? recent : [], since: null };
  }
  const since = rate.since ?? tick.at;
  return tick.at - since < USUAL_AFTER_MS ? { before, recent, since } : { before: sum(recent), recent: [], since: null };
}

/** The incident that goes on, or null. */
export function incidentOf({ before, recent, since }: ControlRate): Incident | null {
  return since === null ? null : { since, before, recent: sum(recent) };
}

/** Whether the newest ticks, some number of them, refute that. */
function isRaised(before: Sums, recent: readonly Sums[]): boolean {
  const limit = (TOLERATED * (before.e + 1)) / (before.n + 2);
  if (before.n < ENOUGH || limit >= 0.5) return false;
  let newest: Sums = { n: 0, e: 0 };
  for (let i = recent.length - 1; i >= 0; i--) {
    newest = sum([newest, recent[i] ?? newest]);
    if (newest.e <= limit * newest.n) continue;
    const lnL = lnAboveLimit({ errors: newest.e, total: newest.n }, limit);
    if (logSum(lnL) - Math.log(lnL.length) >= LN_SURE) return true;
  }
  return false;
}

function sum(parts: readonly Sums[]): Sums {
  return parts.reduce((total, { n, e }) => ({ n: total.n + n, e: total.e + e }), { n: 0, e: 0 });
}
