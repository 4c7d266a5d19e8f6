/** The smallest k with P(Binomial(n, p) ≤ k) ≥ level. */
export function binomialQuantile(n: number, p: number, level: number): number {
  // terms by recurrence, in logarithms at the start: (1 − p)ⁿ may be tiny
  let lnTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    sum += Math.exp(lnTerm);
    if (sum >= level) return k;
    lnTerm += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
  }
  return n;
}

/** The middle of the values; Infinity stands for what never happened. NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that is at least as large as `share` of the values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
