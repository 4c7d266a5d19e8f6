import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { BurgeeError, type ErrorCode } from '../../domain/errors.ts';
import type { ErrorShape } from './route.ts';

/** The only place that knows statuses. A code without a line here does not compile. */
export const PROBLEMS: Readonly<Record<ErrorCode, { readonly status: ContentfulStatusCode; readonly title: string }>> = {
  invalid: { status: 400, title: 'The request is not valid' },
  body_too_large: { status: 413, title: 'The body is too large' },
  body_too_deep: { status: 400, title: 'The body is nested too deeply or has too many keys' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  bad_path: { status: 400, title: 'The path is not in its plain form' },
  method_not_allowed: { status: 405, title: 'This resource does not take that method' },
  unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  forbidden: { status: 403, title: 'Not allowed' },
  csrf: { status: 403, title: 'The request does not come from the admin UI' },
  setup_required: { status: 503, title: 'Burgee is not set up yet' },
  setup_done: { status: 404, title: 'Burgee is already set up' },
  not_found: { status: 404, title: 'Not found' },
  exists: { status: 409, title: 'It exists already' },
  in_use: { status: 409, title: 'Something else depends on it' },
  conflict: { status: 412, title: 'It changed since it was read' },
  precondition_required: { status: 428, title: 'If-Match is missing' },
  rule_ambiguous: { status: 422, title: 'Several rules could be raised' },
  variant_required: { status: 422, title: 'A variant must be named' },
  flag_off: { status: 409, title: 'The flag is off' },
  flag_killed: { status: 409, title: 'The flag is killed' },
  flag_archived: { status: 409, title: 'The flag is archived' },
  rollout_active: { status: 409, title: 'Another release holds the rule' },
  rollout_ended: { status: 409, title: 'The rollout has ended' },
  release_latched: { status: 409, title: 'This release was reverted' },
  frozen: { status: 409, title: 'Nothing advances in a freeze' },
  guard_red: { status: 409, title: 'A guard fails before the start' },
  no_outcomes: { status: 409, title: 'No application reports outcomes here' },
  rate_limited: { status: 429, title: 'Too many requests' },
  source_refused: { status: 422, title: 'The outbound guard refuses this address' },
  unavailable: { status: 503, title: 'Not available right now' },
  read_only: { status: 503, title: 'The database does not take writes' },
  storage: { status: 503, title: 'The database failed' },
  internal: { status: 500, title: 'Something went wrong inside Burgee' },
};

/** Whatever was thrown, as an error that may be shown: unexpected ones say nothing but the id under which they were logged. */
export function shown(error: unknown, requestId: string): BurgeeError {
  if (error instanceof BurgeeError && error.code !== 'internal') return error;
  return new BurgeeError('internal', `unexpected error, logged as request ${requestId}`, { requestId }, error);
}

/**
 * The answer for an error. `conflict` is 412 where the caller said If-Match and 409 where it did not; `details.retryAfter`
 * (seconds) becomes Retry-After.
 */
export function problem(error: BurgeeError, about: { shape?: ErrorShape; ifMatch?: boolean; key?: string } = {}): Response {
  const { title } = PROBLEMS[error.code];
  const status = error.code === 'conflict' && !about.ifMatch ? 409 : PROBLEMS[error.code].status;
  const headers = new Headers({
    'content-type': about.shape === 'ofrep' ? 'application/json' : 'application/problem+json',
  });
  const { retryAfter, ...details } = error.details;
  if (typeof retryAfter === 'number') headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  if (status === 413) headers.set('connection', 'close');
  if (error.code === 'method_not_allowed' && Array.isArray(details.allow)) headers.set('allow', details.allow.join(', '));
  const body =
    about.shape === 'ofrep'
      ? ofrep(error, about.key)
      : { ...details, type: `urn:burgee:problem:${error.code}`, title, status, code: error.code, detail: error.message };
  return new Response(JSON.stringify(body), { status, headers });
}

/** OpenFeature's codes for refusals that are about the evaluation (OFREP 0.3.0); the others have none. */
const OFREP: Partial<Readonly<Record<ErrorCode, string>>> = {
  invalid: 'INVALID_CONTEXT',
  body_too_deep: 'PARSE_ERROR',
  body_too_large: 'PARSE_ERROR',
  unsupported_media_type: 'PARSE_ERROR',
  bad_path: 'PARSE_ERROR',
  not_found: 'FLAG_NOT_FOUND',
};

function ofrep(error: BurgeeError, key: string | undefined): object {
  const unreadable = error.code === 'invalid' && error.details.unreadable === true;
  const errorCode = unreadable ? 'PARSE_ERROR' : (OFREP[error.code] ?? 'GENERAL');
  return { ...(key === undefined ? {} : { key }), errorCode, errorDetails: error.message };
}
