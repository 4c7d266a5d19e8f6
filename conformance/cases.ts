import { readdirSync, readFileSync } from 'node:fs';
import type { Arm, EvaluationErrorCode, JsonValue, Override, Reason, Ruleset, RulesetFlag, RulesetSegment } from '@burgee/engine';

/** What an evaluation must answer; what is absent here must be absent there (revision and errorMessage are not compared). */
export interface Expectation {
  readonly value?: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  readonly rule?: string;
  readonly arm?: Arm;
  readonly rollout?: string;
  readonly prerequisite?: string;
  readonly errorCode?: EvaluationErrorCode;
}

/** One question to one flag, with its answer. */
export interface Case {
  /** Unique in its file. */
  readonly name: string;
  readonly flag: string;
  /** JSON, so that any implementation can read it. */
  readonly context: Readonly<Record<string, JsonValue>>;
  /** The time of the evaluation, ms since the epoch; DEFAULT_NOW when absent. */
  readonly now?: number;
  /** The caller's random number; DEFAULT_DRAW when absent. */
  readonly draw?: number;
  readonly expect: Expectation;
}

/** One file of `conformance/cases`: the cases of one topic and the ruleset that they ask. */
export interface CaseFile {
  /** The file's name without `.json`. */
  readonly topic: string;
  readonly about: string;
  /** False where the flags cannot be made through the admin API (broken, opaque, ramped), or a case sets now or draw. */
  readonly portable: boolean;
  readonly ruleset: Ruleset;
  readonly cases: readonly Case[];
}

export const DEFAULT_NOW = Date.UTC(2026, 10, 23, 12);
export const DEFAULT_DRAW = 0.5;

interface Written {
  readonly about: string;
  readonly portable?: boolean;
  readonly flags: readonly RulesetFlag[];
  readonly segments: readonly RulesetSegment[];
  readonly overrides?: readonly Override[];
  readonly overridesApplied?: readonly string[];
  readonly cases: readonly Case[];
}

/** Frozen answers of the hash, positions, percents, splits and draws; see the file's `about`. */
export interface Buckets {
  readonly murmur3: readonly { readonly text: string; readonly seed: number; readonly h: number }[];
  readonly cases: readonly {
    readonly salt: string;
    readonly id: string;
    readonly h: number;
    readonly position: number;
    readonly hVariant: number;
    readonly of1000: number;
    readonly of100: number;
    readonly of7: number;
  }[];
  readonly percents: readonly { readonly percent: number; readonly threshold: number }[];
  readonly inside: readonly {
    readonly salt: string;
    readonly id: string;
    readonly percent: number;
    readonly inside: boolean;
  }[];
  readonly splits: readonly {
    readonly salt: string;
    readonly id: string;
    readonly weights: readonly number[];
    readonly index: number;
  }[];
  readonly draws: readonly {
    readonly salt: string;
    readonly rule: string;
    readonly draw: number;
    readonly position: number;
    readonly hVariant: number;
  }[];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

/** `conformance/buckets.json`. */
export function loadBuckets(): Buckets {
  return readJson('buckets.json') as Buckets;
}

/** Every file of `conformance/cases`, by name. Flag keys are unique in a file, not among files. */
export function loadCases(): readonly CaseFile[] {
  const files = readdirSync(new URL('cases/', import.meta.url)).filter((file) => file.endsWith('.json'));
  return files.sort().map((file): CaseFile => {
    const { about, portable = true, cases, ...content } = readJson(`cases/${file}`) as Written;
    const ruleset: Ruleset = {
      schema: 1,
      project: 'conformance',
      environment: 'production',
      revision: { epoch: 1, n: 1 },
      ...content,
    };
    return { topic: file.slice(0, -'.json'.length), about, portable, ruleset, cases };
  });
}
