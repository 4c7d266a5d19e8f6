import { describe, expect, it } from 'vitest';
import { binomialQuantile, median, quantile } from './counting.ts';
import { Dice } from './dice.ts';

describe('counting', () => {
  it('knows the 99.9 % quantile of a binomial', () => {
    // 300 at .01: P(X ≤ 9) = .99898, P(X ≤ 10) = .99974
    expect(binomialQuantile(2_000, 0.05, 0.999)).toBe(131);
    expect(binomialQuantile(2_000, 0.01, 0.999)).toBe(35);
    expect(binomialQuantile(2_000, 0.001, 0.999)).toBe(8);
    expect(binomialQuantile(300, 0.01, 0.999)).toBe(10);
  });

  it('finds the middle, also of what never happened', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1);
  });
});

describe('dice', () => {
  it('repeat with their seed and differ with another', () => {
    const draw = (seed: number, stream = 0) => {
      const dice = new Dice(seed, stream);
      return Array.from({ length: 4 }, () => dice.bits());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7, 1));
  });

  it('are even, and draw binomials of the right mean and spread', () => {
    const dice = new Dice(1);
    const cells = new Uint32Array(16);
    for (let i = 0; i < 160_000; i++) {
      const cell = dice.below(16);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    // chi-squared with 15 degrees of freedom: 37.7 at 99.9 %
    expect(cells.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(37.7);
    const draws = Array.from({ length: 4_000 }, () => dice.binomial(1_000, 0.02));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(20, 0);
    expect(variance).toBeGreaterThan(18);
    expect(variance).toBeLessThan(21.5);
  });
});
