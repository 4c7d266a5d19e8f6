import { describe, expect, it } from 'vitest';
import { type Counts, lnRatio, RATIOS } from './comparison.ts';
import { logSum } from './logarithms.ts';
import { lnMixture, NEW_MIXTURE, updateMixture } from './mixture.ts';
import { lnSafety } from './safety.ts';
import { lnSampleRatio } from './sample-ratio.ts';

const counts = (e1: number, e0: number, n1: number, n0: number): Counts => ({ e1, e0, n1, n0 });
const close = (actual: number, expected: number, within = 1e-9) => expect(Math.abs(actual - expected)).toBeLessThan(within);

describe('known answers, computed twice independently', () => {
  it.each([
    [0, 1, 10, 990, -0.0099503309, -0.0392207132, -0.1739533071, -0.1258242723],
    [1, 0, 10, 990, 0.6831968497, 1.5702171993, 2.8217789664, 2.5419791927],
    [2, 9, 10, 990, 1.2768407217, 2.7874479802, 4.0779781688, 2.8966252911],
    [5, 50, 100, 9900, 2.9184677059, 5.8900503387, 5.411229476, 5.267638515],
    [20, 100, 1000, 9000, 2.4257220347, -8.1879101459, -67.850642968, 0.9724017454],
    [30, 20, 500, 500, 0.5211600114, -6.6474770604, -27.6967946516, -0.3775474436],
  ])('ln L of (%d, %d, %d, %d)', (e1, e0, n1, n0, at2, at5, at20, mixed) => {
    const batch = counts(e1, e0, n1, n0);
    close(lnRatio(batch, 2), at2);
    close(lnRatio(batch, 5), at5);
    close(lnRatio(batch, 20), at20);
    close(logSum(RATIOS.map((ratio) => lnRatio(batch, ratio))) - Math.log(RATIOS.length), mixed);
  });

  it('a sequence of batches', () => {
    const weights = [0.5, 0.01, 0.01, 0.05, 0.01, 0.01];
    const batches = [
      counts(0, 10, 10, 990),
      counts(0, 9, 10, 990),
      counts(1, 11, 10, 990),
      counts(3, 9, 50, 950),
      counts(5, 10, 50, 950),
      counts(4, 8, 50, 950),
    ];
    const expected = [-0.2466737385, -0.3222013108, -0.0263570779, 1.5322906109, 6.553374568, 10.9772252595];
    let mixture = NEW_MIXTURE;
    for (const [i, batch] of batches.entries()) {
      mixture = updateMixture(
        mixture,
        weights[i] ?? 0,
        RATIOS.map((ratio) => lnRatio(batch, ratio)),
      );
      close(lnMixture(mixture), expected[i] ?? Number.NaN);
    }
    expect(expected.findIndex((lnM) => lnM >= Math.log(100))).toBe(4);
  });

  it('safety against a doubled rate', () => {
    close(lnSafety(counts(10, 990, 1000, 99000), 2), 3.0188590476);
    close(lnSafety(counts(20, 990, 1000, 99000), 2), -3.8131094495);
  });

  it.each([
    [10, 0, 0.5, 1, 1, 4.53357653],
    [20, 5, 0.5, 1, 1, 3.19008596],
    [5, 50, 0.01, 1, 99, 2.78784683],
    [1050, 950, 0.5, 100, 100, 1.07446099],
  ])('sample ratio of %d to %d', (x1, x0, w, a, b, expected) => {
    close(lnSampleRatio(x1, x0, w, a, b), expected, 1e-8);
  });
});
