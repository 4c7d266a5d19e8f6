import { describe, expect, it } from 'vitest';
import type { Rollout } from '../rollout/rollout.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { lnRatio, RATIOS } from './comparison.ts';
import { NO_EVIDENCE, type QueryState } from './evidence.ts';
import type { QueryGuard, RateGuard, Sample, SourceGuard, ThresholdGuard } from './guard.ts';
import { judge } from './judge.ts';
import { logSum } from './logarithms.ts';
import { lnMixture } from './mixture.ts';
import { NO_QUERY, takeSample } from './query.ts';
import { asksOf, comparesArms } from './source-windows.ts';

const AT = 10_000_000;
const WINDOW = 60_000;
const read = { source: 's', windowMs: WINDOW, lagMs: 0, maxAgeMs: WINDOW };
const arms: QueryGuard = { kind: 'query', key: 'q', action: 'pause', errors: 'e{arm}', total: 't{arm}', limit: 0, ...read };
const rate: RateGuard = { kind: 'rate', key: 'q', action: 'pause', events: 'e', limitPerSecond: 0.5, ...read };
const threshold: ThresholdGuard = { kind: 'threshold', key: 'q', action: 'pause', value: 'v', limit: 2, consecutive: 3, ...read };

function rolloutWith(guard: SourceGuard): Rollout {
  const stages = [{ percent: 5, advance: 'time' as const, bakeMs: 0, maxHoldMs: 0 }];
  return {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null, stage: 0 },
    ...{ percent: 5, startPercent: 0, startedAt: 0, forced: null, stageSince: 0, bakeSince: 0, endedAt: null, confirmedAt: null },
    ...{ startedBy: { kind: 'user', id: 'u', name: 'Ada' }, ruleDigest: '', evidence: null, timeline: [] },
    plan: { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages, guards: [guard] },
  };
}
const ok = (errors: number, total: number, asOf = AT): Sample => ({ kind: 'ok', errors, total, asOf });
function take(guard: SourceGuard, state: QueryState, sample: Sample, control?: Sample, i = 0): QueryState {
  const from = AT - WINDOW + i;
  const window = { from, to: from + WINDOW, probe: false, at: AT };
  return takeSample(guard, state, rolloutWith(guard), { ...window, sample, ...(control && { control }) });
}
const judged = (guard: SourceGuard, state: QueryState) =>
  judge(rolloutWith(guard), { ...NO_EVIDENCE, queries: { q: state } }, AT);

describe('queries with arms', () => {
  it('ask for both in the same window', () => {
    expect(comparesArms(arms)).toBe(true);
    expect(asksOf(arms)).toEqual([
      { errors: 'etreatment', total: 'ttreatment', windowMs: WINDOW },
      { errors: 'econtrol', total: 'tcontrol', windowMs: WINDOW },
    ]);
    expect(asksOf({ ...arms, errors: 'e', total: 't', limit: 0.02 })).toHaveLength(1);
  });

  it('are compared as arms are, and say that they count requests', () => {
    const state = take(arms, NO_QUERY, ok(5, 100), ok(50, 9_900));
    const lnL = RATIOS.map((ratio) => lnRatio({ e1: 5, e0: 50, n1: 100, n0: 9_900 }, ratio));
    const expected = Math.log(0.3 * Math.exp(logSum(lnL) - Math.log(RATIOS.length)) + 0.7);
    expect(lnMixture(state.mixture)).toBeCloseTo(expected, 9);
    const bad = take(arms, NO_QUERY, ok(30, 100), ok(50, 9_900));
    expect(judged(arms, bad).pause?.text).toContain('not corrected for repeat users');
    // a global incident: both arms fail as much
    const both = take(arms, NO_QUERY, ok(30, 100), ok(2_970, 9_900));
    expect(judged(arms, both)).toMatchObject({ pause: null, passing: true });
  });

  it('tolerate a ratio that the plan tolerates', () => {
    const [treatment, control] = [ok(30, 1_000), ok(100, 10_000)];
    expect(judged(arms, take(arms, NO_QUERY, treatment, control)).pause).not.toBeNull();
    expect(judged(arms, take({ ...arms, tolerated: 3 }, NO_QUERY, treatment, control)).pause).toBeNull();
  });

  it('are no number when one arm is missing, stale or impossible', () => {
    for (const control of [ok(1, 0), ok(3, 2), ok(Number.NaN, 1), ok(0, 9, 0), { kind: 'no_data', reason: 'x' } as const]) {
      const state = take(arms, NO_QUERY, ok(5, 100), control);
      expect(state.trouble).not.toBeNull();
      expect(state.mixture).toEqual(NO_QUERY.mixture);
      expect(judged(arms, state)).toMatchObject({ passing: false });
    }
    expect(take(arms, NO_QUERY, ok(5, 100))).toBe(NO_QUERY);
  });
});

describe('events per second', () => {
  it('pause above the limit, pass below it, and none is an answer', () => {
    const many = take(rate, NO_QUERY, ok(75, 75));
    expect(judged(rate, many).pause?.text).toContain('1.25 events a second');
    for (const events of [0, 25]) {
      const state = take(rate, NO_QUERY, ok(events, events));
      expect(state.trouble).toBeNull();
      expect(judged(rate, state)).toMatchObject({ pause: null, passing: true });
    }
  });
});

describe('a threshold', () => {
  const after = (values: readonly number[]) =>
    values.reduce((state, v, i) => take(threshold, state, ok(v, v), undefined, i), NO_QUERY);

  it('pauses after as many bad readings in a row as it was told, never reverts, and claims no statistics', () => {
    expect(judged(threshold, after([3, 3])).pause).toBeNull();
    expect(judged(threshold, after([3, 3, 1, 3, 3])).pause).toBeNull();
    const bad = judged(threshold, after([1, 3, 3, 9_999]));
    expect(bad).toMatchObject({ revert: null, pause: { code: 'guard-threshold' } });
    expect(bad.pause?.text).toContain('no statistics');
    expect(judged({ ...threshold, action: 'observe' }, after([3, 3, 3])).pause).toBeNull();
  });

  it('is not moved by readings that do not come', () => {
    const missing = take(threshold, after([3, 3]), { kind: 'unavailable', reason: 'down' });
    expect(missing.bad).toBe(2);
    expect(judged(threshold, missing)).toMatchObject({ pause: null, passing: false, hold: { code: 'source-unavailable' } });
  });
});
