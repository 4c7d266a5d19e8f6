import { decodeHashes, encodeHashes } from '@burgee/engine';
import type { UnfoldedReport } from '../ports.ts';
import type { Batch, Plan, Rollout } from '../rollout/rollout.ts';
import { atNewStage, type Known, meet, nobody, type Tally, tally } from './at-risk.ts';
import { shareOf } from './comparison.ts';
import { type ControlRate, incidentOf, NEW_CONTROL_RATE, updateControlRate } from './control-rate.ts';
import { type BothArms, betsOf, type Evidence, NO_FIGURES } from './evidence.ts';
import { gather } from './fold.ts';
import { newLatency } from './latency.ts';
import { foldLatency, type LatencyMemory, type LatencyRow, newLatencyMemory, replayLatency } from './latency-memory.ts';
import { lnMixture } from './mixture.ts';
import { OpenExposures } from './open-exposures.ts';
import { isComparable, type Line, NEW_PROCESS, type Process, stepProcess, type Tick, wantsExact } from './process.ts';
import { expectedShare, lnSampleRatio } from './sample-ratio.ts';
import { NOTHING_SPENT, nextWeight } from './start-weights.ts';
import { sinceHeaviest } from './starts.ts';
import { MOST_BYTES, relieve, thinned, thinTo } from './thinning.ts';
import { UnitSet } from './unit-set.ts';

/** What the holder of a rollout keeps between ticks; `replay` makes it from the batch log. Mutable: drop it after a failed commit. */
export interface Memory {
  known: Known;
  process: Process;
  open: OpenExposures;
  stage: BothArms;
  totals: BothArms;
  control: ControlRate;
  latency: LatencyMemory;
  /** Steps back that the processes began anew after. */
  restarts: number;
  /** The share of units that count, in both arms alike: 1 until there are too many. */
  sample: number;
}

/** The part of a batch row that only a replay reads. */
export interface LineState {
  readonly tick: number;
  readonly weight: number;
  readonly since: number;
  readonly inStage: boolean;
  readonly exact: boolean;
  /** Absent without latency cut-offs. */
  readonly latency?: LatencyRow;
  /** Absent before the first step back. */
  readonly restarts?: number;
  /** Absent while every unit counts. */
  readonly sample?: number;
}

