import type { Batch, Rollout } from '../rollout/rollout.ts';
import { evidenceOf } from './evidence.ts';
import { compareDecisions } from './recompute-decisions.ts';
import { compareEnd, compareOrder, walk } from './recompute-figures.ts';

/** Something that was recorded and that the log does not lead to. */
export interface Difference {
  /** A column of the log, a part of the evidence, or a decision such as `reverted`. */
  readonly what: string;
  /** The batch row, where it is one row's. */
  readonly seq: number | null;
  /** Of the row or the decision, ms. */
  readonly at: number | null;
  readonly recorded: string | number | null;
  readonly recomputed: string | number | null;
}

/** What a replay of a rollout's log comes to. */
export interface Recomputed {
  readonly agrees: boolean;
  readonly batches: number;
  /** How many decisions of the timeline the log was asked about: reverts, pauses and advances on evidence. */
  readonly decisions: number;
  /** The first hundred, oldest first: after one wrong row all later figures differ. */
  readonly differences: readonly Difference[];
}

const MOST = 100;

/**
 * Makes every figure and every decision of a rollout again, from its plan, its timeline and its batch log in order of `seq`.
 * What a metric source answered is in no log: guards that read one are judged by what is stored of them. Costs what taking
 * over the rollout does, some microseconds per row. Never throws: a log that cannot be read is a difference.
 */
export function recompute(rollout: Rollout, log: readonly Batch[]): Recomputed {
  const stored = evidenceOf(rollout);
  const differences: Difference[] = [];
  const differ = (difference: Difference) => void differences.push(difference);
  compareOrder(log, stored, differ);
  let decisions = 0;
  try {
    const walked = walk(rollout, log, stored, differ);
    compareEnd(walked.evidence, stored, differ);
    decisions = compareDecisions(rollout, walked, differ);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    differ({ what: 'log', seq: null, at: null, recorded: 'unreadable', recomputed: why });
  }
  differences.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || (a.seq ?? 0) - (b.seq ?? 0));
  return { agrees: differences.length === 0, batches: log.length, decisions, differences: differences.slice(0, MOST) };
}
