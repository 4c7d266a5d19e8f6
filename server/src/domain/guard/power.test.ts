import { describe, expect, it } from 'vitest';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { boundRequests, boundSeconds, boundUnits, unitsToClear } from './bound.ts';
import { neededRate, powerOf, smallestAbove, smallestEvents, smallestSeen, smallestSlower } from './power.ts';

const HOUR = 3_600_000;
const stage = (percent: number, advance: 'evidence' | 'time' | 'manual', bakeMs = 60_000) => ({
  ...{ percent, advance, bakeMs, maxHoldMs: HOUR },
});

describe('the bound', () => {
  it.each([
    [0.01, 0.02, 1192, 1788],
    [0.01, 0.05, 114, 171],
    [0.01, 0.2, 11, 17],
    [0.05, 0.02, 1256, 1885],
    [0.05, 0.05, 123, 184],
    [0.05, 0.2, 13, 19],
    [0.5, 0.02, 2671, 4006],
    [0.5, 0.05, 308, 462],
    [0.5, 0.2, 40, 60],
  ])('at a share of %d from 1 %% to %d', (share, bad, hundredth, thousandth) => {
    expect(Math.round(boundUnits({ base: 0.01, bad, share }, 0.01))).toBe(hundredth);
    expect(Math.round(boundUnits({ base: 0.01, bad, share }, 0.001))).toBe(thousandth);
  });

  it('has no end without a difference, without a share and without control', () => {
    for (const [base, bad, share] of [
      [0.01, 0.01, 0.5],
      [0.01, 0.1, 0],
      [0.01, 0.1, 1],
    ] as const) {
      expect(boundUnits({ base, bad, share }, 0.01)).toBe(Number.POSITIVE_INFINITY);
    }
    expect(boundRequests(0.01, 0.02, 0.01)).toBe(Number.POSITIVE_INFINITY);
    expect(boundSeconds(1, 2, 0.01)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [2, 992.339233581],
    [3, 339.786851388],
    [5, 129.53770666],
  ])('until a stage is clear of a ratio of %d', (rhoBad, units) => {
    expect(unitsToClear({ base: 0.01, share: 0.01, rhoBad, beta: 0.05 })).toBeCloseTo(units, 6);
  });
});

describe('what a stage can see', () => {
  it('a guard on a whole service cannot see a 1 % stage: 101 %', () => {
    expect(neededRate({ base: 0.01, limit: 0.02, treated: 0.01 })).toBeCloseTo(1.01, 12);
    const small = { base: 0.01, limit: 0.02, treated: 0.01, requests: 1e9, alpha: 0.001 };
    expect(smallestAbove(small)).toBeNull();
    const half = smallestAbove({ ...small, treated: 0.5 });
    expect(half?.rate).toBeGreaterThan(0.03);
    expect(half?.rate).toBeLessThan(0.0301);
    expect(smallestAbove({ ...small, treated: 0.5, requests: 10 })?.rate).toBeGreaterThan(0.3);
  });

  it('a comparison sees the rate whose bound, with what the mixture costs, its units reach', () => {
    const seen = smallestSeen({ base: 0.01, share: 0.05, units: 2_640, alpha: 0.001 });
    expect(seen?.rate).toBeCloseTo(0.02, 4);
    expect(seen?.ratio).toBeCloseTo(2, 2);
    expect(smallestSeen({ base: 0.01, share: 0.05, units: 1, alpha: 0.001 })).toBeNull();
    expect(smallestSeen({ base: 0.01, share: 0.05, units: 2_640, alpha: 0.001, tolerated: 2 })?.ratio).toBeGreaterThan(3);
    expect(smallestSeen({ base: 0.01, share: 0.05, units: 100, alpha: 0.1, minErrors: 50 })?.rate).toBeCloseTo(0.5, 3);
  });

  it('more units see no less, down to nothing at none', () => {
    let before = Number.POSITIVE_INFINITY;
    for (const units of [5, 10, 30, 100, 1_000, 10_000, 1e6]) {
      const rate = smallestSeen({ base: 0.01, share: 0.1, units, alpha: 0.001 })?.rate ?? 2;
      expect(rate).toBeLessThanOrEqual(before);
      before = rate;
    }
    expect(smallestSeen({ base: 0.01, share: 0.1, units: 0, alpha: 0.001 })).toBeNull();
  });

  it('events and slow work alike', () => {
    const events = { base: 1, limit: 2, treated: 0.5, seconds: 3_600, alpha: 0.001 };
    expect(smallestEvents(events)?.rate).toBeCloseTo(3.2, 0);
    expect(smallestEvents({ ...events, seconds: 1e-6 })).toBeNull();
    const slow = smallestSlower({ share: 0.05, units: 1_000, alpha: 0.01, tolerated: 1, cutoffs: 3 });
    expect(slow.map(({ base }) => base)).toEqual([0.5, 0.1, 0.01]);
    expect(slow[1]?.sees?.rate).toBeGreaterThan(0.1);
    expect(slow[1]?.sees?.rate).toBeLessThan(0.2);
  });
});

describe('a plan before it starts', () => {
  const query = { kind: 'query', key: 'service', action: 'pause', source: 's', errors: 'e', total: 't', limit: 0.02 } as const;
  const plan = {
    ...{ project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS },
    stages: [stage(1, 'evidence'), stage(50, 'evidence'), stage(98, 'time'), stage(100, 'manual')],
    guards: [...PLAN_DEFAULTS.guards, { ...query, windowMs: 60_000, lagMs: 0, maxAgeMs: 60_000 }],
  };
  const services = { service: { rate: 0.01, requestsPerSecond: 500 } };

  it('says how long, how many, and what is seen', () => {
    const [first, second, third, last] = powerOf(plan, { unitsPerSecond: 200, errorRate: 0.01, services });
    // 340 treatment units at 2 a second
    expect(first?.clearMs).toBeCloseTo(169_894, -2);
    expect(first?.expectedMs).toBe(first?.clearMs);
    expect(first?.units).toBeCloseTo(340, 0);
    expect(first?.guards[0]?.sees?.ratio).toBeGreaterThan(3);
    expect(first?.guards[1]).toMatchObject({ sees: null });
    expect(first?.guards[1]?.needs).toBeCloseTo(1.01, 9);
    expect(second?.guards[0]?.sees?.ratio).toBeLessThan(2.5);
    expect(second?.guards[1]?.sees?.rate).toBeGreaterThan(0.03);
    expect(third).toMatchObject({ expectedMs: 60_000, clearMs: null });
    expect(last).toMatchObject({ expectedMs: null, clearMs: null });
    expect(last?.guards[0]?.sees).toBeNull();
  });

  it('never promises what no traffic can give', () => {
    for (const stages of powerOf(plan, { unitsPerSecond: 0, errorRate: 0.01, services: {} })) {
      expect(stages.clearMs).toBeNull();
      expect(stages.guards.every(({ sees }) => sees === null)).toBe(true);
    }
    expect(powerOf(plan, { unitsPerSecond: 100, errorRate: 0, services })[0]?.clearMs).toBeNull();
  });
});
