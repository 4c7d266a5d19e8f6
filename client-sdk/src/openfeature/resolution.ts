import { ErrorCode, type EvaluationContext, type FlagMetadata, type ResolutionDetails } from '@openfeature/core';

/** An answer as a client gives it, on servers or in a page. */
export interface Answer {
  readonly value: unknown;
  readonly variant?: string;
  readonly reason: string;
  readonly rule?: string;
  readonly revision: { readonly epoch: number; readonly n: number } | null;
  readonly rollout?: string;
  readonly arm?: string;
  readonly prerequisite?: string;
  readonly override?: true;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** What a value of each OpenFeature type is asked with: the type asked for is the default's. */
export const PROBES = { boolean: false, string: '', number: 0, object: null } as const;

/** An answer in OpenFeature's shape, the caller's default on every error. */
export function resolutionOf<T>(answer: Answer, fallback: T, setId?: string): ResolutionDetails<T> {
  const { value, variant, reason, errorCode, errorMessage } = answer;
  const flagMetadata = metadataOf(answer);
  if (setId !== undefined) flagMetadata.flagSetId = setId;
  if (errorCode !== undefined) {
    const told = errorMessage === undefined ? {} : { errorMessage };
    return { value: fallback, reason, errorCode: codeOf(errorCode), ...told, flagMetadata };
  }
  return { value: value as T, ...(variant === undefined ? {} : { variant }), reason, flagMetadata };
}

function codeOf(code: string): ErrorCode {
  return ErrorCode[code as keyof typeof ErrorCode] ?? ErrorCode.GENERAL;
}

/** `version` and `flagSetId` are the words that OpenFeature's own telemetry hooks look for. */
function metadataOf({ rule, revision, rollout, arm, prerequisite, override }: Answer): FlagMetadata {
  const metadata: FlagMetadata = {};
  if (rule !== undefined) metadata.rule = rule;
  if (revision !== null) {
    metadata.revision = `${revision.epoch}.${revision.n}`;
    metadata.version = metadata.revision;
  }
  if (rollout !== undefined) metadata.rollout = rollout;
  if (arm !== undefined) metadata.arm = arm;
  if (prerequisite !== undefined) metadata.prerequisite = prerequisite;
  if (override) metadata.override = true;
  return metadata;
}

/** OpenFeature merges its contexts into an object even where nobody gave one; then the context of the run counts. */
export function givenContext(context: EvaluationContext): EvaluationContext | undefined {
  if (typeof context !== 'object') return undefined;
  try {
    for (const _ in context) return context;
  } catch {
    return context;
  }
  return undefined;
}
