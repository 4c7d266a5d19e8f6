import type { Actor } from '../access/access.ts';
import type { Guard } from '../guard/guard.ts';
import type { Freeze } from './freeze.ts';
import type { ReasonCode } from './reason-codes.ts';

/** One step of a plan. */
export interface Stage {
  readonly percent: number;
  /** What lets the rollout leave the stage: evidence of safety, the bake time alone, or a person. */
  readonly advance: 'evidence' | 'time' | 'manual';
  /** The least time on the stage, ms. */
  readonly bakeMs: number;
  /** An evidence stage that is not clear by then holds and says so, ms. */
  readonly maxHoldMs: number;
}

/** A rollout's reusable recipe. */
export interface Plan {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** Ascending percents above 0 and at most 100; after the last the rollout goes to 100 and completes. */
  readonly stages: readonly Stage[];
  readonly guards: readonly Guard[];
  readonly revertTo: 'zero' | 'start';
  /** Chance that a harmless rollout is ever reverted; default 0.001. */
  readonly revertAlpha: number;
  /** Chance that a harmless rollout is ever paused by evidence; default 0.05. */
  readonly pauseAlpha: number;
  /** A stage clears when a ratio of error rates of `rhoBad` or worse is refuted at `beta`; defaults 3 and 0.05. */
  readonly rhoBad: number;
  readonly beta: number;
  /** Reverts need at least so many treatment units with errors (3) and such a difference of rates (0.001). */
  readonly minErrors: number;
  readonly minDifference: number;
  /** Share of control units whose success is reported. */
  readonly controlSample: number;
  readonly flushMs: number;
  readonly openMs: number;
  /** Each stage begins with everybody at risk again and a fresh process, at α divided by the stages: for high base rates. */
  readonly freshRiskSet?: boolean;
  /** Outcomes that come with a client key are evidence like those of applications; else, as when absent, they can only pause. */
  readonly trustClientOutcomes?: boolean;
  /** Percent of the audience kept on the old version until the last stage's bake ends: no stage goes above 100 − this. */
  readonly holdback?: number;
  /** When nothing advances; reverts and pauses always happen. */
  readonly freeze?: readonly Freeze[];
}

export type RolloutState = 'pending' | 'running' | 'holding' | 'paused' | 'completed' | 'reverted' | 'aborted';
export const ENDED: ReadonlySet<RolloutState> = new Set(['completed', 'reverted', 'aborted']);

/** Another rollout of the project, and where it is. */
export interface RolloutReference {
  readonly rollout: string;
  readonly environment: string;
}

/** Why a rollout is not moving, or how it ended. */
export interface StateReason {
  /** Stable; says more than the text to a program. */
  readonly code: ReasonCode;
  /** One plain sentence. */
  readonly text: string;
  readonly since: number;
}

/** One raising of one rule's percent, of one flag in one environment, for one release. */
export interface Rollout {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly rule: string;
  readonly release: string;
  /** The plan as it was when the rollout started; a holdback is already taken off its stages. */
  readonly plan: Plan;
  /** It begins when that one completed, and is aborted when that one ends otherwise. */
  readonly after?: RolloutReference;
  /** It has raised nothing yet: it waits for `after`, or for the end of a freeze. Its stage is −1. */
  readonly waiting?: true;
  /** Those that wait, or waited, for this one. */
  readonly before?: readonly RolloutReference[];
  readonly state: RolloutState;
  readonly reason: StateReason | null;
  /** Index into the plan's stages; −1 before the first, stages.length when complete. */
  readonly stage: number;
  /** What the rule's percent was before, and what we last set it to. */
  readonly startPercent: number;
  readonly percent: number;
  readonly startedAt: number;
  readonly startedBy: Actor;
  /** Why the latch was overridden, if it was. */
  readonly forced: string | null;
  /** When this stage's percent was set, and since when its bake time runs. */
  readonly stageSince: number;
  readonly bakeSince: number;
  readonly endedAt: number | null;
  /** Exposures were seen to fall to nothing after the revert. */
  readonly confirmedAt: number | null;
  /** The rule as we last wrote it, without percent: what a person's edit is told by. */
  readonly ruleDigest: string;
  /** The guard's process state; see rollout/evidence. Opaque to everything else, JSON. */
  readonly evidence: unknown;
  /** What happened, in the order in which it was stored; a revert that was stored late has the time at which it was decided. */
  readonly timeline: readonly { readonly at: number; readonly event: string; readonly text: string; readonly actor: string }[];
}

/** One row of a rollout's batch log: what one tick folded of one (percent seen, stratum), and where the processes stood after it. */
export interface Batch {
  readonly rollout: string;
  readonly seq: number;
  readonly at: number;
  readonly stage: number;
  readonly percent: number;
  readonly stratum: string;
  /** Units at risk and first errors, treatment (1) and control (0). */
  readonly n1: number;
  readonly e1: number;
  readonly n0: number;
  readonly e0: number;
  /** The treatment's share among the units at risk. */
  readonly w: number;
  /** Evidence towards revert (ln M) and towards advance (ln S) after this batch. */
  readonly lnM: number;
  readonly lnS: number;
  /** Process-internal numbers that a replay needs, JSON. */
  readonly state: unknown;
  /** Unit hashes (base64, 8 bytes each) whose first error this batch saw, and those new to the stage by arm. */
  readonly erred: string;
  readonly seen1: string;
  readonly seen0: string;
}

/**
 * What one minute of a rollout's batch log counted in both arms: units at risk and first errors, as its rows have them, without what
 * anyone can send. A minute in which nobody was at risk is left out.
 */
export interface ArmMinute extends Pick<Batch, 'rollout' | 'n1' | 'e1' | 'n0' | 'e0'> {
  /** Start of the minute, ms. */
  readonly minute: number;
}
