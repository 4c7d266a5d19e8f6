import { LATENCY_BOUNDS_MS, latencyBucket } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../flag/testing-state.ts';
import type { MinuteRow } from '../ports.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { cutoffsFrom, histogramOf, needsCutoffs, withCutoffs } from './latency-cutoffs.ts';

function row(latencies: readonly number[], more: Partial<MinuteRow> = {}): MinuteRow {
  const buckets = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0);
  for (const ms of latencies) buckets[latencyBucket(ms)] = (buckets[latencyBucket(ms)] ?? 0) + 1;
  const place = { project: 'p', environment: 'e', minute: 0, series: 'work', subject: 'app/shop', sketch: null };
  return { ...place, sums: [latencies.length, 0, ...buckets], ...more };
}
// exponential with mean 100 ms: p50 69, p90 230, p99 461
const latencies = Array.from({ length: 10_000 }, (_, i) => -100 * Math.log(1 - (i + 0.5) / 10_000));
const guard = { kind: 'latency', key: 'slow', action: 'revert', tolerated: 1, cutoffsMs: 'auto' } as const;
const plan = { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages: [], guards: [guard] };

describe('automatic cut-offs', () => {
  it('are about the p50, p90 and p99 of all rows together', () => {
    const [p50 = 0, p90 = 0, p99 = 0] = cutoffsFrom([row(latencies.slice(0, 5_000)), row(latencies.slice(5_000))]);
    for (const [cutoff, share] of [
      [p50, 0.5],
      [p90, 0.1],
      [p99, 0.01],
    ] as const) {
      expect(latencies.filter((ms) => ms > cutoff).length / 10_000).toBeGreaterThan(share * 0.6);
      expect(latencies.filter((ms) => ms > cutoff).length / 10_000).toBeLessThan(share * 1.6);
    }
  });

  it('ascend, differ, and have an end', () => {
    expect(cutoffsFrom([row(Array.from({ length: 500 }, () => 200_000))])).toEqual([60_000]);
    expect(cutoffsFrom([row(Array.from({ length: 500 }, () => 0.1))])).toEqual([1]);
  });

  it('are none where little is known, and no other series counts', () => {
    expect(cutoffsFrom([row(latencies.slice(0, 100))])).toEqual([]);
    expect(cutoffsFrom([row(latencies, { series: 'count' })])).toEqual([]);
    expect(histogramOf([row([5], { sums: [1, 0, Number.NaN, -3] })]).every((count) => count === 0)).toBe(true);
  });

  it('are fixed in the plan of the rollout, or the start is refused', () => {
    const fixed = withCutoffs(plan, [row(latencies)]);
    expect(needsCutoffs(plan)).toBe(true);
    expect(needsCutoffs(fixed)).toBe(false);
    expect(withCutoffs(fixed, [])).toBe(fixed);
    expect(refusalOf(() => withCutoffs(plan, []))).toMatchObject({ code: 'invalid', fields: ['plan'] });
  });
});
