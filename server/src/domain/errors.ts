/** Every way Burgee refuses. Callers branch on codes, people read messages; `http/problems.ts` maps codes to statuses. */
export type ErrorCode =
  | 'invalid' // a field is wrong; details.fields says which and what would be right
  | 'body_too_large'
  | 'body_too_deep'
  | 'unsupported_media_type'
  | 'bad_path'
  | 'method_not_allowed' // details.allow
  | 'unauthenticated'
  | 'forbidden'
  | 'csrf'
  | 'setup_required'
  | 'setup_done'
  | 'not_found'
  | 'exists'
  | 'in_use' // something else refers to it; details.by
  | 'conflict' // the state moved since it was read (If-Match); details.current
  | 'precondition_required' // If-Match is missing
  | 'rule_ambiguous'
  | 'variant_required'
  | 'flag_off'
  | 'flag_killed'
  | 'flag_archived'
  | 'rollout_active' // another release holds the rule; details.rollout
  | 'rollout_ended'
  | 'release_latched'
  | 'frozen' // the plan's freeze lets nothing advance; details.until
  | 'guard_red' // a guard fails before the start; details.checks
  | 'no_outcomes' // the plan needs outcomes that no application reports; details.reporting
  | 'rate_limited'
  | 'source_refused' // the outbound guard refuses a host
  | 'unavailable'
  | 'read_only'
  | 'storage'
  | 'internal';

/** One wrong field of a request: where, and what would be right. */
export interface FieldError {
  /** JSON pointer-like path, `rules[0].percent`. */
  readonly field: string;
  readonly message: string;
}

/** The one error type outside evaluation. */
export class BurgeeError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BurgeeError';
    this.code = code;
    this.details = details;
  }
}

/** A refusal of one or more fields. */
export function invalid(...fields: FieldError[]): BurgeeError {
  return new BurgeeError('invalid', fields.map((f) => `${f.field}: ${f.message}`).join('; '), { fields });
}
