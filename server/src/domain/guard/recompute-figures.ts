import type { Batch, Rollout } from '../rollout/rollout.ts';
import { shareOf } from './comparison.ts';
import { barsOf, type Evidence, NO_EVIDENCE } from './evidence.ts';
import { judge } from './judge.ts';
import { lnLatency } from './latency.ts';
import { type LineState, type Memory, type ReplayedTick, replay, summary } from './memory.ts';
import { isComparable, wantsExact } from './process.ts';
import type { Difference } from './recompute.ts';
import { NOTHING_SPENT, nextWeight } from './start-weights.ts';

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
  let spending = NOTHING_SPENT;
  let evidence: Evidence = NO_EVIDENCE;
  let ended = rollout;

  function look({ rows, before, after, anew }: ReplayedTick, memory: Memory): void {
    if (anew) spending = NOTHING_SPENT;
    const { restarts } = memory;
    const bars = barsOf(plan, restarts);
    const near = Math.min(bars.revert, bars.pause) - CLOSE;
    const [{ stage, at }] = rows;
    const [{ since }] = rows.map(stateOf) as [LineState];
    const stageSeen = rows.some((row) => stateOf(row).inStage && isComparable(row));
    const due = rows.some(isComparable) ? nextWeight(spending, plan, { at, stage, stageSeen }) : { weight: 0, spending };
    spending = due.spending;
    for (const [i, row] of rows.entries()) {
      for (const [what, recorded, recomputed] of figuresOf(row, {
        weight: due.weight,
        exact: wantsExact(before, row),
        ...after[i],
      })) {
        if (!isSame(recorded, recomputed)) differ({ what, seq: row.seq, at, recorded, recomputed });
      }
    }
    const last = rows.at(-1) ?? rows[0];
    const { lnM = 0, lnS = 0 } = after.at(-1) ?? {};
    const percent = rows.find((row) => stateOf(row).inStage)?.percent ?? rollout.percent;
    const then: Rollout = { ...rollout, stage, percent, stageSince: since };
    // below both bars nothing can be asked for, and who failed since when need not be known
    const asks = Math.max(lnM, lnLatency(memory.latency.process)) >= near || last === newest;
    evidence = { ...NO_EVIDENCE, seq: last.seq, at, spending, restarts, ...(asks && summary(memory, then)) };
    const judgement = asks ? judge(then, evidence, at) : null;
    const wants = judgement?.revert || judgement?.back ? 'revert' : judgement?.pause ? 'pause' : null;
    const failing = judgement?.readings.flatMap(({ verdict, key }) => (verdict === 'fail' ? [key] : [])) ?? [];
    ended = then;
    marks.push({ seq: last.seq, at, stage, since, lnS, wants, failing });
  }
  // a step back after the last row has begun the processes anew
  const memory = replay(rollout, stored, log, look);
  return { marks, evidence: { ...evidence, ...(newest && summary(memory, ended)), restarts: memory.restarts } };
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

function partsOf({
  lnM,
  lnS,
  mixture,
  heaviest,
  stage,
  totals,
  incident,
  latency,
}: Evidence): readonly (readonly [string, number])[] {
  return [
    ['evidence.lnM', lnM],
    ['evidence.lnS', lnS],
    ['evidence.latency', lnLatency(latency)],
    ['evidence.spent', mixture.spent],
    ...(mixture.lnR ?? []).map((ln, k) => [`evidence.lnR.${k}`, ln] as const),
    ['evidence.heaviest.errors', heaviest.errors],
    ['evidence.heaviest.difference', heaviest.difference],
    ['evidence.incident', incident?.since ?? 0],
    ...(['treatment', 'control'] as const).flatMap((arm) => [
      [`stage.${arm}.units`, stage[arm].units] as const,
      [`stage.${arm}.errors`, stage[arm].errors] as const,
      [`totals.${arm}.units`, totals[arm].units] as const,
      [`totals.${arm}.errors`, totals[arm].errors] as const,
    ]),
  ];
}
