import { sampled, type UnitHash, unitHash } from '@burgee/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counts } from './comparison.ts';
import { isAnyComparable, type LatencyProcess, lnLatency, newLatency, slowLines, stepLatency, tallySlow } from './latency.ts';
import { NOTHING_SPENT, nextWeight, type Spending } from './start-weights.ts';
import { UnitSet } from './unit-set.ts';

/** mulberry32 */
function dice(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PLAN = { stages: [{ percent: 5, advance: 'evidence' as const, bakeMs: 0, maxHoldMs: 600_000 }] };

/** One tick of counts, as folding does it. */
function after(process: LatencyProcess, spending: Spending, tick: { at: number; batches: readonly (readonly Counts[])[] }) {
  const lines = tick.batches.map((counts) => slowLines(process, counts));
  const next = isAnyComparable(lines)
    ? nextWeight(spending, PLAN, { at: tick.at, stage: 0, stageSeen: true })
    : { weight: 0, spending };
  return { process: stepLatency(process, { weight: next.weight, lines }, 1), spending: next.spending };
}

const USERS: UnitHash[] = Array.from({ length: 400 }, (_, i) => unitHash('r', `u${i}`));
const QUANTILES = { lognormal: [1, 3.602, 10.24], exponential: [Math.LN2, Math.LN10, 4.605] } as const;

/**
 * Requests at 5 % share, 10 of the treatment a tick, latencies with cut-offs at their p50, p90 and p99. Each request is another
 * user, or one of 400 who return, a tenth of them on slow lines. Answers after how many treatment requests M was at the bar.
 */
function found(
  seed: number,
  given: { factor: number; alpha: number; most: number; shape: keyof typeof QUANTILES; returning?: 'at risk' | 'requests' },
): number | null {
  const random = dice(seed);
  const draw = () =>
    given.shape === 'exponential'
      ? -Math.log(1 - random())
      : Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const cutoffs = QUANTILES[given.shape];
  const place = USERS.map(() => random() < 0.05);
  const line = USERS.map(() => (random() < 0.1 ? 6 : 1));
  const crossed = cutoffs.map(() => new UnitSet());
  let [process, spending] = [newLatency(3), NOTHING_SPENT as Spending];
  for (let treated = 0, at = 0; treated < given.most; at += 1_000) {
    const units = { treatment: [] as UnitHash[], control: [] as UnitHash[] };
    const slow = { treatment: cutoffs.map(() => [] as UnitHash[]), control: cutoffs.map(() => [] as UnitHash[]) };
    for (let i = 0; i < 200; i++) {
      const who = Math.floor(random() * USERS.length);
      const treats = given.returning ? place[who] === true : i < 10;
      const unit = given.returning
        ? (USERS[who] as UnitHash)
        : { hi: Math.floor(random() * 2 ** 32), lo: Math.floor(random() * 2 ** 32) };
      const ms = draw() * (treats ? given.factor : 1) * (given.returning ? (line[who] ?? 1) : 1);
      const arm = treats ? 'treatment' : 'control';
      if (treats) treated += 1;
      units[arm].push(unit);
      for (const [k, cutoff] of cutoffs.entries()) if (ms > cutoff) slow[arm][k]?.push(unit);
    }
    const group = { closed1: units.treatment, closed0: units.control, slow1: slow.treatment, slow0: slow.control };
    const counts =
      given.returning === 'requests'
        ? cutoffs.map((_, k) => ({
            ...{ n1: group.closed1.length, e1: group.slow1[k]?.length ?? 0 },
            ...{ n0: group.closed0.length, e0: group.slow0[k]?.length ?? 0 },
          }))
        : tallySlow(group, crossed, 1).map((one) => one.counts);
    ({ process, spending } = after(process, spending, { at, batches: [counts] }));
    if (lnLatency(process) >= Math.log(1 / given.alpha)) return treated;
  }
  return null;
}

const SEEDS = Number(process.env.BURGEE_SEEDS ?? 60);
const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
const median = (of: readonly (number | null)[]) =>
  [...of].map((x) => x ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;

describe('latency at three cut-offs', () => {
  it.each(['lognormal', 'exponential'] as const)('finds work that takes 1.5 times as long: %s', (shape) => {
    const runs = seeds.map((seed) => found(seed, { factor: 1.5, alpha: 0.01, most: 2_000, shape }));
    expect(median(runs)).toBeLessThanOrEqual(200);
    expect(runs.filter((run) => run === null)).toHaveLength(0);
  });

  it('leaves the same latency alone, for strangers and for users who return', () => {
    const strangers = seeds.filter((seed) => found(seed, { factor: 1, alpha: 0.01, most: 1_000, shape: 'lognormal' }) !== null);
    // the 99.9 % quantile of Binomial(60, 0.01) is 4
    expect(strangers.length).toBeLessThanOrEqual(Math.ceil(SEEDS * 0.01 + 4 * Math.sqrt(SEEDS * 0.01)));
    const harmless = { factor: 1, alpha: 0.01, most: 1_000, shape: 'lognormal' } as const;
    const back = seeds.filter((seed) => found(seed, { ...harmless, returning: 'at risk' }) !== null);
    expect(back.length).toBeLessThanOrEqual(Math.ceil(SEEDS * 0.01 + 4 * Math.sqrt(SEEDS * 0.01)));
    const counted = seeds.filter((seed) => found(seed, { ...harmless, returning: 'requests' }) !== null);
    expect(counted.length).toBeGreaterThan(SEEDS * 0.08);
  });

  it('keeps a risk set of its own for each cut-off', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => unitHash('r', id)) as [UnitHash, UnitHash, UnitHash];
    const crossed = [new UnitSet(), new UnitSet()];
    const first = tallySlow({ closed1: [a, a, b], closed0: [c], slow1: [[a, a], []], slow0: [[], []] }, crossed, 1);
    expect(first.map(({ counts }) => counts)).toEqual([
      { n1: 2, e1: 1, n0: 1, e0: 0 },
      { n1: 2, e1: 0, n0: 1, e0: 0 },
    ]);
    // a has crossed the first cut-off; it is still at risk at the second, also once it is control's
    const second = tallySlow({ closed1: [b], closed0: [a], slow1: [[], []], slow0: [[a], [a]] }, crossed, 1);
    expect(second.map(({ counts }) => counts)).toEqual([
      { n1: 1, e1: 0, n0: 0, e0: 0 },
      { n1: 1, e1: 0, n0: 1, e0: 1 },
    ]);
    expect(second.map((one) => one.crossed)).toEqual([[], [a]]);
  });

  it('counts a unit that is told to be slow before or after it is told to have closed', () => {
    const a = unitHash('r', 'a');
    const none = { closed1: [], closed0: [], slow1: [], slow0: [] };
    expect(tallySlow({ ...none, slow1: [[a]] }, [new UnitSet()], 1)[0]?.counts).toMatchObject({ n1: 1, e1: 1 });
    const crossed = [new UnitSet()];
    expect(tallySlow({ ...none, slow1: [[a]] }, crossed, 1)[0]?.counts.e1).toBe(1);
    expect(tallySlow({ ...none, closed1: [a] }, crossed, 1)[0]?.counts).toMatchObject({ n1: 0, e1: 0 });
  });

  it("holds the treatment to control's sample", () => {
    const units = USERS.slice(0, 100);
    const inside = units.filter((unit) => sampled(unit, 0.25));
    const [line] = tallySlow({ closed1: units, closed0: inside, slow1: [units], slow0: [[]] }, [new UnitSet()], 0.25);
    expect(line?.counts).toEqual({ n1: inside.length, e1: inside.length, n0: inside.length, e0: 0 });
    expect(inside.length).toBeLessThan(units.length);
  });

  it('averages: three equal processes weigh what one does, no cut-off says nothing', () => {
    const counts = { n1: 10, e1: 3, n0: 190, e0: 6 };
    const one = after(newLatency(1), NOTHING_SPENT, { at: 0, batches: [[counts]] }).process;
    const three = after(newLatency(3), NOTHING_SPENT, { at: 0, batches: [[counts, counts, counts]] }).process;
    expect(lnLatency(three)).toBeCloseTo(lnLatency(one), 12);
    expect(lnLatency(newLatency(0))).toBe(0);
  });

  it('goes on from stored JSON bit by bit, and rises with what is slow in the treatment', () => {
    const counts = fc.record({ n1: fc.nat(40), n0: fc.nat(400), a: fc.double({ max: 1, min: 0, noNaN: true }) }).map((x) => ({
      ...{ n1: x.n1, e1: Math.floor(x.n1 * x.a), n0: x.n0, e0: Math.floor((x.n0 * x.a) / 2) },
    }));
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, counts), { minLength: 2, maxLength: 12 }), fc.nat(11), (ticks, cut) => {
        const run = (from: { process: LatencyProcess; spending: Spending }, some: typeof ticks, base: number) =>
          some.reduce((now, batch, i) => after(now.process, now.spending, { at: (base + i) * 9_000, batches: [batch] }), from);
        const start = { process: newLatency(2), spending: NOTHING_SPENT };
        const half = Math.min(cut, ticks.length);
        const stored = JSON.parse(JSON.stringify(run(start, ticks.slice(0, half), 0))) as typeof start;
        expect(run(stored, ticks.slice(half), half)).toEqual(run(start, ticks, 0));
        const [[one, other]] = ticks as [[Counts, Counts]];
        if (one.e1 >= one.n1) return;
        const worse = after(newLatency(2), NOTHING_SPENT, { at: 0, batches: [[{ ...one, e1: one.e1 + 1 }, other]] });
        const as = after(newLatency(2), NOTHING_SPENT, { at: 0, batches: [[one, other]] });
        expect(lnLatency(worse.process)).toBeGreaterThanOrEqual(lnLatency(as.process) - 1e-9);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
