import type { Batch, Rollout } from '../rollout/rollout.ts';
import { shareOf } from './comparison.ts';
import { barsOf, type Evidence, NO_EVIDENCE, type StrandEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import { lnLatency } from './latency.ts';
import { type LineState, type Memory, type ReplayedRows, type ReplayedTick, replay, summary } from './memory.ts';
import { lnMixture } from './mixture.ts';
import { isComparable, wantsExact } from './process.ts';
import type { Difference } from './recompute.ts';
import { NOTHING_SPENT, nextWeight } from './start-weights.ts';
import { strandEvidence } from './strand.ts';

/** Where the evidence stood after a tick, and what it asked for. */
export interface Mark {
  readonly seq: number;
  readonly at: number;
  readonly stage: number;
  readonly since: number;
  readonly lnS: number;
  /** `revert` stands for a step back and a kill too. */
  readonly wants: 'revert' | 'pause' | null;
  /** Guards that failed. */
  readonly failing: readonly string[];
}

/** A log gone through again: a mark for each tick, and the evidence after the last. */
export interface Walked {
  readonly marks: readonly Mark[];
  readonly evidence: Evidence;
}

type Differ = (difference: Difference) => void;

// the same code made them: this is for a log that was written where logarithms round otherwise
const CLOSE = 1e-9;

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= CLOSE * Math.max(1, Math.abs(b)));
}

/** Rows count from 1 without a gap to where the evidence says it stands, and time does not go back. */
export function compareOrder(log: readonly Batch[], stored: Evidence, differ: Differ): void {
  let before: Batch | undefined;
  for (const row of log) {
    const { seq, at } = row;
    const next = (before?.seq ?? 0) + 1;
    if (seq !== next) differ({ what: 'seq', seq, at, recorded: seq, recomputed: next });
    if (before !== undefined && at < before.at) differ({ what: 'at', seq, at, recorded: at, recomputed: before.at });
    before = row;
  }
  const last = log.at(-1)?.seq ?? 0;
  if (last !== stored.seq) differ({ what: 'rows', seq: null, at: stored.at, recorded: stored.seq, recomputed: last });
}

/** Goes the controller's way through the log, and compares every figure of every row. */
export function walk(rollout: Rollout, log: readonly Batch[], stored: Evidence, differ: Differ): Walked {
  const { plan } = rollout;
  const newest = log.at(-1);
  const marks: Mark[] = [];
  const spendings = { own: NOTHING_SPENT, client: NOTHING_SPENT };
  /** The rollout as the newest rows of each strand found it. */
  const found: { own?: Rollout; client?: Rollout } = {};
  let evidence: Evidence = NO_EVIDENCE;

  function compare(strand: 'own' | 'client', { rows, before, after, anew }: ReplayedRows): void {
    const [{ stage, at }] = rows;
    const spending = anew ? NOTHING_SPENT : spendings[strand];
    const stageSeen = rows.some((row) => stateOf(row).inStage && isComparable(row));
    const due = rows.some(isComparable) ? nextWeight(spending, plan, { at, stage, stageSeen }) : { weight: 0, spending };
    spendings[strand] = due.spending;
    for (const [i, row] of rows.entries()) {
      const again = { weight: due.weight, exact: wantsExact(before, row), ...after[i] };
      for (const [what, recorded, recomputed] of figuresOf(row, again)) {
        if (!isSame(recorded, recomputed)) differ({ what, seq: row.seq, at, recorded, recomputed });
      }
    }
    const percent = rows.find((row) => stateOf(row).inStage)?.percent ?? rollout.percent;
    found[strand] = { ...rollout, stage, percent, stageSince: stateOf(rows[0]).since };
  }

  function told(memory: Memory): Partial<Evidence> {
    const client = found.client && { ...strandEvidence(memory.client, found.client), at: 0, spending: spendings.client };
    return { ...(found.own && summary(memory, found.own)), ...(client && { client }) };
  }

  function look(tick: ReplayedTick, memory: Memory): void {
    if (tick.own) compare('own', tick.own);
    if (tick.client) compare('client', tick.client);
    const rows = [...(tick.own?.rows ?? []), ...(tick.client?.rows ?? [])];
    const last = rows.at(-1);
    const then = tick.own ? found.own : found.client;
    if (last === undefined || then === undefined) return;
    const { seq, at } = last;
    const { stage, stageSince: since } = then;
    const { process, restarts } = memory;
    // below the bars nothing can be asked for, and who failed since when need not be known
    const asks = last === newest || isNear(memory, barsOf(plan, restarts));
    evidence = { ...NO_EVIDENCE, seq, at, spending: spendings.own, restarts, ...(asks && told(memory)) };
    const judgement = asks ? judge(then, evidence, at) : null;
    const wants = judgement?.revert || judgement?.back ? 'revert' : judgement?.pause ? 'pause' : null;
    const failing = judgement?.readings.flatMap(({ verdict, key }) => (verdict === 'fail' ? [key] : [])) ?? [];
    marks.push({ seq, at, stage, since, lnS: process.since === since ? process.lnS : 0, wants, failing });
  }
  // a step back after the last row has begun the processes anew
  const memory = replay(rollout, stored, log, look);
  return { marks, evidence: { ...evidence, ...told(memory), restarts: memory.restarts } };
}

