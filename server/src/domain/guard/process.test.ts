import { type UnitHash, unitHash } from '@burgee/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lnAboveLimit } from './absolute.ts';
import { nobody, tally } from './at-risk.ts';
import { lnRatio, lnRatioExact, RATIOS } from './comparison.ts';
import { lnMixture, NEW_MIXTURE, updateMixture } from './mixture.ts';
import { type Line, NEW_PROCESS, type Process, stepProcess } from './process.ts';
import { lnSafety } from './safety.ts';
import { NOTHING_SPENT, nextWeight, type Spending } from './start-weights.ts';
import { UnitSet } from './unit-set.ts';

const BETS = { tolerated: 1, rhoBad: 3 };

function binomial(n: number, k: number, p: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}

describe('validity, by enumeration', () => {
  const sizes = [
    [3, 17],
    [10, 10],
    [18, 4],
  ] as const;
  const expected = (n1: number, n0: number, p1: number, p0: number, ln: (e1: number, e0: number) => number) => {
    let sum = 0;
    for (let e1 = 0; e1 <= n1; e1++) {
      for (let e0 = 0; e0 <= n0; e0++) sum += binomial(n1, e1, p1) * binomial(n0, e0, p0) * Math.exp(ln(e1, e0));
    }
    return sum;
  };

  it('E[L] ≤ 1 for equal rates, both forms, and at a tolerated ratio', () => {
    for (const [n1, n0] of sizes) {
      for (const p of [0.01, 0.1, 0.3, 0.6]) {
        for (const ratio of RATIOS) {
          expect(expected(n1, n0, p, p, (e1, e0) => lnRatio({ n1, n0, e1, e0 }, ratio))).toBeLessThanOrEqual(1 + 1e-12);
          expect(expected(n1, n0, p, p, (e1, e0) => lnRatioExact({ n1, n0, e1, e0 }, ratio))).toBeCloseTo(1, 9);
        }
        if (p < 0.5) {
          const twice = (e1: number, e0: number) => lnRatio({ n1, n0, e1, e0 }, 4, 2);
          expect(expected(n1, n0, 2 * p, p, twice)).toBeLessThanOrEqual(1 + 1e-12);
        }
      }
    }
  });

  it('E[L] ≤ 1 whoever it is that fails: labels drawn without replacement', () => {
    for (const [n1, n0] of sizes) {
      for (let errors = 0; errors <= n1 + n0; errors += 3) {
        for (const ratio of RATIOS) {
          const exact = { n1, n0, e0: 0, e1: 0 };
          const ways = (j: number) =>
            Math.exp(lnChooseSmall(n1, j) + lnChooseSmall(n0, errors - j) - lnChooseSmall(n1 + n0, errors));
          let sum = 0;
          for (let j = Math.max(0, errors - n0); j <= Math.min(n1, errors); j++) {
            sum += ways(j) * Math.exp(lnRatio({ ...exact, e1: j, e0: errors - j }, ratio));
          }
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    }
  });

  it('E[S] ≤ 1 at the bad ratio, and E[L] = 1 at the absolute limit', () => {
    for (const [n1, n0] of sizes) {
      const safe = (e1: number, e0: number) => lnSafety({ n1, n0, e1, e0 }, 3);
      expect(expected(n1, n0, 0.03, 0.01, safe)).toBeLessThanOrEqual(1 + 1e-12);
    }
    for (const k of RATIOS.keys()) {
      let sum = 0;
      for (let e = 0; e <= 20; e++) sum += binomial(20, e, 0.05) * Math.exp(lnAboveLimit({ errors: e, total: 20 }, 0.05)[k] ?? 0);
      expect(sum).toBeCloseTo(1, 9);
    }
  });
});

function lnChooseSmall(n: number, k: number): number {
  let ln = 0;
  for (let i = 0; i < k; i++) ln += Math.log((n - i) / (i + 1));
  return ln;
}

const counts = fc
  .record({
    n1: fc.integer({ min: 1, max: 400 }),
    n0: fc.integer({ min: 1, max: 4_000 }),
    a: fc.double({ min: 0, max: 1, noNaN: true }),
    b: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ n1, n0, a, b }) => ({ n1, n0, e1: Math.floor(a * n1 * 0.3), e0: Math.floor(b * n0 * 0.3) }));

describe('properties', () => {
  it('more treatment errors never speak for the new version, more control errors never against it', () => {
    fc.assert(
      fc.property(counts, (batch) => {
        const line = (more: Partial<Line>): Line => ({ ...batch, inStage: true, exact: false, ...more });
        const after = (one: Line) => stepProcess(NEW_PROCESS, { weight: 0.5, since: 0, lines: [one] }, BETS).after[0];
        const [now, worse, better] = [after(line({})), after(line({ e1: batch.e1 + 1 })), after(line({ e0: batch.e0 + 1 }))];
        expect(worse?.lnM).toBeGreaterThanOrEqual((now?.lnM ?? 0) - 1e-9);
        expect(worse?.lnS).toBeLessThanOrEqual((now?.lnS ?? 0) + 1e-9);
        expect(better?.lnM).toBeLessThanOrEqual((now?.lnM ?? 0) + 1e-9);
        expect(better?.lnS).toBeGreaterThanOrEqual((now?.lnS ?? 0) - 1e-9);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('goes on from stored JSON as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 2, maxLength: 30 }), fc.nat(), (batches, cut) => {
        const run = (from: Process, some: typeof batches, first: boolean) =>
          some.reduce((process, batch, i) => {
            const weight = first && i === 0 ? 0.5 : 0.01;
            return stepProcess(process, { weight, since: 0, lines: [{ ...batch, inStage: true, exact: i % 3 === 0 }] }, BETS)
              .process;
          }, from);
        const k = 3 * (1 + (cut % Math.ceil(batches.length / 3)));
        const half = JSON.parse(JSON.stringify(run(NEW_PROCESS, batches.slice(0, k), true))) as Process;
        expect(run(half, batches.slice(k), false)).toEqual(run(NEW_PROCESS, batches, true));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('gives out start weights of 1 in sum at most, three tenths of it first', () => {
    const stage = { percent: 1, advance: 'evidence' as const, bakeMs: 1_000, maxHoldMs: 60_000 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 }),
        (n, gaps) => {
          const plan = { stages: Array.from({ length: n }, () => stage) };
          let spending: Spending = NOTHING_SPENT;
          let [sum, at] = [0, 5];
          for (const gap of [0, ...gaps, 1e12]) {
            at += gap;
            const next = nextWeight(spending, plan, { at, stage: gap % n, stageSeen: gap % 2 === 0 });
            if (sum === 0) expect(next.weight).toBe(0.3);
            sum += next.weight;
            spending = next.spending;
          }
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
          expect(sum).toBeGreaterThan(0.3);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
    expect(() => updateMixture({ lnR: [0], spent: 0.9 }, 0.2, [0])).toThrow(TypeError);
    expect(lnMixture(NEW_MIXTURE)).toBe(0);
  });

  it('remembers units exactly, the all-zero one too', () => {
    const set = new UnitSet();
    const plain = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      const unit = i === 0 ? { hi: 0, lo: 0 } : unitHash('r', `u${i % 15_000}`);
      const key = `${unit.hi}.${unit.lo}`;
      expect(set.has(unit)).toBe(plain.has(key));
      expect(set.add(unit)).toBe(!plain.has(key));
      plain.add(key);
    }
    expect(set.size).toBe(plain.size);
  });
});

describe('who is at risk', () => {
  const u = (...ids: number[]): UnitHash[] => ids.map((id) => unitHash('r', String(id)));
  const group = (fields: Partial<Parameters<typeof tally>[0]>) => ({
    ...{ percent: 5, stratum: 's', closed1: [], closed0: [], failed1: [], failed0: [] },
    ...fields,
  });

  it('counts first errors of distinct units and takes them out for good, also across arms', () => {
    const known = nobody();
    const first = tally(group({ closed1: u(1, 1, 2, 3), failed1: u(1, 1), closed0: u(4, 5), failed0: u(5, 9) }), known, true);
    // 9 failed unsampled: it counts nowhere and is out of the risk set
    expect(first).toMatchObject({ n1: 3, e1: 1, n0: 2, e0: 1 });
    expect(first.erred).toHaveLength(3);
    const second = tally(group({ closed1: u(1, 2, 5, 9), failed1: u(1, 9), closed0: u(4), failed0: [] }), known, true);
    expect(second).toMatchObject({ n1: 1, e1: 0, n0: 1, e0: 0 });
    expect(second.erred).toEqual([]);
    expect(known.ever1.size).toBe(5);
  });

  it('knows who is new to the stage, and only at its percent', () => {
    const known = nobody();
    expect(tally(group({ closed1: u(1), closed0: u(2) }), known, false).seen0).toEqual([]);
    expect(tally(group({ closed1: u(1), closed0: u(2) }), known, true).seen0).toEqual(u(2));
    expect(tally(group({ closed1: u(1), closed0: u(2, 3) }), known, true).seen0).toEqual(u(3));
  });
});
