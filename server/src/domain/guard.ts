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

/** Tests errors out of a total, read from a metric source, against an absolute limit (section 4). */
export interface QueryGuard extends StepsBack {
  readonly kind: 'query';
  readonly key: string;
  readonly action: GuardAction;
  /** Key of a metric source of the project. */
  readonly source: string;
  /** What the source is asked for; its language is the source's. `{flag}`, `{environment}` and `{window}` are filled in. */
  readonly errors: string;
  readonly total: string;
  /** The tolerated error rate p₀, 0…1. */
  readonly limit: number;
  /** Length of one window and distance between reads, ms. */
  readonly windowMs: number;
  /** How late the source's data comes, ms: windows end at now − lag. */
  readonly lagMs: number;
  /** Data older than this is stale, ms. */
  readonly maxAgeMs: number;
}

export type Guard = OutcomeGuard | QueryGuard;

/** What a guard says at a tick. `unavailable` and `no-data` are never a pass. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'unavailable';

/** What a metric source answered for one window. */
export type Sample =
  /** `asOf`: ms of the newest data point, not of the reply. */
  | { readonly kind: 'ok'; readonly errors: number; readonly total: number; readonly asOf: number }
  | { readonly kind: 'no_data'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly permanent?: boolean; readonly retryAfterMs?: number };