function isNear(memory: Memory, bars: ReturnType<typeof barsOf>): boolean {
  const own = Math.max(lnMixture(memory.process.mixture), lnLatency(memory.latency.process));
  if (own >= Math.min(bars.revert, bars.pause) - CLOSE) return true;
  return lnMixture(memory.client.process.mixture) >= bars.pause - CLOSE;
}

function stateOf(row: Batch): LineState {
  return row.state as LineState;
}

type Figure = readonly [what: string, recorded: string | number, recomputed: string | number];

function figuresOf(
  row: Batch,
  again: { readonly weight: number; readonly exact: boolean; readonly lnM?: number; readonly lnS?: number },
): readonly Figure[] {
  const { weight, exact } = stateOf(row);
  return [
    ['e1', row.e1, Math.min(row.e1, row.n1)],
    ['e0', row.e0, Math.min(row.e0, row.n0)],
    ['w', row.w, shareOf(row)],
    ['weight', weight, again.weight],
    ['exact', String(exact), String(again.exact)],
    ['lnM', row.lnM, again.lnM ?? 0],
    ['lnS', row.lnS, again.lnS ?? 0],
  ];
}

/** The evidence that is stored and shown is the one that the log ends with. */
export function compareEnd(ended: Evidence, stored: Evidence, differ: Differ): void {
  const again = new Map(partsOf(ended));
  for (const [what, recorded] of partsOf(stored)) {
    const recomputed = again.get(what) ?? null;
    if (!isSame(recorded, recomputed)) differ({ what, seq: null, at: stored.at, recorded, recomputed });
  }
}

type Part = readonly [what: string, figure: number];

function partsOf(evidence: Evidence): readonly Part[] {
  const { incident, latency, client } = evidence;
  return [
    ...strandParts(evidence),
    ['evidence.latency', lnLatency(latency)],
    ['evidence.incident', incident?.since ?? 0],
    ...(client === null ? [] : strandParts(client).map(([what, figure]): Part => [`client.${what}`, figure])),
  ];
}

function strandParts({ lnM, lnS, mixture, heaviest, stage, totals }: StrandEvidence): readonly Part[] {
  return [
    ['evidence.lnM', lnM],
    ['evidence.lnS', lnS],
    ['evidence.spent', mixture.spent],
    ...(mixture.lnR ?? []).map((ln, k) => [`evidence.lnR.${k}`, ln] as const),
    ['evidence.heaviest.errors', heaviest.errors],
    ['evidence.heaviest.difference', heaviest.difference],
    ...(['treatment', 'control'] as const).flatMap((arm) => [
      [`stage.${arm}.units`, stage[arm].units] as const,
      [`stage.${arm}.errors`, stage[arm].errors] as const,
      [`totals.${arm}.units`, totals[arm].units] as const,
      [`totals.${arm}.errors`, totals[arm].errors] as const,
    ]),
  ];
}
