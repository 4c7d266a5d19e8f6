import { decodeHashes } from '@burgee/engine';
import type { UnfoldedReport } from '../ports.ts';
import type { Batch, Plan, Rollout } from '../rollout/rollout.ts';
import { meet } from './at-risk.ts';
import { senders, trustsClients } from './client-reports.ts';
import { type ControlRate, incidentOf, NEW_CONTROL_RATE, updateControlRate } from './control-rate.ts';
import type { Evidence, StrandEvidence } from './evidence.ts';
import { type Gathered, gather } from './fold.ts';
import { foldClient } from './fold-client.ts';
import { newLatency } from './latency.ts';
import { foldLatency, type LatencyMemory, type LatencyRow, newLatencyMemory, replayLatency } from './latency-memory.ts';
import { OpenExposures } from './open-exposures.ts';
import type { Process } from './process.ts';
import { NOTHING_SPENT } from './start-weights.ts';
import {
  applyTick,
  beginAnew,
  enterTick,
  foldGroups,
  newStrand,
  type Strand,
  type StrandRow,
  type StrandState,
  strandEvidence,
} from './strand.ts';
import { CLIENT_SHARE, MOST_BYTES, relieve, type Thinned, thinned, thinTo } from './thinning.ts';

/** What the holder of a rollout keeps between ticks; `replay` makes it from the batch log. Mutable: drop it after a failed commit. */
export interface Memory extends Strand {
  open: OpenExposures;
  control: ControlRate;
  latency: LatencyMemory;
  /** What comes with client keys, where the plan does not trust them. */
  readonly client: Strand;
}

/** The part of a batch row that only a replay reads. */
export interface LineState extends StrandState {
  readonly tick: number;
  /** Absent without latency cut-offs. */
  readonly latency?: LatencyRow;
  /** A row of the client's strand; absent for all others. */
  readonly client?: true;
}

/** Whether a row is of outcomes that anyone can send: those change neither ln M nor ln S of the rollout. */
export function isClientRow({ state }: Pick<Batch, 'state'>): boolean {
  return (state as Partial<LineState> | null)?.client === true;
}

interface Row extends StrandRow {
  readonly latency?: LatencyRow;
  readonly client?: true;
}

/** Folds a tick's reports into memory; answers the rows to log and the evidence to store, or null where nothing came. */
export function foldTick(
  memory: Memory,
  rollout: Rollout,
  evidence: Evidence,
  reports: readonly UnfoldedReport[],
  { at, expire, mostBytes = MOST_BYTES }: { readonly at: number; readonly expire: boolean; readonly mostBytes?: number },
): { readonly batches: readonly Batch[]; readonly evidence: Evidence } | null {
  const sorted = senders(reports, rollout.plan);
  const gathered = gather(sorted.evidence, memory.open, { at, expire, plan: rollout.plan, instances: evidence.instances });
  if (reports.length === 0 && gathered.groups.length === 0) return null;
  const tick = evidence.tick + 1;
  const own = foldOwn(memory, rollout, evidence, gathered, { at, mostBytes });
  const client = foldClient(memory.client, rollout, evidence, sorted.client, { at, mostBytes: mostBytes * CLIENT_SHARE });
  const rows: readonly Row[] = [...own.rows, ...client.rows.map((row) => ({ ...row, client: true as const }))];
  const { id, stage } = rollout;
  return {
    batches: rows.map(({ state, latency, client: isClient, ...row }, i): Batch => {
      const line: LineState = { ...state, tick, ...(latency && { latency }), ...(isClient && { client: isClient }) };
      return { ...row, rollout: id, seq: evidence.seq + 1 + i, at, stage, state: line };
    }),
    evidence: {
      ...evidence,
      ...own.evidence,
      client: client.evidence,
      seq: evidence.seq + rows.length,
      tick,
      at: sorted.evidence.length + own.rows.length > 0 ? at : evidence.at,
      unattributed: evidence.unattributed + gathered.unattributed,
      open: memory.open.toList(),
      instances: gathered.instances,
    },
  };
}

/** What leaves no row in the log leaves nothing in memory, and changes no evidence. */
function foldOwn(
  memory: Memory,
  rollout: Rollout,
  evidence: Evidence,
  { groups: all }: Gathered,
  { at, mostBytes }: { readonly at: number; readonly mostBytes: number },
): { readonly rows: readonly Row[]; readonly evidence: Partial<Evidence> } {
  const { plan, percent, stage, stageSince } = rollout;
  if (memory.restarts !== evidence.restarts) restart(memory, evidence.restarts);
  if (all.length === 0) return { rows: [], evidence: {} };
  const before = enter(memory, plan, stageSince, evidence.restarts) ? FRESH : evidence;
  relieve(memory, trustsClients(plan) ? mostBytes : mostBytes * (1 - CLIENT_SHARE));
  const groups = thinned(all, memory.sample, plan.controlSample);
  const slow = foldLatency(memory.latency, groups, {
    ...{ plan: { ...plan, controlSample: plan.controlSample * memory.sample }, percent, at, stage },
    spending: before.latencySpending,
  });
  const { rows, spending } = foldGroups(memory, rollout, groups, { at, spending: before.spending });
  countControl(memory, rows, at);
  // whoever erred before is no longer at risk, and still proof that somebody is there and reports
  const treated = groups.some((group) => group.percent === percent && group.closed1.length + group.failed1.length > 0);
  return {
    rows: rows.map((row, i): Row => {
      const latency = slow.rows[i];
      return latency === undefined ? row : { ...row, latency };
    }),
    evidence: {
      ...summary(memory, rollout),
      ...{ spending, latencySpending: slow.spending },
      ...{ unitsAt: at, treatedAt: treated ? at : evidence.treatedAt },
    },
  };
}
const FRESH = { spending: NOTHING_SPENT, latencySpending: NOTHING_SPENT };

