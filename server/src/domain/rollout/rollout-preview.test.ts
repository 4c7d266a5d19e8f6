import { addToSketch, createSketch, murmur3 } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { QueryGuard } from '../guard/guard.ts';
import type { MinuteRow } from '../ports.ts';
import { checkOf } from './preflight.ts';
import type { Plan } from './rollout.ts';
import { PLAN_DEFAULTS } from './rollout-plans.ts';
import { dayTraffic, previewOf } from './rollout-preview.ts';

const AT = Date.parse('2026-11-23T12:00:00Z');
const HOUR = 3_600_000;
const query: QueryGuard = {
  ...{ kind: 'query', key: 'service', action: 'pause', source: 's', errors: 'e', total: 't', limit: 0.02 },
  ...{ windowMs: 60_000, lagMs: 0, maxAgeMs: 60_000 },
};
const plan: Plan = {
  ...{ project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, guards: [...PLAN_DEFAULTS.guards, query] },
  stages: [
    { percent: 1, advance: 'evidence', bakeMs: 60_000, maxHoldMs: HOUR },
    { percent: 50, advance: 'evidence', bakeMs: 60_000, maxHoldMs: HOUR },
    { percent: 98, advance: 'time', bakeMs: 60_000, maxHoldMs: HOUR },
  ],
};
const samples = [{ kind: 'ok' as const, errors: 300, total: 30_000, asOf: AT }];
const preflight = {
  checks: [checkOf(plan, query, { from: AT - 60_000, to: AT, at: AT, samples })],
  reporting: 'outcomes' as const,
};
const facts = {
  ...{
    environment: 'production',
    refusal: null,
    waits: null,
    existing: null,
    rule: 'r',
    startPercent: 0,
    plan,
    preflight,
    at: AT,
  },
  traffic: { people: 20_000, perSecond: 200, failing: 0.01 },
};
const row = (series: string, sums: number[], fields: Partial<MinuteRow> = {}): MinuteRow => ({
  ...{ project: 'p', environment: 'e', minute: AT - HOUR, series, subject: 'flag/f/r', sums, sketch: null, ...fields },
});

describe('the last day', () => {
  it('tells people, rate and failures', () => {
    const sketch = createSketch();
    for (let i = 0; i < 1_000; i++) addToSketch(sketch, murmur3(`user ${i}`, 0));
    const seen = dayTraffic(
      { sketches: [row('sketch', [], { sketch })], counts: [row('count', [36_000])], work: [row('work', [18_000, 180])] },
      AT,
    );
    expect(seen.people).toBeGreaterThan(850);
    expect(seen.people).toBeLessThan(1_150);
    // ten evaluations a second, but only five requests
    expect(seen).toMatchObject({ perSecond: 5, failing: 0.01 });
  });

  it('is unknown until evaluated', () => {
    expect(dayTraffic({ sketches: [], counts: [], work: [] }, AT)).toEqual({ people: null, perSecond: null, failing: null });
  });
});

describe('a preview', () => {
  it('says per stage how many people, how long, and what each guard would see', () => {
    const { stages, expectedMs, warnings, wouldStart } = previewOf(facts);
    expect(wouldStart).toBe(true);
    expect(stages.map(({ people }) => people)).toEqual([200, 10_000, 19_600]);
    // 340 users of the new version at two a second
    expect(stages[0]?.expectedMs).toBeCloseTo(169_894, -2);
    expect(expectedMs).toBe(stages.reduce((sum, stage) => sum + (stage.expectedMs ?? 0), 0));
    expect(stages[0]?.guards.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^would see failures of \d+(\.\d+)? % or more, [\d.]+ times as many as now$/),
      'cannot see this stage: for the whole service to reach the limit the new version would have to fail 101.0 % of the time',
    ]);
    expect(stages[1]?.guards[1]?.text).toMatch(/^would see failures of 3\.\d % or more, 3\.?\d? times as many as now$/);
    expect(warnings.map(({ code, stage, guard }) => [code, stage, guard])).toEqual([['dilution', 0, 'service']]);
  });

  it('promises nothing that it does not know', () => {
    const unknown = previewOf({ ...facts, traffic: { people: null, perSecond: null, failing: null } });
    expect(unknown.stages.map(({ people, expectedMs }) => [people, expectedMs])).toEqual([
      [null, null],
      [null, null],
      [null, 60_000],
    ]);
    expect(unknown.expectedMs).toBeNull();
    expect(unknown.stages[0]?.guards[0]?.text).toBe('unknown until applications report');
    const quiet = previewOf({ ...facts, traffic: { people: 9, perSecond: 0.001, failing: 0.01 } });
    expect(quiet.warnings.map(({ code }) => code)).toContain('never-clears');
    expect(quiet.warnings.map(({ code }) => code)).toContain('blind');
    expect(quiet.expectedMs).toBeNull();
  });

  it('leaves out what is done, and says what stands in the way', () => {
    const half = previewOf({ ...facts, startPercent: 50 });
    expect(half.stages.map(({ skipped }) => skipped)).toEqual([true, true, false]);
    expect(half.expectedMs).toBe(60_000);
    expect(half.warnings).toEqual([]);
    const refusal = { code: 'guard_red', detail: 'no' };
    expect(previewOf({ ...facts, refusal }).wouldStart).toBe(false);
    expect(previewOf({ ...facts, existing: { id: 'a', state: 'running', percent: 5 } }).wouldStart).toBe(false);
    const freeze = [{ days: ['mon' as const], from: '10:00', to: '14:00', timeZone: 'UTC' }];
    const stages = plan.stages.map((stage) => ({ ...stage, advance: 'time' as const }));
    const timed = previewOf({ ...facts, plan: { ...plan, stages, guards: [], freeze } });
    expect(timed.warnings.map(({ code }) => code)).toEqual(['frozen', 'no-guard', 'time-only']);
    const trusting = previewOf({ ...facts, startPercent: 50, plan: { ...plan, trustClientOutcomes: true } });
    expect(trusting.warnings.map(({ code }) => code)).toEqual(['trusts-clients']);
  });
});
