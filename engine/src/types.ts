/**
 * What a flag means. These hand-written types are the truth about flags everywhere in Burgee: the server stores them, the
 * ruleset carries them, the SDKs evaluate them. Keys that people choose never become properties of an object.
 */

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a flag's variants hold. A boolean flag has the variants `on` (true) and `off` (false). */
export type FlagType = 'boolean' | 'string' | 'number' | 'json';

/** What browsers may learn of a flag: nothing, its evaluated value, or its rules as well (then they are public). */
export type BrowserAccess = 'none' | 'values' | 'rules';

/** A named value of a flag. */
export interface Variant {
  readonly key: string;
  readonly value: JsonValue;
}

/** Comparison of one attribute with the values of a condition. */
export type Operator =
  | 'in'
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'matches'
  | 'num_eq'
  | 'num_gt'
  | 'num_gte'
  | 'num_lt'
  | 'num_lte'
  | 'date_before'
  | 'date_after'
  | 'semver_eq'
  | 'semver_gt'
  | 'semver_gte'
  | 'semver_lt'
  | 'semver_lte'
  | 'in_cidr'
  | 'exists';

/**
 * A leaf condition: holds when the attribute compares with any of the values; a list attribute when any element does.
 * A missing attribute or one of the wrong type does not hold. `negate` turns the result round, also for a missing attribute.
 * `currentTime`, when the context lacks it, is the time of the evaluation. `exists` takes no values.
 */
export interface Leaf {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly (string | number | boolean)[];
  readonly negate?: boolean;
  /** For `in`, `starts_with`, `ends_with`, `contains` and `matches`. */
  readonly ignoreCase?: boolean;
}

/**
 * A condition: a leaf, a group, or something an import brought that Burgee does not know. An opaque part, and a leaf with an
 * unknown operator, never holds, negated or not. `all` of nothing holds, `any` of nothing does not. Groups nest at most 16 deep.
 */
export type Condition =
  | Leaf
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly opaque: JsonValue };

/** A rule's reference to a segment. A segment that is missing from the ruleset never holds, negated or not. */
export interface SegmentReference {
  readonly segment: string;
  readonly negate?: boolean;
}

/** A weighted choice between variants. Weights are non-negative integers with a positive sum (1000 when made here). */
export interface Split {
  /** Bucketing attribute; the rule's when absent. */
  readonly by?: string;
  /** The rule's when absent. */
  readonly salt?: string;
  readonly weights: readonly { readonly variant: string; readonly weight: number }[];
}

/** A rule serves one variant or a split. */
export type Serve = { readonly variant: string } | { readonly split: Split };

/** Says that a rule is being ramped by a rollout: SDKs then report units and outcomes. */
export interface Ramp {
  /** The rollout's id; also the salt of its unit hashes. */
  readonly rollout: string;
  /** Share of control units that are reported when nothing failed, 0…1. */
  readonly controlSample: number;
  /** How often SDKs send reports, ms. */
  readonly flushMs: number;
  /** After this many ms an open exposure without an outcome counts as failed. */
  readonly openMs: number;
  /** When the percent last changed, ms since the epoch: opens are sent within 200 ms for 30 s from the SDK's receipt. */
  readonly changedAt: number;
  /** Latency cut-offs in ms, at most three; a unit of work above one counts as slow there. */
  readonly cutoffsMs: readonly number[];
}

/** Serves to the contexts that meet its conditions and fall into its percent; everyone else goes on to the next rule. */
export interface Rule {
  readonly id: string;
  readonly title?: string;
  readonly when?: Condition;
  readonly segments?: readonly SegmentReference[];
  /** 0…100 with at most three decimals. */
  readonly percent: number;
  /** Bucketing attribute. `default`: targeting key, else `userId`, else `sessionId`, else random. `random`: the caller's draw. */
  readonly by: string;
  /** The flag key when absent. */
  readonly salt?: string;
  readonly serve: Serve;
  readonly ramp?: Ramp;
}

/** Another flag that must serve one of `variants`, or this flag answers its off variant. */
export interface Prerequisite {
  readonly flag: string;
  readonly variants: readonly string[];
}

/** A flag as one environment's ruleset carries it. */
export interface RulesetFlag {
  readonly key: string;
  readonly type: FlagType;
  readonly variants: readonly Variant[];
  readonly browserAccess: BrowserAccess;
  readonly enabled: boolean;
  readonly killed: boolean;
  readonly prerequisites: readonly Prerequisite[];
  readonly rules: readonly Rule[];
  /** Served when the flag is on and no rule decided. */
  readonly defaultVariant: string;
  /** Served when the flag is off, killed, or a prerequisite fails. */
  readonly offVariant: string;
}

/** A named, shared condition. `number` is never reused. */
export interface RulesetSegment {
  readonly key: string;
  readonly number: number;
  readonly when: Condition;
}

/** Orders the states of one environment: a higher epoch wins, then a higher n. */
export interface Revision {
  readonly epoch: number;
  readonly n: number;
}

/** Lowers one rule at once, before the database can record it; holds until a ruleset lists its id in `overridesApplied`. */
export interface Override {
  readonly id: string;
  readonly flag: string;
  readonly rule: string;
  readonly percent: number;
}

/** What override tokens of one environment are verified with: the public half of an Ed25519 key. */
export interface OverrideKey {
  /** Tokens name it in their header; another key has another. */
  readonly id: string;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
}

/** Everything an SDK needs for one environment. */
export interface Ruleset {
  readonly schema: 1;
  readonly project: string;
  readonly environment: string;
  readonly revision: Revision;
  readonly flags: readonly RulesetFlag[];
  readonly segments: readonly RulesetSegment[];
  readonly overrides?: readonly Override[];
  readonly overridesApplied?: readonly string[];
  /** For server keys only, and where override tokens are in use. A delta leaves it as it is; where it changes there is a snapshot. */
  readonly overrideKey?: OverrideKey;
}

/** Who is asking. `targetingKey` identifies the unit; every other property is an attribute. Any value is survived. */
export interface EvaluationContext {
  readonly targetingKey?: string;
  readonly [attribute: string]: unknown;
}

/** Why an evaluation answered as it did (OpenFeature's words). */
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'ERROR';

/** What went wrong in an evaluation (OpenFeature's words). */
export type EvaluationErrorCode = 'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TYPE_MISMATCH' | 'PROVIDER_NOT_READY' | 'GENERAL';

/** The side of a ramped rule that a unit was on: inside its percent, or meeting its conditions outside it. */
export type Arm = 'treatment' | 'control';

/**
 * The answer to "what does this flag serve here". Shared between evaluations where nothing in it varies: never mutate it.
 * `value` is absent only with an `errorCode`.
 */
export interface Evaluation {
  readonly flag: string;
  readonly value?: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  /** The id of the rule that decided. */
  readonly rule?: string;
  readonly revision: Revision;
  /** The first ramped rule of this flag that the context met, and on which side. */
  readonly arm?: Arm;
  readonly rollout?: string;
  /** The prerequisite that failed. */
  readonly prerequisite?: string;
  readonly errorCode?: EvaluationErrorCode;
  readonly errorMessage?: string;
}
