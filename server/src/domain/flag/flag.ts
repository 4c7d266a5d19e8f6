import type { BrowserAccess, FlagType, Prerequisite, Rule, Variant } from '@burgee/engine';

/** Why a flag exists; it decides how long it is expected to live. */
export type FlagKind = 'release' | 'experiment' | 'operational' | 'kill-switch' | 'permission';

/** A flag of a project: what it is. What it serves is its `FlagState` per environment. */
export interface Flag {
  readonly project: string;
  /** Immutable. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** Id of the user who answers for it, if any. */
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly kind: FlagKind;
  readonly type: FlagType;
  readonly variants: readonly Variant[];
  readonly browserAccess: BrowserAccess;
  /** Days after creation when it should be gone; null: it stays. */
  readonly lifetimeDays: number | null;
  readonly archived: boolean;
  readonly createdAt: number;
}

/** Who killed a flag, when and why. */
export interface Kill {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/** What a flag serves in one environment. Exists for every (flag, environment). */
export interface FlagState {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly enabled: boolean;
  readonly killed: Kill | null;
  readonly prerequisites: readonly Prerequisite[];
  /** Without `ramp`: marks are put on when the ruleset is built, from the active rollouts. */
  readonly rules: readonly Rule[];
  readonly defaultVariant: string;
  readonly offVariant: string;
}
