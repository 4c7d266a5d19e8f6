import { type Counts, lnRatio, lnRatioExact, ratiosAbove } from './comparison.ts';
import { lnMixture, type Mixture, NEW_MIXTURE, updateMixture } from './mixture.ts';
import { lnSafety } from './safety.ts';
import { NO_STARTS, type Starts, updateStarts } from './starts.ts';

/** What of a plan the processes depend on. */
export interface Bets {
  readonly tolerated: number;
  readonly rhoBad: number;
}

/** Evidence towards revert over the whole rollout, and towards advance since the stage began. */
export interface Process {
  readonly mixture: Mixture;
  readonly starts: Starts;
  /** When the stage began for which ln S is summed, ms. */
  readonly since: number;
  readonly lnS: number;
  /** Control's units at risk and errors so far: the base rate that later batches are judged by. */
  readonly base: { readonly n: number; readonly e: number };
}
export const NEW_PROCESS: Process = { mixture: NEW_MIXTURE, starts: NO_STARTS, since: 0, lnS: 0, base: { n: 0, e: 0 } };

/** One batch of a tick, as the log keeps it. */
export interface Line extends Counts {
  /** Its percent was the stage's: only then it speaks about the stage. */
  readonly inStage: boolean;
  /** Judged by the exact form. */
  readonly exact: boolean;
}

/** A tick, from reports or from the log: both take this way, so that a replay ends bit by bit where the original did. */
export interface Tick {
  readonly weight: number;
  readonly since: number;
  readonly lines: readonly Line[];
}

/** Both arms have units: the batch can say something. */
export function isComparable({ n1, n0 }: Counts): boolean {
  return n1 > 0 && n0 > 0;
}

// more terms than this would cost a tick, and at such sizes the binomial form loses little
const EXACT_TERMS = 20_000;

/** Whether earlier batches say that the base rate is above 20 %. */
export function wantsExact(process: Pick<Process, 'base'>, batch: Counts): boolean {
  const { n, e } = process.base;
  return n >= 50 && e > 0.2 * n && Math.min(batch.n1, batch.e0 + batch.e1) <= EXACT_TERMS;
}

/** The processes after a tick, and where they stood after each of its lines. */
export function stepProcess(
  before: Process,
  tick: Tick,
  bets: Bets,
): { readonly process: Process; readonly after: readonly { readonly lnM: number; readonly lnS: number }[] } {
  const ratios = ratiosAbove(bets.tolerated);
  const lnL = ratios.map(() => 0);
  let lnS = tick.since === before.since ? before.lnS : 0;
  let { n, e } = before.base;
  let mixture = tick.lines.some(isComparable) ? updateMixture(before.mixture, tick.weight, lnL) : before.mixture;
  const after = tick.lines.map((line) => {
    if (isComparable(line)) {
      const factor = line.exact ? lnRatioExact : lnRatio;
      for (const [k, ratio] of ratios.entries()) lnL[k] = (lnL[k] ?? 0) + factor(line, ratio, bets.tolerated);
      mixture = updateMixture(before.mixture, tick.weight, lnL);
      if (line.inStage) lnS += lnSafety(line, bets.rhoBad);
    }
    n += line.n0;
    e += line.e0;
    return { lnM: lnMixture(mixture), lnS };
  });
  const starts = updateStarts(before.starts, tick.weight, lnL, tick.lines);
  return { process: { mixture, starts, since: tick.since, lnS, base: { n, e } }, after };
}
