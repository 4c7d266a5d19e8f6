import type { Plan, Rollout } from '../rollout/rollout.ts';
import type { Incident } from './control-rate.ts';
import { type LatencyProcess, newLatency } from './latency.ts';
import { type Mixture, NEW_MIXTURE } from './mixture.ts';
import type { OpenList } from './open-exposures.ts';
import type { Bets } from './process.ts';
import { NOTHING_SPENT, type Spending } from './start-weights.ts';

/** Distinct units of one arm, and how many of them failed. */
export interface Figures {
  readonly units: number;
  readonly errors: number;
}
export interface BothArms {
  readonly treatment: Figures;
  readonly control: Figures;
}
export const NO_FIGURES: BothArms = { treatment: { units: 0, errors: 0 }, control: { units: 0, errors: 0 } };

/** What a query guard has learnt from its source. */
export interface QueryState {
  readonly mixture: Mixture;
  readonly spending: Spending;
  /** End of the newest window that was judged, ms; the next begins there. */
  readonly to: number;
  /** The newest judged window: its start, errors, total and data's age. */
  readonly newest: {
    readonly from: number;
    readonly errors: number;
    readonly total: number;
    readonly asOf: number;
    /** Where the arms are compared: then the numbers above are the treatment's. */
    readonly control?: { readonly errors: number; readonly total: number };
  } | null;
  /** Steps back that the mixture began anew after; absent: none. */
  readonly restarts?: number;
  /** Bad readings in a row, of a threshold. */
  readonly bad?: number;
  /** Why the last read told nothing, since when. */
  readonly trouble: {
    readonly kind: 'unavailable' | 'no-data' | 'stale';
    readonly text: string;
    readonly since: number;
    readonly retryAt: number;
    readonly permanent: boolean;
  } | null;
}

/** What one strand of evidence says. */
export interface StrandEvidence {
  readonly mixture: Mixture;
  readonly lnM: number;
  readonly lnS: number;
  /** Treatment's errors and the difference of rates since the start time that weighs most. */
  readonly heaviest: { readonly errors: number; readonly difference: number };
  /** Distinct units since this stage began, and ln E that they are split as the percent says. */
  readonly stage: BothArms & { readonly since: number; readonly lnMismatch: number };
  readonly totals: BothArms;
}

/** What came with client keys, where the plan does not trust them: a strand of its own, which can pause and nothing else. */
export interface ClientEvidence extends StrandEvidence {
  /** When its newest row was logged, ms. */
  readonly at: number;
  readonly spending: Spending;
}

/** A rollout's stored evidence: JSON, together with the batch log all that a new holder needs. */
export interface Evidence extends StrandEvidence {
  readonly schema: 1;
  /** The newest batch row, and the tick it belongs to. */
  readonly seq: number;
  readonly tick: number;
  /** When reports that are evidence were last folded, ms. */
  readonly at: number | null;
  /** When units last came, and treatment units at the stage's percent. */
  readonly unitsAt: number | null;
  readonly treatedAt: number | null;
  readonly spending: Spending;
  /** null: nothing came. */
  readonly client: ClientEvidence | null;
  /** Control fails clearly more than before: the world, not this flag. */
  readonly incident: Incident | null;
  readonly unattributed: number;
  readonly open: OpenList;
  /** Highest folded sequence of each reporting process, and when: reports reorder. */
  readonly instances: Readonly<Record<string, { readonly sequence: number; readonly at: number }>>;
  readonly queries: Readonly<Record<string, QueryState>>;
  readonly latency: LatencyProcess;
  readonly latencySpending: Spending;
  /** Automatic steps back so far, each of which began the processes anew at half the chance; nothing advances before, ms. */
  readonly restarts: number;
  readonly coolUntil: number | null;
  /** Guards whose pause a person has overruled by resuming. */
  readonly overruled: readonly string[];
  /** The present hold was announced; the failing evidence of an edited rollout was paged. */
  readonly announced: boolean;
  readonly paged: boolean;
}

export const NO_EVIDENCE: Evidence = {
  schema: 1,
  seq: 0,
  tick: 0,
  at: null,
  unitsAt: null,
  treatedAt: null,
  mixture: NEW_MIXTURE,
  spending: NOTHING_SPENT,
  lnM: 0,
  lnS: 0,
  heaviest: { errors: 0, difference: 0 },
  stage: { ...NO_FIGURES, since: 0, lnMismatch: 0 },
  totals: NO_FIGURES,
  client: null,
  incident: null,
  unattributed: 0,
  open: [],
  instances: {},
  queries: {},
  latency: newLatency(0),
  latencySpending: NOTHING_SPENT,
  restarts: 0,
  coolUntil: null,
  overruled: [],
  announced: false,
  paged: false,
};

/** A tick asks several times. */
const read = new WeakMap<object, Evidence>();

/** What a rollout's `evidence` holds. */
export function evidenceOf(rollout: Pick<Rollout, 'evidence'>): Evidence {
  const stored = rollout.evidence as Partial<Evidence> | null | undefined;
  if (typeof stored !== 'object' || stored === null) return NO_EVIDENCE;
  const whole = read.get(stored);
  if (whole) return whole;
  const evidence = stored.schema === 1 ? { ...NO_EVIDENCE, ...stored } : NO_EVIDENCE;
  read.set(stored, evidence);
  return evidence;
}

/** What a plan bets on: the tolerated ratio of its outcome guard, and the ratio that a stage must refute. */
export function betsOf(plan: Plan): Bets {
  const guard = plan.guards.find(({ kind }) => kind === 'outcomes');
  return { tolerated: guard?.kind === 'outcomes' ? guard.tolerated : 1, rhoBad: plan.rhoBad };
}

/**
 * The bars of a plan's evidence: ln(m/α) to revert and to pause, ln(1/β) to advance; m guards share α. After each step back the
 * processes begin anew at half the α before; where each stage has a risk set of its own, the stages share α.
 */
export function barsOf(plan: Plan, restarts = 0): { readonly revert: number; readonly pause: number; readonly advance: number } {
  const m = Math.max(1, plan.guards.length) * (plan.freshRiskSet === true ? Math.max(1, plan.stages.length) : 1) * 2 ** restarts;
  const { revertAlpha, pauseAlpha, beta } = plan;
  const bar = (alpha: number, otherwise: number) => Math.log(m / (alpha > 0 && alpha < 1 ? alpha : otherwise));
  return {
    revert: bar(revertAlpha, 0.001),
    pause: bar(pauseAlpha, 0.05),
    advance: Math.log(1 / (beta > 0 && beta < 1 ? beta : 0.05)),
  };
}

/** The chance that a bar stands for: that of one guard. */
export function chanceOf(bar: number): number {
  return Math.exp(-bar);
}
