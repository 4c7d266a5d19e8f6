import type { UnitHash } from '@burgee/engine';
import type { Counts } from './comparison.ts';
import { UnitSet } from './unit-set.ts';

/** What one tick has of one (percent seen, stratum): units as they were reported, repeats included. */
export interface Group {
  readonly percent: number;
  readonly stratum: string;
  /** Closed, failed or not; of control only the sampled ones. */
  readonly closed1: UnitHash[];
  readonly closed0: UnitHash[];
  /** Failed; of control every one, sampled or not. */
  readonly failed1: UnitHash[];
  readonly failed0: UnitHash[];
}

/** Who is known of a rollout. Rebuilt from the batch log when the rollout changes hands. */
export interface Known {
  /** Erred once: out of the risk set for the rest of the rollout. */
  readonly erred: UnitSet;
  /** Active at the stage's percent since it began, by arm. */
  readonly stage1: UnitSet;
  readonly stage0: UnitSet;
  /** The same over all stages. */
  readonly ever1: UnitSet;
  readonly ever0: UnitSet;
}

export function nobody(): Known {
  return {
    erred: new UnitSet(),
    stage1: new UnitSet(),
    stage0: new UnitSet(),
    ever1: new UnitSet(),
    ever0: new UnitSet(),
  };
}

/** The same people at a new stage. */
export function atNewStage(known: Known): Known {
  return { ...known, stage1: new UnitSet(), stage0: new UnitSet() };
}

export interface Tally extends Counts {
  /** First errors of this batch, counted in it or not. */
  readonly erred: readonly UnitHash[];
  /** New to the stage, by arm; empty for a percent other than the stage's. */
  readonly seen1: readonly UnitHash[];
  readonly seen0: readonly UnitHash[];
}

/**
 * Counts a group and remembers its people: n are distinct units that have not erred before, e those whose first error this
 * is. A control unit that failed unsampled counts nowhere, it only leaves the risk set.
 */
export function tally(group: Group, known: Known, inStage: boolean): Tally {
  const active1 = distinct([group.closed1, group.failed1]);
  const active0 = distinct([group.closed0]);
  const failed1 = distinct([group.failed1]).units;
  const failed0 = distinct([group.failed0]).units;
  const atRisk = (units: readonly UnitHash[]) => units.filter((unit) => !known.erred.has(unit));
  const n1 = atRisk(active1.units).length;
  const n0 = atRisk(active0.units).length;
  const first1 = atRisk(failed1);
  const first0 = atRisk(failed0);
  const erred = [...first1, ...first0].filter((unit) => known.erred.add(unit));
  return {
    n1,
    e1: first1.length,
    n0,
    e0: first0.filter((unit) => active0.set.has(unit)).length,
    erred,
    seen1: inStage ? meet(active1.units, known.stage1, known.ever1) : [],
    seen0: inStage ? meet(active0.units, known.stage0, known.ever0) : [],
  };
}

/** Those new to the stage; all are remembered. */
export function meet(units: readonly UnitHash[], stage: UnitSet, ever: UnitSet): UnitHash[] {
  return units.filter((unit) => {
    ever.add(unit);
    return stage.add(unit);
  });
}

function distinct(lists: readonly (readonly UnitHash[])[]): { units: UnitHash[]; set: UnitSet } {
  const set = new UnitSet(lists.reduce((sum, list) => sum + list.length, 0));
  const units: UnitHash[] = [];
  for (const list of lists) for (const unit of list) if (set.add(unit)) units.push(unit);
  return { units, set };
}