/** What memory says of the rollout itself, for the row that is stored and shown. */
export function summary(memory: Memory, rollout: Rollout): StrandEvidence & Pick<Evidence, 'incident' | 'latency'> {
  return { ...strandEvidence(memory, rollout), incident: incidentOf(memory.control), latency: memory.latency.process };
}

function countControl(memory: Memory, rows: readonly Pick<Batch, 'n0' | 'e0'>[], at: number): void {
  const control = rows.reduce((sum, { n0, e0 }) => ({ n: sum.n + n0, e: sum.e + e0 }), { n: 0, e: 0 });
  memory.control = updateControlRate(memory.control, { at, ...control });
}

/** The rows of one tick and strand, gone through again: the process they met, and where each row left the evidence. */
export interface ReplayedRows {
  readonly rows: readonly [Batch, ...Batch[]];
  readonly before: Process;
  /** The process began anew with them. */
  readonly anew: boolean;
  readonly after: readonly { readonly lnM: number; readonly lnS: number }[];
}

/** One tick of the log, gone through again; null where it has no such row. */
export interface ReplayedTick {
  readonly own: ReplayedRows | null;
  readonly client: ReplayedRows | null;
}

/** Makes memory from the batch log, oldest row first; `look` sees memory as each tick left it. */
export function replay(
  rollout: Rollout,
  evidence: Evidence,
  log: readonly Batch[],
  look?: (tick: ReplayedTick, memory: Memory) => void,
): Memory {
  const memory: Memory = {
    ...newStrand(),
    open: OpenExposures.from(evidence.open),
    control: NEW_CONTROL_RATE,
    latency: newLatencyMemory(rollout.plan),
    client: newStrand(),
  };
  for (const rows of byTick(log)) {
    const own = replayRows(
      memory,
      rollout,
      rows.filter((row) => !isClientRow(row)),
      (since, restarts) => enter(memory, rollout.plan, since, restarts),
    );
    if (own !== null) {
      const slow = own.rows.flatMap(({ state }) => (state as LineState).latency ?? []);
      replayLatency(memory.latency, rollout.plan, slow);
      countControl(memory, own.rows, own.rows[0].at);
    }
    const client = replayRows(
      memory.client,
      rollout,
      rows.filter(isClientRow),
      (since, restarts) => enterTick(memory.client, rollout.plan, since, restarts).anew,
    );
    look?.({ own, client }, memory);
  }
  if (memory.restarts !== evidence.restarts) restart(memory, evidence.restarts);
  if (memory.client.restarts !== evidence.restarts) beginAnew(memory.client, evidence.restarts);
  return memory;
}

function replayRows(
  strand: Strand & Thinned,
  rollout: Rollout,
  rows: readonly Batch[],
  enterFor: (since: number, restarts: number) => boolean,
): ReplayedRows | null {
  const [newest, ...rest] = rows;
  if (newest === undefined) return null;
  const { since, weight, restarts = 0, sample = 1 } = newest.state as LineState;
  const anew = enterFor(since, restarts);
  thinTo(strand, sample);
  const lines = rows.map(({ n1, e1, n0, e0, state, ...row }) => {
    for (const unit of decodeHashes(row.erred)) strand.known.erred.add(unit);
    meet(decodeHashes(row.seen1), strand.known.stage1, strand.known.ever1);
    meet(decodeHashes(row.seen0), strand.known.stage0, strand.known.ever0);
    const { inStage, exact } = state as LineState;
    return { n1, e1, n0, e0, inStage, exact };
  });
  const before = strand.process;
  return { rows: [newest, ...rest], before, anew, after: applyTick(strand, { weight, since, lines }, rollout) };
}

function byTick(log: readonly Batch[]): Batch[][] {
  const ticks = new Map<number, Batch[]>();
  for (const row of log) {
    const { tick } = row.state as LineState;
    const rows = ticks.get(tick);
    if (rows) rows.push(row);
    else ticks.set(tick, [row]);
  }
  return [...ticks.values()];
}

/** Readies the rollout's own strand for a tick, its latencies with it. Whether the processes begin anew. */
function enter(memory: Memory, plan: Plan, since: number, restarts: number): boolean {
  const { fresh, anew } = enterTick(memory, plan, since, restarts);
  if (fresh) memory.latency = newLatencyMemory(plan);
  else if (anew) latencyAnew(memory);
  return anew;
}

function restart(memory: Memory, restarts: number): void {
  beginAnew(memory, restarts);
  latencyAnew(memory);
}

function latencyAnew(memory: Memory): void {
  memory.latency = { ...memory.latency, process: newLatency(memory.latency.crossed.length) };
}
