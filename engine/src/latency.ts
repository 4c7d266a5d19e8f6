/** Upper bounds of the latency histogram's buckets, ms, about evenly spaced in logarithm. One more bucket takes what is above. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000, 5000, 8000, 12_000, 20_000, 30_000, 60_000,
];

/** The bucket of a latency: the first whose bound is not below it, `LATENCY_BOUNDS_MS.length` above the last. NaN counts as 0. */
export function latencyBucket(ms: number): number {
  let low = 0;
  let high = LATENCY_BOUNDS_MS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms > (LATENCY_BOUNDS_MS[middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}
