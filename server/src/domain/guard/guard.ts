/** What a guard does when its evidence is in. */
export type GuardAction = 'observe' | 'pause' | 'back' | 'revert' | 'kill';

/** How a guard whose action is `back` steps back; both are refused beside any other action. */
export interface StepsBack {
  /** How long the rollout stays on the lower stage before it may advance again, ms; 10 minutes unless said. */
  readonly coolDownMs?: number;
  /** How often it may step back and try again; the evidence after that reverts. 2 unless said. */
  readonly retries?: number;
}
export const STEPS_BACK: Required<StepsBack> = { coolDownMs: 600_000, retries: 2 };

/** Compares treatment's and control's failed units as our SDKs report them (guard.md sections 1–3). */
export interface OutcomeGuard extends StepsBack {
  readonly kind: 'outcomes';
  readonly key: string;
  readonly action: GuardAction;
  /** The ratio of error rates that is tolerated, ρ₀ ≥ 1. */
  readonly tolerated: number;
}

/** Compares how many units are slower than up to three cut-offs, treatment's with control's. */
export interface LatencyGuard extends StepsBack {
  readonly kind: 'latency';
  readonly key: string;
  readonly action: GuardAction;
  /** The tolerated ratio of the shares that are slower, ≥ 1; of their odds where more than 20 % are. */
  readonly tolerated: number;
  /** Ascending, ms. `auto`: the p50, p90 and p99 of the hour before the start; a rollout has them as numbers. */
  readonly cutoffsMs: readonly number[] | 'auto';
}

/** Tests events per second, read from a metric source, against an absolute limit. */
export interface RateGuard extends StepsBack {
  readonly kind: 'rate';
  readonly key: string;
  readonly action: GuardAction;
  /** Key of a metric source of the project. */
  readonly source: string;
  /** Asks for the number of events in the window. */
  readonly events: string;
  /** The tolerated rate λ₀, above 0. */
  readonly limitPerSecond: number;
  /** As a query guard's. */
  readonly windowMs: number;
  readonly lagMs: number;
  readonly maxAgeMs: number;
}

/** Pauses after several bad readings in a row of a number that brings no counts. No statistics: it knows no chance of error. */
export interface ThresholdGuard extends StepsBack {
  readonly kind: 'threshold';
  readonly key: string;
  readonly action: 'observe' | 'pause';
  /** Key of a metric source of the project. */
  readonly source: string;
  /** Asks for the number. */
  readonly value: string;
  /** A reading above it is bad. */
  readonly limit: number;
  /** So many bad readings in a row. */
  readonly consecutive: number;
  /** As a query guard's. */
  readonly windowMs: number;
  readonly lagMs: number;
  readonly maxAgeMs: number;
}

/**
 * Tests errors out of a total, read from a metric source: against an absolute limit, or, where a text contains `{arm}`, the
 * treatment's against control's in the same window. It counts requests: users who come again are not corrected for.
 */
export interface QueryGuard extends StepsBack {
  readonly kind: 'query';
  readonly key: string;
  readonly action: GuardAction;
  /** Key of a metric source of the project. */
  readonly source: string;
  /** What the source is asked for; its language is the source's. `{flag}`, `{environment}` and `{window}` are filled in. */
  readonly errors: string;
  readonly total: string;
  /** The tolerated error rate p₀, 0…1; 0 and unused with `{arm}`. */
  readonly limit: number;
  /** With `{arm}`: the ratio of error rates that is tolerated, ≥ 1; 1 when absent. */
  readonly tolerated?: number;
  /** Length of one window and distance between reads, ms. */
  readonly windowMs: number;
  /** How late the source's data comes, ms: windows end at now − lag. */
  readonly lagMs: number;
  /** Data older than this is stale, ms. */
  readonly maxAgeMs: number;
}

export type Guard = OutcomeGuard | LatencyGuard | SourceGuard;
/** Guards that read a metric source. */
export type SourceGuard = QueryGuard | RateGuard | ThresholdGuard;

/** Whether a guard reads a metric source. */
export function isSourceGuard(guard: Guard): guard is SourceGuard {
  return guard.kind === 'query' || guard.kind === 'rate' || guard.kind === 'threshold';
}

/** What a guard says at a tick. `unavailable` and `no-data` are never a pass. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'unavailable';

/** What a metric source answered for one window. */
export type Sample =
  /** `asOf`: ms of the newest data point, not of the reply. */
  | { readonly kind: 'ok'; readonly errors: number; readonly total: number; readonly asOf: number }
  | { readonly kind: 'no_data'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly permanent?: boolean; readonly retryAfterMs?: number };