/** Folds a tick's reports into memory; answers the rows to log and the evidence to store, or null where nothing came. */
export function foldTick(
  memory: Memory,
  rollout: Rollout,
  evidence: Evidence,
  reports: readonly UnfoldedReport[],
  now: { readonly at: number; readonly expire: boolean; readonly mostBytes?: number },
): { readonly batches: readonly Batch[]; readonly evidence: Evidence } | null {
  const { plan, percent, stageSince: since } = rollout;
  const gathered = gather(reports, memory.open, { ...now, plan, instances: evidence.instances });
  if (reports.length === 0 && gathered.groups.length === 0) return null;
  if (memory.restarts !== evidence.restarts) restart(memory, evidence.restarts);
  // what leaves no row in the log must leave nothing in memory
  const isLogged = gathered.groups.length > 0;
  const spent = isLogged && beginTick(memory, plan, since, evidence.restarts) ? FRESH : evidence;
  if (isLogged) relieve(memory, now.mostBytes ?? MOST_BYTES);
  const groups = thinned(gathered.groups, memory.sample, plan.controlSample);
  const controlSample = plan.controlSample * memory.sample;
  const { rows, spending: latencySpending } = foldLatency(memory.latency, groups, {
    ...{ plan: { ...plan, controlSample }, percent, at: now.at, stage: rollout.stage },
    spending: spent.latencySpending,
  });
  const tallies = groups.map((group) => {
    const inStage = group.percent === percent;
    return { group, inStage, tally: tally(group, memory.known, inStage) };
  });
  const lines = tallies.map(({ tally: counts, inStage }) => ({
    ...counts,
    inStage,
    exact: wantsExact(memory.process, counts),
  }));
  const stageSeen = lines.some((line) => line.inStage && isComparable(line));
  const { weight, spending } = lines.some(isComparable)
    ? nextWeight(spent.spending, plan, { at: now.at, stage: rollout.stage, stageSeen })
    : { weight: 0, spending: spent.spending };
  const tick = evidence.tick + 1;
  const after = isLogged ? applyTick(memory, { weight, since, lines, at: now.at }, rollout) : [];
  const batches = tallies.map(({ group, inStage, tally: t }, i): Batch => {
    const latency = rows[i];
    const { restarts, sample } = memory;
    const state: LineState = {
      ...{ tick, weight, since, inStage, exact: lines[i]?.exact ?? false },
      ...(latency && { latency }),
      ...(restarts > 0 && { restarts }),
      ...(sample < 1 && { sample }),
    };
    return {
      rollout: rollout.id,
      seq: evidence.seq + 1 + i,
      at: now.at,
      stage: rollout.stage,
      percent: group.percent,
      stratum: group.stratum,
      ...{ n1: t.n1, e1: t.e1, n0: t.n0, e0: t.e0, w: shareOf(t) },
      ...(after[i] ?? { lnM: evidence.lnM, lnS: evidence.lnS }),
      state,
      ...{ erred: encodeHashes(t.erred), seen1: encodeHashes(t.seen1), seen0: encodeHashes(t.seen0) },
    };
  });
  // whoever erred before is no longer at risk, and still proof that somebody is there and reports
  const treated = tallies.some(({ group, inStage }) => inStage && group.closed1.length + group.failed1.length > 0);
  return {
    batches,
    evidence: {
      ...evidence,
      ...summary(memory, rollout),
      seq: evidence.seq + batches.length,
      tick,
      at: now.at,
      unitsAt: isLogged ? now.at : evidence.unitsAt,
      treatedAt: treated ? now.at : evidence.treatedAt,
      spending,
      latencySpending,
      unattributed: evidence.unattributed + gathered.unattributed,
      open: memory.open.toList(),
      instances: gathered.instances,
    },
  };
}

/** What memory says, for the row that is stored and shown. */
export function summary(
  memory: Memory,
  rollout: Rollout,
): Pick<Evidence, 'mixture' | 'lnM' | 'lnS' | 'heaviest' | 'stage' | 'totals' | 'incident' | 'latency'> {
  const { process, stage } = memory;
  const current = process.since === rollout.stageSince;
  const figures = current ? stage : NO_FIGURES;
  const w = expectedShare(rollout.percent, rollout.plan.controlSample);
  return {
    mixture: process.mixture,
    lnM: lnMixture(process.mixture),
    lnS: current ? process.lnS : 0,
    heaviest: sinceHeaviest(process.starts),
    stage: {
      ...figures,
      since: rollout.stageSince,
      lnMismatch: lnSampleRatio(figures.treatment.units, figures.control.units, w),
    },
    totals: memory.totals,
    incident: incidentOf(memory.control),
    latency: memory.latency.process,
  };
}

/** One tick of the log, gone through again: its rows, the process it met, and where each row left the evidence. */
export interface ReplayedTick {
  readonly rows: readonly [Batch, ...Batch[]];
  readonly before: Process;
  /** The processes began anew with it. */
  readonly anew: boolean;
  readonly after: readonly { readonly lnM: number; readonly lnS: number }[];
}

