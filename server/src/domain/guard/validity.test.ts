import { describe, expect, it } from 'vitest';
import { lnRatio, lnRatioExact, RATIOS, ratiosAbove } from './comparison.ts';
import { type LatencyProcess, lnLatency, newLatency, stepLatency } from './latency.ts';
import { lnSampleRatio } from './sample-ratio.ts';

function binomial(n: number, k: number, p: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}
const range = (n: number) => Array.from({ length: n + 1 }, (_, i) => i);

describe('E ≤ 1 under what is harmless, above 1 under what is not', () => {
  it('sample ratio: exactly 1 at the expected share', () => {
    for (const [n, w] of [
      [12, 0.5],
      [20, 0.05],
      [15, 0.9],
    ] as const) {
      const mean = (share: number) =>
        range(n).reduce((sum, x) => sum + binomial(n, x, share) * Math.exp(lnSampleRatio(x, n - x, w)), 0);
      expect(mean(w)).toBeCloseTo(1, 9);
      expect(mean(Math.min(0.99, w * 1.5))).toBeGreaterThan(1);
    }
  });

  it('exact form with a tolerated ratio: exactly 1 at those odds', () => {
    const odds = (p: number, ratio: number) => (ratio * p) / (1 - p + ratio * p);
    for (const tolerated of [1, 1.25, 2]) {
      for (const ratio of ratiosAbove(tolerated)) {
        const mean = (p1: number, p0: number) =>
          range(6).reduce(
            (sum, e1) =>
              range(8).reduce((part, e0) => {
                const ln = lnRatioExact({ n1: 6, n0: 8, e1, e0 }, ratio, tolerated);
                return part + binomial(6, e1, p1) * binomial(8, e0, p0) * Math.exp(ln);
              }, sum),
            0,
          );
        expect(mean(odds(0.4, tolerated), 0.4)).toBeCloseTo(1, 9);
        expect(mean(0.4, 0.4)).toBeLessThanOrEqual(1 + 1e-9);
        if (ratio < 20) expect(mean(odds(0.4, ratio), 0.4)).toBeGreaterThan(1);
      }
    }
  });

  it('latency: two ticks at two cut-offs, started one after the other', () => {
    const [n1, n0] = [2, 3];
    const batches = (p1: number, p0: number) =>
      range(n1).flatMap((e1) => range(n0).map((e0) => ({ e1, e0, chance: binomial(n1, e1, p1) * binomial(n0, e0, p0) })));
    const mean = (factor: number) => {
      const walk = (process: LatencyProcess, depth: number): number => {
        if (depth === 2) return Math.exp(lnLatency(process));
        let sum = 0;
        for (const a of batches(0.2 * factor, 0.2)) {
          for (const b of batches(0.05 * factor, 0.05)) {
            const lines = [[a, b].map(({ e1, e0 }) => ({ n1, n0, e1, e0, exact: depth === 1 }))];
            sum += a.chance * b.chance * walk(stepLatency(process, { weight: depth === 0 ? 0.5 : 0.3, lines }, 1), depth + 1);
          }
        }
        return sum;
      };
      return walk(newLatency(2), 0);
    };
    expect(mean(1)).toBeLessThanOrEqual(1 + 1e-9);
    expect(mean(0.5)).toBeLessThanOrEqual(1 + 1e-9);
    expect(mean(3)).toBeGreaterThan(1);
  });

  it('counts of requests, as queries with arms have them', () => {
    for (const ratio of RATIOS) {
      const mean = (p1: number) =>
        range(10).reduce(
          (sum, e1) =>
            range(20).reduce((part, e0) => {
              const chance = binomial(10, e1, p1) * binomial(20, e0, 0.1);
              return part + chance * Math.exp(lnRatio({ n1: 10, n0: 20, e1, e0 }, ratio));
            }, sum),
          0,
        );
      expect(mean(0.1)).toBeLessThanOrEqual(1 + 1e-9);
      if (ratio < 4) expect(mean(0.1 * ratio)).toBeGreaterThan(1);
    }
  });
});
