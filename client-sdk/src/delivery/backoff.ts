const SECOND = 1_000;
const MINUTE = 60_000;

/** Full jitter: anywhere up to min(60 s, 2^failures s), so that many clients spread out. `random` is 0…1. */
export function backoffMs(failures: number, random: number): number {
  return random * Math.min(MINUTE, SECOND * 2 ** Math.min(failures, 10));
}

/** For what time alone rarely heals (a refused key, a wrong address, TLS): 1–5 min, spread. It never stops. */
export function extendedMs(random: number): number {
  return MINUTE + random * 4 * MINUTE;
}

/** A resynchronisation starts at most 5 s after it was found necessary: with heartbeats every 15 s, repaired within 20 s. */
export function resyncMs(resyncs: number, random: number): number {
  return random * Math.min(5 * SECOND, SECOND * 2 ** Math.min(resyncs, 10) - SECOND);
}

/**
 * `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date. Undefined when it is neither. Clamped to 1 s–5 min and spread by
 * half of itself upwards, never earlier than the server asked unless it asked for more than 5 min.
 */
export function retryAfterMs(header: string | undefined, now: number, random: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const asked = /^-?\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  if (!Number.isFinite(asked)) return undefined;
  const least = Math.min(5 * MINUTE, Math.max(SECOND, asked));
  return Math.min(5 * MINUTE, least * (1 + random / 2));
}
