import { BurgeeError } from '../../domain/errors.ts';

/** Encoded or doubled separators, matrix parameters, backslashes and what a browser would never send unencoded. */
const TRICKS = /\/\/|%2f|%5c|%00|[;\\<>"^`{|}\s]|[^\x21-\x7e]/i;
const DOTS = /^(\.|%2e){1,2}$/i;

/**
 * Refuses a request target that two readers could understand differently: `target` is the raw one, before any normalisation.
 * Throws `bad_path`.
 */
export function plainPath(target: string): void {
  const cut = target.search(/[?#]/);
  const path = cut < 0 ? target : target.slice(0, cut);
  if (!path.startsWith('/') || target.includes('#') || TRICKS.test(path) || path.split('/').some((part) => DOTS.test(part)))
    throw new BurgeeError('bad_path', 'the path must start with one slash and have no empty, dot or encoded-slash segments');
  try {
    decodeURIComponent(path);
  } catch (cause) {
    throw new BurgeeError('bad_path', 'the path has a percent sign that is not followed by valid UTF-8', {}, cause);
  }
}

/** First segments that programs call: what is unknown below them is a 404, never the admin UI. */
const PROGRAMS = /^\/(api|sdk|ofrep|unleash|flagd|hooks|gates|ingest|metrics|healthz|readyz|openapi\.json|docs|assets)(\/|$)/i;

/** Whether a path belongs to programs and not to pages. */
export function isForPrograms(path: string): boolean {
  return PROGRAMS.test(path);
}
