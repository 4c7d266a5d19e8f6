import { backoffMs, extendedMs, retryAfterMs } from './backoff.ts';
import type { TransportFailure } from './transport.ts';

/** Why a request brought nothing usable. */
export interface Failure {
  readonly code:
    | TransportFailure['code']
    | 'timeout'
    | 'silent'
    | 'closed'
    | 'status'
    | 'redirect'
    | 'content-type'
    | 'damaged'
    | 'foreign'
    | 'older'
    | 'goodbye'
    | 'resync';
  readonly message: string;
  readonly status?: number;
  /** What the server asked for: no request at all before that. */
  readonly waitMs?: number;
}

const UNLIKELY_TO_HEAL = new Set([401, 403, 404]);

/** Whether time alone rarely heals it, so that attempts are minutes apart. */
export function isExtended(failure: Failure): boolean {
  return (
    failure.code === 'tls' ||
    failure.code === 'redirect' ||
    (failure.code === 'status' && UNLIKELY_TO_HEAL.has(failure.status ?? 0))
  );
}

/** The pause after the given number of failures in a row before this one. */
export function pauseMs(failure: Failure, failures: number, random: number): number {
  if (failure.waitMs !== undefined) return failure.waitMs;
  return isExtended(failure) ? extendedMs(random) : backoffMs(failures, random);
}

/** The failure that a status other than the wanted one means. */
export function statusFailure(input: {
  readonly what: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly now: number;
  readonly random: number;
}): Failure {
  const { what, status } = input;
  if (status >= 300 && status < 400) {
    return {
      code: 'redirect',
      status,
      message: `${what}: redirects are refused (${status}); give the server's own address as url`,
    };
  }
  const hint = status === 401 || status === 403 ? ': is the key right?' : '';
  const waitMs = retryAfterMs(input.retryAfter, input.now, input.random);
  const message = `${what}: HTTP ${status}${hint}`;
  return waitMs === undefined ? { code: 'status', status, message } : { code: 'status', status, message, waitMs };
}

/** The server goes away and has said when to come back: within 5 min, whatever it says. */
export function goodbye(message: unknown): Failure {
  const asked = typeof message === 'object' && message !== null && 'retryMs' in message ? Number(message.retryMs) : 0;
  const waitMs = Number.isFinite(asked) ? Math.min(300_000, Math.max(0, asked)) : 0;
  return { code: 'goodbye', message: 'the server is going away', waitMs };
}
