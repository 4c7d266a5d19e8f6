import { BurgeeError } from '../domain/errors.ts';
import type { Sample } from '../domain/guard/guard.ts';
import type { OutboundAnswer } from '../domain/ports.ts';

export const noData = (reason: string): Sample => ({ kind: 'no_data', reason });
export const unavailable = (reason: string): Sample => ({ kind: 'unavailable', reason });
/** A mistake that waiting does not mend: a bad query, a wrong key. */
export const broken = (reason: string): Sample => ({ kind: 'unavailable', reason, permanent: true });

/** Clocks of two machines may differ by so much before data counts as from the future, ms. */
const SKEW_MS = 60_000;

/** Two counts become a sample only when they can be counts of one window: anything else is `unavailable`, never a number. */
export function countsOf(input: {
  readonly errors: unknown;
  readonly total: unknown;
  readonly asOf: unknown;
  readonly now: number;
}): Sample {
  const { errors, total, asOf, now } = input;
  for (const [name, value] of Object.entries({ errors, total })) {
    if (typeof value !== 'number' || !Number.isFinite(value)) return noData(`${name} is not a number`);
    if (value < 0) return unavailable(`${name} is negative (${value})`);
  }
  if (typeof asOf !== 'number' || !Number.isFinite(asOf)) return noData('the answer does not say how new its data is');
  if (asOf > now + SKEW_MS) return unavailable(`the data is from the future (${new Date(asOf).toISOString()})`);
  if ((errors as number) > (total as number)) return unavailable(`more errors (${errors}) than total (${total})`);
  return { kind: 'ok', errors: errors as number, total: total as number, asOf: Math.min(asOf, now) };
}

/** What an HTTP status says about the source, or null when its body is to be read. */
export function refusalOf(answer: OutboundAnswer, now: number): Sample | null {
  const { status } = answer;
  if (status === 200) return null;
  if (status === 204) return noData('the source answered 204, no content');
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfter(answer.headers.get('retry-after'), now);
    const reason = `the source answered ${status}`;
    return retryAfterMs === null ? unavailable(reason) : { kind: 'unavailable', reason, retryAfterMs };
  }
  if (status >= 500) return unavailable(`the source answered ${status}`);
  return broken(`the source answered ${status}`);
}

/** Retry-After as ms from now (seconds or a date), clamped to 1 s … 5 min; null when it says nothing. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1_000), 300_000) : null;
}

/** A failed request as a sample. */
export function failureOf(error: unknown): Sample {
  if (error instanceof BurgeeError && error.code === 'source_refused') return broken(error.message);
  return unavailable(error instanceof Error ? error.message : 'no answer');
}
