import type {
  AuditRecord,
  Environment,
  Flag,
  FlagState,
  Permission,
  Plan,
  Project,
  RolloutState,
  ScheduledChange,
  Segment,
  User,
} from '@burgee/server/api';

/** The shapes of the admin API's answers. */
export interface Me {
  readonly user: Omit<User, 'passwordHash'>;
  readonly permissions: readonly Permission[];
}
export interface ProjectRow {
  readonly project: Project;
  readonly version: number;
  readonly environments: readonly Environment[];
}
export interface RolloutMark {
  readonly id: string;
  readonly state: RolloutState;
  readonly percent: number;
  readonly stage: number;
}
export interface StateRow {
  readonly state: FlagState;
  readonly version: number;
  readonly rollout: RolloutMark | null;
  /** Start of the last minute in which anybody asked, ms; null: not in the last 90 days. */
  readonly lastEvaluated: number | null;
}
export interface FlagRow {
  readonly flag: Flag;
  readonly version: number;
  readonly states: readonly StateRow[];
}
export interface SegmentRow {
  readonly segment: Segment;
  readonly version: number;
}
/** Somebody who can answer for a flag. */
export interface OwnerRow {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
}
/** A change that waits for its time, with one sentence of what it does or what became of it. */
export interface ScheduledRow extends ScheduledChange {
  readonly version: number;
  readonly sentence: string;
}
/** Built-in plans have version 0. */
export interface PlanRow extends Omit<Plan, 'project'> {
  readonly version: number;
  readonly builtin: boolean;
}
export interface AuditPage {
  readonly entries: readonly AuditRecord[];
  readonly next: number | null;
}
/** One row of a rollout's batch log. */
export interface EvidenceRow {
  readonly seq: number;
  readonly at: number;
  readonly stage: number;
  readonly percent: number;
  readonly stratum: string;
  readonly n1: number;
  readonly e1: number;
  readonly n0: number;
  readonly e0: number;
  readonly w: number;
  readonly lnM: number;
  readonly lnS: number;
  /** Browsers reported it: counted apart, it can only pause. */
  readonly client: boolean;
  /** Units new to the stage, by arm, and the share of treatment among them that its percent should give, 0…1. */
  readonly seen1: number;
  readonly seen0: number;
  readonly wanted: number;
  /** For each cut-off of the plan's latency guard. */
  readonly slow: readonly { readonly n1: number; readonly e1: number; readonly n0: number; readonly e0: number }[];
}