/** Makes memory from the batch log, oldest row first; `look` sees memory as each tick left it. */
export function replay(
  rollout: Rollout,
  evidence: Evidence,
  log: readonly Batch[],
  look?: (tick: ReplayedTick, memory: Memory) => void,
): Memory {
  const memory: Memory = {
    known: nobody(),
    process: NEW_PROCESS,
    open: OpenExposures.from(evidence.open),
    stage: NO_FIGURES,
    totals: NO_FIGURES,
    control: NEW_CONTROL_RATE,
    latency: newLatencyMemory(rollout.plan),
    restarts: 0,
    sample: 1,
  };
  for (const rows of byTick(log)) {
    const first = rows[0].state as LineState;
    const anew = beginTick(memory, rollout.plan, first.since, first.restarts ?? 0);
    thinTo(memory, first.sample ?? 1);
    const lines = rows.map((row) => {
      const state = row.state as LineState;
      const [erred, seen1, seen0] = [decodeHashes(row.erred), decodeHashes(row.seen1), decodeHashes(row.seen0)];
      for (const unit of erred) memory.known.erred.add(unit);
      meet(seen1, memory.known.stage1, memory.known.ever1);
      meet(seen0, memory.known.stage0, memory.known.ever0);
      const { n1, e1, n0, e0 } = row;
      return { n1, e1, n0, e0, inStage: state.inStage, exact: state.exact };
    });
    replayLatency(
      memory.latency,
      rollout.plan,
      rows.flatMap(({ state }) => (state as LineState).latency ?? []),
    );
    const before = memory.process;
    const after = applyTick(memory, { weight: first.weight, since: first.since, lines, at: rows[0].at }, rollout);
    look?.({ rows, before, after, anew }, memory);
  }
  if (memory.restarts !== evidence.restarts) restart(memory, evidence.restarts);
  return memory;
}

function byTick(log: readonly Batch[]): [Batch, ...Batch[]][] {
  const ticks = new Map<number, [Batch, ...Batch[]]>();
  for (const row of log) {
    const { tick } = row.state as LineState;
    const rows = ticks.get(tick);
    if (rows) rows.push(row);
    else ticks.set(tick, [row]);
  }
  return [...ticks.values()];
}

/** Readies memory for a tick: at a new stage, and after a step back. Whether the processes begin anew. */
function beginTick(memory: Memory, plan: Plan, since: number, restarts: number): boolean {
  const entered = memory.process.since !== since;
  const fresh = entered && plan.freshRiskSet === true;
  if (entered) {
    memory.known = atNewStage(memory.known);
    memory.stage = NO_FIGURES;
  }
  if (fresh) {
    memory.known = { ...memory.known, erred: new UnitSet() };
    memory.latency = newLatencyMemory(plan);
  }
  const anew = fresh || memory.restarts !== restarts;
  if (anew) restart(memory, restarts);
  return anew;
}

/** The processes begin anew; who has erred stays known. */
function restart(memory: Memory, restarts: number): void {
  const { since, lnS, base } = memory.process;
  memory.restarts = restarts;
  memory.process = { ...NEW_PROCESS, since, lnS, base };
  memory.latency = { ...memory.latency, process: newLatency(memory.latency.crossed.length) };
}
const FRESH = { spending: NOTHING_SPENT, latencySpending: NOTHING_SPENT };

function applyTick(
  memory: Memory,
  tick: Tick & { readonly lines: readonly (Line & Partial<Tally>)[]; readonly at: number },
  rollout: Rollout,
) {
  const { process, after } = stepProcess(memory.process, tick, betsOf(rollout.plan));
  const inStage = tick.lines.filter((line) => line.inStage);
  const { stage1, stage0, ever1, ever0 } = memory.known;
  memory.process = process;
  const control = tick.lines.reduce((sum, { n0, e0 }) => ({ n: sum.n + n0, e: sum.e + e0 }), { n: 0, e: 0 });
  memory.control = updateControlRate(memory.control, { at: tick.at, ...control });
  memory.stage = grow(memory.stage, inStage, stage1.size, stage0.size);
  memory.totals = grow(memory.totals, inStage, ever1.size, ever0.size);
  return after;
}

function grow(before: BothArms, lines: readonly Line[], units1: number, units0: number): BothArms {
  const sum = (pick: (line: Line) => number) => lines.reduce((total, line) => total + pick(line), 0);
  return {
    treatment: { units: units1, errors: before.treatment.errors + sum((line) => line.e1) },
    control: { units: units0, errors: before.control.errors + sum((line) => line.e0) },
  };
}
