/**
 * What travels between the server and Burgee's own SDKs. Types only, so that both ends share one definition.
 *
 * A ruleset and a delta travel in an envelope whose text is exactly `{"sha256":"<64 hex digits>","<kind>":<body>}` with kind
 * `ruleset` or `delta`; the digest is over the bytes of `<body>` as sent, which is the text from after the colon to before
 * the last brace. The same text is the body of `GET /sdk/ruleset`, the data of the stream's events, and the SDK's file.
 *
 * Stream events: `snapshot` (ruleset envelope), `delta` (delta envelope), `heartbeat` (Revision), `override` (Override),
 * `goodbye` (`{"retryMs":n}`). `snapshot` and `delta` carry `id: <epoch>.<n>`; ETags are `"<epoch>.<n>"`.
 */
import type { FlagType, Override, Revision, RulesetFlag, RulesetSegment } from './types.ts';

/** From `n - 1` to `n` of one epoch. A flag or segment present in `flags`/`segments` replaces the one with its key. */
export interface Delta {
  readonly schema: 1;
  readonly revision: Revision;
  readonly flags: readonly RulesetFlag[];
  readonly segments: readonly RulesetSegment[];
  readonly removedFlags: readonly string[];
  readonly removedSegments: readonly string[];
  readonly overrides?: readonly Override[];
  readonly overridesApplied?: readonly string[];
}

/** Distinct 64-bit unit hashes (see units.ts): base64 of their 8-byte little-endian forms, one after another. */
export type Hashes = string;

/** Units of one rollout that met one arm under one percent. */
export interface ArmReport {
  readonly arm: 'treatment' | 'control';
  /** The rule's percent that the units saw when their exposure opened. */
  readonly percent: number;
  /** Still open when sent: a server that never hears of them again counts them as failed after `openMs`. */
  readonly opened: Hashes;
  /** Closed since the last report, failed or not; of control only the sampled ones. */
  readonly closed: Hashes;
  /** Of the units that closed, those whose work failed; of control every one, sampled or not. */
  readonly failed: Hashes;
  /** One list per latency cut-off of the ramp: units with work slower than it; of control only the sampled ones. */
  readonly slow: readonly Hashes[];
}

/** What one process saw of one rollout since its last report. */
export interface RolloutReport {
  readonly rollout: string;
  readonly arms: readonly ArmReport[];
  /** Outcomes that met no arm; counted, never judged. */
  readonly unattributed: number;
}

/**
 * How one unit of a ramped rule fared in a browser. The server works the arm out itself, with the newest percent, hashes the unit
 * at once and forgets it; a unit that is not in the rule's audience must not be sent.
 */
export interface ClientOutcome {
  /** `rollout` of the evaluation, or of its OFREP metadata; of a flag that browsers may see. */
  readonly rollout: string;
  /** The unit as it is: the value, as text, of the attribute that the OFREP metadata names in `by`. 1–200 characters. */
  readonly unit: string;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** How often one flag answered one variant by one rule. `rule` is null for the default and off variants. */
export interface CountReport {
  readonly flag: string;
  readonly rule: string | null;
  readonly variant: string;
  readonly count: number;
}

/** A HyperLogLog (sketch.ts) of the units in a rule's audience or in a segment. */
export interface SketchReport {
  readonly flag?: string;
  readonly rule?: string;
  readonly segment?: string;
  /** base64 of the sketch's 1,024 registers. */
  readonly registers: string;
}

/** A flag that was asked for and is not in the environment. */
export interface UnknownFlagReport {
  readonly flag: string;
  /** As the caller's default has it. */
  readonly type: FlagType;
  /** The caller's default as JSON; null where that is longer than 256 characters or there is none. */
  readonly fallback: string | null;
  /** How often since the last report. */
  readonly count: number;
}

/**
 * `POST /sdk/reports`. Once a minute; every `flushMs` while a rule is ramped. `(instance, sequence)` is stored once, so a
 * retry is harmless; the server answers 202 only when it is stored.
 */
export interface Report {
  readonly schema: 1;
  /** Random per process, 16–64 URL-safe characters. */
  readonly instance: string;
  /** 1, 2, 3 … per instance. */
  readonly sequence: number;
  /** `burgee-node/0.1.0` */
  readonly sdk: string;
  /** The caller's application and platform: evidence is never mixed across them. */
  readonly app: string;
  readonly platform: string;
  /** What the SDK holds; a higher n of the same epoch than the server's tells it that it was restored from an old copy. */
  readonly revision: Revision | null;
  /** Length of the time covered, ms. */
  readonly spanMs: number;
  readonly counts: readonly CountReport[];
  readonly sketches: readonly SketchReport[];
  /** Units of work, those that failed, and their latencies in the buckets of latency.ts. Those of client keys are kept apart. */
  readonly work: { readonly total: number; readonly failed: number; readonly latency: readonly number[] } | null;
  /** Names of attributes that contexts had, never their values. */
  readonly attributes: readonly string[];
  /** With a server key. Those that a client key sends are ignored, and counted: it may claim any arm. */
  readonly rollouts: readonly RolloutReport[];
  /**
   * With a client key only, at most 1,000; refused with a server key. Anyone can send these, so they can pause a rollout and never
   * revert or advance one, unless its plan trusts them.
   */
  readonly outcomes?: readonly ClientOutcome[];
  /** At most 100, those asked for most; once a minute. From a client key it is not looked at. */
  readonly unknown?: readonly UnknownFlagReport[];
}
