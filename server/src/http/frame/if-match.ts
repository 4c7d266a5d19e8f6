import type { Context } from 'hono';
import { BurgeeError, invalid } from '../../domain/errors.ts';

/** The version that the caller read, from If-Match; undefined where it is missing. Throws `invalid`. */
export function optionalIfMatch(context: Context): number | undefined {
  const header = context.req.header('if-match');
  if (header === undefined) return undefined;
  const version = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw invalid({ field: 'If-Match', message: 'must be the quoted version that was read, as in "3"' });
  return Number(version);
}

/** The version that the caller read. Throws `precondition_required` where If-Match is missing, `invalid` where it is no version. */
export function ifMatch(context: Context): number {
  const version = optionalIfMatch(context);
  if (version === undefined)
    throw new BurgeeError('precondition_required', 'say If-Match: "<version>" with the version that was read');
  return version;
}
