import { expect, test } from 'vitest';
import { backoffMs, extendedMs, resyncMs, retryAfterMs } from './backoff.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test('full jitter reaches from nothing to min(60 s, 2^k)', () => {
  expect([0, 1, 2, 5, 6, 7, 1_000].map((k) => backoffMs(k, 1))).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  expect(backoffMs(5, 0)).toBe(0);
  expect([extendedMs(0), extendedMs(1)]).toEqual([60_000, 300_000]);
  expect([resyncMs(0, 1), resyncMs(1, 1), resyncMs(9, 1)]).toEqual([0, 1_000, 5_000]);
});

test.each([
  ['30', 30_000],
  ['0', 1_000],
  ['-5', 1_000],
  ['1000000000', 300_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Thu, 01 Jan 2025 00:01:00 GMT', 1_000],
  ['Fri, 01 Jan 2027 00:01:00 GMT', 300_000],
  [' 30 ', 30_000],
])('Retry-After %s waits %i ms at least, and half as much more at most', (header, least) => {
  expect(retryAfterMs(header, NOW, 0)).toBe(least);
  expect(retryAfterMs(header, NOW, 1)).toBe(Math.min(300_000, least * 1.5));
});

test.each([undefined, '', 'soon', '1e999', 'NaN'])('Retry-After %s says nothing', (header) => {
  expect(retryAfterMs(header, NOW, 0.5)).toBeUndefined();
});
