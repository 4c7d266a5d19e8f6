import type { Sample } from '../domain/guard/guard.ts';
import type { Adapter } from './reader.ts';
import { broken, countsOf, noData, refusalOf } from './sample.ts';

/**
 * Plain JSON over HTTP: GET of the source's URL, in which `{flag}`, `{environment}`, `{from}`, `{to}` (ms) and `{window}` (s) are
 * filled in. `errors` and `total` are JSON pointers (RFC 6901); empty ones mean `/errors` and `/total`. `/asOf` (ISO 8601 or ms)
 * says how new the newest data is; without it there is no data.
 */
export const json: Adapter = async ({ source, guard, flag, environment, from, to }, ask, now) => {
  const values: Record<string, string> = {
    flag,
    environment,
    from: String(from),
    to: String(to),
    window: String(guard.windowMs / 1_000),
  };
  const url = source.url.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
  const answer = await ask({ url });
  const refusal = refusalOf(answer, now());
  if (refusal !== null) return refusal;
  let document: unknown;
  try {
    document = JSON.parse(answer.text);
  } catch {
    return broken('the source did not answer JSON');
  }
  return sampleOf(document, { errors: guard.errors || '/errors', total: guard.total || '/total' }, now());
};

function sampleOf(document: unknown, pointers: { readonly errors: string; readonly total: string }, now: number): Sample {
  const total = at(document, pointers.total);
  if (total === undefined || total === null) return noData(`nothing at ${pointers.total}`);
  const asOf = at(document, '/asOf');
  return countsOf({
    errors: at(document, pointers.errors) ?? Number.NaN,
    total,
    asOf: typeof asOf === 'string' ? Date.parse(asOf) : asOf,
    now,
  });
}

/** The value that a JSON pointer names, or undefined. */
function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
