import { encodeHashes } from '@burgee/engine';
import type { Batch, Plan, Rollout } from '../rollout/rollout.ts';
import { atNewStage, type Group, type Known, nobody, type Tally, tally } from './at-risk.ts';
import { shareOf } from './comparison.ts';
import { type BothArms, betsOf, NO_FIGURES, type StrandEvidence } from './evidence.ts';
import { lnMixture } from './mixture.ts';
import { isComparable, type Line, NEW_PROCESS, type Process, stepProcess, type Tick, wantsExact } from './process.ts';
import { expectedShare, lnSampleRatio } from './sample-ratio.ts';
import { nextWeight, type Spending } from './start-weights.ts';
import { sinceHeaviest } from './starts.ts';
import { UnitSet } from './unit-set.ts';

/** One strand of evidence: who is at risk in it, and the process that their failures feed. Mutable. */
export interface Strand {
  known: Known;
  process: Process;
  stage: BothArms;
  totals: BothArms;
  /** Steps back that the process began anew after. */
  restarts: number;
  /** The share of units that count, in both arms alike: 1 until there are too many. */
  sample: number;
}

export function newStrand(): Strand {
  return { known: nobody(), process: NEW_PROCESS, stage: NO_FIGURES, totals: NO_FIGURES, restarts: 0, sample: 1 };
}

/** What a row of the log says of its strand for a replay. */
export interface StrandState {
  readonly weight: number;
  readonly since: number;
  readonly inStage: boolean;
  readonly exact: boolean;
  /** Absent before the first step back. */
  readonly restarts?: number;
  /** Absent while every unit counts. */
  readonly sample?: number;
}

/** A row of the log as far as one strand makes it. */
export type StrandRow = Omit<Batch, 'rollout' | 'seq' | 'at' | 'stage' | 'state'> & { readonly state: StrandState };

/** Readies a strand for a tick, at a new stage and after a step back; says which of it begins anew. */
export function enterTick(strand: Strand, plan: Plan, since: number, restarts: number): { fresh: boolean; anew: boolean } {
  const entered = strand.process.since !== since;
  const fresh = entered && plan.freshRiskSet === true;
  if (entered) {
    strand.known = atNewStage(strand.known);
    strand.stage = NO_FIGURES;
  }
  if (fresh) strand.known = { ...strand.known, erred: new UnitSet() };
  const anew = fresh || strand.restarts !== restarts;
  if (anew) beginAnew(strand, restarts);
  return { fresh, anew };
}

/** The process begins anew; who has erred stays known. */
export function beginAnew(strand: Strand, restarts: number): void {
  const { since, lnS, base } = strand.process;
  strand.restarts = restarts;
  strand.process = { ...NEW_PROCESS, since, lnS, base };
}

/** Folds a tick's groups into a strand that was readied for it. */
export function foldGroups(
  strand: Strand,
  rollout: Rollout,
  groups: readonly Group[],
  now: { readonly at: number; readonly spending: Spending },
): { readonly rows: readonly StrandRow[]; readonly spending: Spending } {
  const { plan, percent, stage, stageSince: since } = rollout;
  const tallies = groups.map((group) => ({ ...tally(group, strand.known, group.percent === percent), group }));
  const lines = tallies.map((counts) => {
    const inStage = counts.group.percent === percent;
    return { ...counts, inStage, exact: wantsExact(strand.process, counts) };
  });
  const stageSeen = lines.some((line) => line.inStage && isComparable(line));
  const { weight, spending } = lines.some(isComparable)
    ? nextWeight(now.spending, plan, { at: now.at, stage, stageSeen })
    : { weight: 0, spending: now.spending };
  const after = applyTick(strand, { weight, since, lines }, rollout);
  const { restarts, sample } = strand;
  const rows = lines.map((line, i): StrandRow => {
    const { n1, e1, n0, e0, group, inStage, exact } = line;
    return {
      ...{ percent: group.percent, stratum: group.stratum, n1, e1, n0, e0, w: shareOf(line) },
      ...(after[i] ?? { lnM: 0, lnS: 0 }),
      ...{ erred: encodeHashes(line.erred), seen1: encodeHashes(line.seen1), seen0: encodeHashes(line.seen0) },
      state: { ...{ weight, since, inStage, exact }, ...(restarts > 0 && { restarts }), ...(sample < 1 && { sample }) },
    };
  });
  return { rows, spending };
}

/** One tick, from reports or from the log; its people are known already. */
export function applyTick(
  strand: Strand,
  tick: Tick & { readonly lines: readonly (Line & Partial<Tally>)[] },
  { plan }: Pick<Rollout, 'plan'>,
): readonly { readonly lnM: number; readonly lnS: number }[] {
  const { process, after } = stepProcess(strand.process, tick, betsOf(plan));
  const inStage = tick.lines.filter((line) => line.inStage);
  const { stage1, stage0, ever1, ever0 } = strand.known;
  strand.process = process;
  strand.stage = grow(strand.stage, inStage, stage1.size, stage0.size);
  strand.totals = grow(strand.totals, inStage, ever1.size, ever0.size);
  return after;
}

function grow(before: BothArms, lines: readonly Line[], units1: number, units0: number): BothArms {
  const sum = (pick: (line: Line) => number) => lines.reduce((total, line) => total + pick(line), 0);
  return {
    treatment: { units: units1, errors: before.treatment.errors + sum((line) => line.e1) },
    control: { units: units0, errors: before.control.errors + sum((line) => line.e0) },
  };
}

/** What a strand says, for the row that is stored and shown. */
export function strandEvidence({ process, stage, totals }: Strand, rollout: Rollout): StrandEvidence {
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
    totals,
  };
}
