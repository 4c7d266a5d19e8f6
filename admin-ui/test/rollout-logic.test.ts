import { describe, expect, it } from 'vitest';
import type { EvidenceRow } from '../src/api/resources.ts';
import { FAILURES, latencies } from '../src/rollouts/measures.ts';
import { seriesOf } from '../src/rollouts/rates.ts';
import { shareAt, shareAxis, sharesOf, splitState } from '../src/rollouts/shares.ts';

const row = (seq: number, more: Partial<EvidenceRow>): EvidenceRow => ({
  ...{ seq, at: seq * 1000, stage: 0, percent: 1, stratum: 'shop/node', n1: 10, e1: 0, n0: 990, e0: 0, w: 0.01 },
  ...{ lnM: 0, lnS: 0, client: false, seen1: 10, seen0: 990, wanted: 0.01, slow: [], ...more },
});

describe('latencies of a rollout', () => {
  const outcomes = { kind: 'outcomes', key: 'outcomes', action: 'revert', tolerated: 1 } as const;
  const latency = { kind: 'latency', key: 'latency', action: 'observe', tolerated: 1, cutoffsMs: [100, 900] } as const;
  const plan = { guards: [outcomes, latency] };
  const slow = [
    { n1: 10, e1: 4, n0: 900, e0: 90 },
    { n1: 14, e1: 1, n0: 990, e0: 9 },
  ];

  it('are those of each cut-off, with its own people, and nothing of failures', () => {
    const rows = [row(1, { slow }), row(2, { slow, e1: 9 })];
    const sums = latencies(plan).map((measure) => {
      const series = seriesOf(rows, measure);
      const sum = (arm: 'treatment' | 'control', name: 'units' | 'errors') =>
        series?.[arm].reduce((all, point) => all + point[name], 0);
      return [sum('treatment', 'units'), sum('treatment', 'errors'), sum('control', 'units'), sum('control', 'errors')];
    });
    expect(sums).toEqual([
      [20, 8, 1800, 180],
      [28, 2, 1980, 18],
    ]);
    expect(seriesOf(rows, FAILURES)?.treatment.reduce((sum, { errors }) => sum + errors, 0)).toBe(9);
  });

  it('are not there without a guard, before anything came, and from browsers that nobody trusts', () => {
    expect(latencies({ guards: [outcomes] })).toEqual([]);
    const [first] = latencies(plan);
    if (!first) throw new Error('no cut-off');
    expect(seriesOf([row(1, {}), row(2, { slow, client: true })], first)).toBeNull();
  });
});

describe('the exposure share', () => {
  const five = { stage: 1, percent: 5, wanted: 0.05 };

  it('is summed since each stage began, and begins anew at the next', () => {
    const stages = sharesOf([
      ...[row(1, {}), row(2, { seen1: 20, seen0: 980 }), row(2, { stratum: 'app/ios', seen1: 0, seen0: 1000 })],
      // late reports of the stage before are of another percent, and new to nothing
      ...[row(3, { ...five, seen1: 60, seen0: 940 }), row(4, { ...five, percent: 1, seen1: 0, seen0: 0 })],
      ...[row(5, { ...five, seen1: 40, seen0: 960 }), row(6, { seen1: 7, seen0: 993 })],
    ]);
    expect(stages.map(({ percent, wanted, from, until, points }) => [percent, wanted, from, until, points.at(-1)])).toEqual([
      [1, 0.01, 1000, 3000, { at: 2000, treatment: 30, people: 3000 }],
      [5, 0.05, 3000, 6000, { at: 5000, treatment: 100, people: 2000 }],
      [1, 0.01, 6000, 6000, { at: 6000, treatment: 7, people: 1000 }],
    ]);
    expect(shareAt(stages, 4500)).toMatchObject({ stage: { percent: 5 }, point: { at: 5000 } });
    expect(shareAt([], 1)).toBeNull();
  });

  it('has few points however many batches there are, and never loses the last', () => {
    const many = Array.from({ length: 3000 }, (_, seq) => row(seq, {}));
    const [stage] = sharesOf(many);
    expect(stage?.points.length).toBeLessThanOrEqual(51);
    expect(stage?.points.at(-1)).toEqual({ at: 2_999_000, treatment: 30_000, people: 3_000_000 });
  });

  it('is nothing where nobody new was met, or only browsers said so', () => {
    expect(sharesOf([row(1, { seen1: 0, seen0: 0 }), row(2, { client: true })])).toEqual([]);
  });

  it('is drawn where half as many can be told at either end, and never outside', () => {
    const axis = shareAxis(sharesOf([row(1, {}), row(2, { ...five, percent: 98, wanted: 0.98, seen1: 980, seen0: 20 })]));
    expect(axis.ticks).toEqual([0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99]);
    expect(axis.place(0.01) - axis.place(0.005)).toBeGreaterThan(0.04);
    expect([0, 1].map(axis.place)).toEqual([0, 1]);
    expect([axis.place(0.5), axis.place(0.2)].every((at) => at > 0 && at < 1)).toBe(true);
  });

  it('is judged by the server’s own figure', () => {
    const ratio = { treatment: 50, control: 50, bar: Math.log(1000) };
    expect(splitState(null)).toBe('none');
    expect(splitState({ ...ratio, lnE: Math.log(999) })).toBe('agrees');
    expect(splitState({ ...ratio, lnE: Math.log(1000) })).toBe('differs');
  });
});
