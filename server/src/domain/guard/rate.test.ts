import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RATIOS } from './comparison.ts';
import { logSum } from './logarithms.ts';
import { lnMixture, NEW_MIXTURE, updateMixture } from './mixture.ts';
import { lnAboveRate } from './rate.ts';

/** P(N = n) for n = 0 … 100. */
function poisson(mean: number): number[] {
  const chances = [Math.exp(-mean)];
  for (let n = 1; n <= 100; n++) chances.push(((chances[n - 1] ?? 0) * mean) / n);
  return chances;
}
const expected = (mean: number, seconds: number, limit: number, k: number) =>
  poisson(mean).reduce((sum, chance, events) => sum + chance * Math.exp(lnAboveRate({ events, seconds }, limit)[k] ?? 0), 0);

describe('events in time', () => {
  it.each([
    [0, 60, 0.5, -30, -90, -570, -9.80203216135],
    [30, 60, 0.5, -9.2055845832, -48.4111691664, -480.128031793, -2.9847219762],
    [75, 60, 0.5, 21.986038542, 13.972077084, -345.320079483, 20.6030860183],
    [3, 10, 0.01, 1.97944154168, 3.85888308336, 7.08719682066, 5.63371720665],
  ])('known answers: %d events in %d s, limit %d', (events, seconds, limit, at2, at4, at20, mixed) => {
    const lnL = lnAboveRate({ events, seconds }, limit);
    expect(lnL[2]).toBeCloseTo(at2, 8);
    expect(lnL[4]).toBeCloseTo(at4, 8);
    expect(lnL[7]).toBeCloseTo(at20, 8);
    expect(logSum(lnL) - Math.log(RATIOS.length)).toBeCloseTo(mixed, 8);
  });

  it('E[L] = 1 at the limit, below it less, above it more', () => {
    for (const k of [0, 1, 2, 3, 4, 5, 6]) {
      expect(expected(4, 8, 0.5, k)).toBeCloseTo(1, 6);
      expect(expected(3, 8, 0.5, k)).toBeLessThan(1);
      expect(expected(5, 8, 0.5, k)).toBeGreaterThan(1);
    }
  });

  it('rises with every event and falls with time', () => {
    const events = fc.nat(1_000);
    fc.assert(
      fc.property(events, fc.double({ min: 1, max: 1e4, noNaN: true }), (n, seconds) => {
        const [now, more, longer] = [
          lnAboveRate({ events: n, seconds }, 0.2),
          lnAboveRate({ events: n + 1, seconds }, 0.2),
          lnAboveRate({ events: n, seconds: seconds + 1 }, 0.2),
        ];
        for (const k of RATIOS.keys()) {
          expect(more[k]).toBeGreaterThan(now[k] ?? 0);
          expect(longer[k]).toBeLessThan(now[k] ?? 0);
        }
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('a threshold on each window cries wolf where this does not', () => {
    let a = 7;
    const random = () => {
      a = (Math.imul(a, 1_664_525) + 1_013_904_223) >>> 0;
      return a / 4294967296;
    };
    let [ours, windows] = [0, 0];
    for (let run = 0; run < 200; run++) {
      let [mixture, raised, broken] = [NEW_MIXTURE, false, false];
      for (let window = 0; window < 60; window++) {
        let events = 0;
        for (let t = -Math.log(1 - random()) / 0.45; t < 10; t += -Math.log(1 - random()) / 0.45) events += 1;
        mixture = updateMixture(mixture, window === 0 ? 0.5 : 0.005, lnAboveRate({ events, seconds: 10 }, 0.5));
        raised ||= lnMixture(mixture) >= Math.log(100);
        broken ||= events / 10 > 0.5;
      }
      if (raised) ours += 1;
      if (broken) windows += 1;
    }
    expect(ours).toBeLessThanOrEqual(2);
    expect(windows).toBeGreaterThan(190);
  });
});
