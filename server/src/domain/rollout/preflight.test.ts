import { describe, expect, it } from 'vitest';
import type { Sample, SourceGuard } from '../guard/guard.ts';
import type { MinuteRow } from '../ports.ts';
import { checkOf, dryRun, needsOutcomes, type Preflight, refusals, reportingOf, warningsOf } from './preflight.ts';
import type { Plan } from './rollout.ts';
import { builtinPlan, PLAN_DEFAULTS } from './rollout-plans.ts';

const AT = 1_000_000_000;
const base = { source: 's', windowMs: 60_000, lagMs: 10_000, maxAgeMs: 60_000 };
const query = { kind: 'query', key: 'errors', action: 'revert', errors: 'e', total: 't', limit: 0.02, ...base } as const;
const plan = (...guards: Plan['guards']): Plan => ({
  ...{ project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, guards },
  stages: [{ percent: 5, advance: 'evidence', bakeMs: 0, maxHoldMs: 60_000 }],
});
const ok = (errors: number, total: number, asOf = AT): Sample => ({ kind: 'ok', errors, total, asOf });
const check = (guard: SourceGuard, ...samples: Sample[]) =>
  checkOf(plan(guard), guard, { from: AT - 70_000, to: AT - 10_000, at: AT, samples });
const down: Sample = { kind: 'unavailable', reason: 'no answer' };

describe('one window before a start', () => {
  const rate = { kind: 'rate', key: 'r', action: 'pause', events: 'n', limitPerSecond: 1, ...base } as const;
  const threshold = { kind: 'threshold', key: 't', action: 'pause', value: 'v', limit: 10, consecutive: 3, ...base } as const;
  const arms = { ...query, errors: 'e{arm}', total: 't{arm}', limit: 0 };
  it.each<[string, SourceGuard, Sample[], string, boolean]>([
    ['far above its limit', query, [ok(200, 1_000)], 'fail', true],
    ['a little above it, on few requests', query, [ok(3, 100)], 'inconclusive', false],
    ['below it', query, [ok(1, 1_000)], 'pass', false],
    ['that only observes', { ...query, action: 'observe' }, [ok(200, 1_000)], 'inconclusive', false],
    ['without traffic', query, [ok(0, 0)], 'no-data', false],
    ['without data', query, [{ kind: 'no_data', reason: 'no series' }], 'no-data', false],
    ['of yesterday', query, [ok(200, 1_000, AT - 86_400_000)], 'no-data', false],
    ['that nobody answers', query, [down], 'unavailable', false],
    ['that can never be answered', query, [{ ...down, permanent: true }], 'unavailable', true],
    ['that cannot be', query, [ok(Number.NaN, 10)], 'no-data', false],
    ['with more errors than requests', query, [ok(11, 10)], 'no-data', false],
    ['of events above their rate', rate, [ok(300, 300)], 'fail', true],
    ['of events below it', rate, [ok(30, 30)], 'pass', false],
    ['of a number above its limit', threshold, [ok(11, 11)], 'fail', true],
    ['of a number below it', threshold, [ok(9, 9)], 'pass', false],
    ['of an arm that nobody is in yet', arms, [ok(0, 0), ok(5, 100)], 'no-data', false],
  ])('%s', (_, guard, samples, verdict, refuses) => {
    expect(check(guard, ...samples)).toMatchObject({ verdict, refuses });
  });

  it('asks every guard once and at the same time, the newest window', async () => {
    const asked: string[] = [];
    let open = 0;
    let most = 0;
    const guards = Array.from({ length: 8 }, (_, i) => ({ ...query, key: `g${i}` }));
    const read = async (guard: SourceGuard, _: unknown, { from, to }: { from: number; to: number }) => {
      asked.push(guard.key);
      expect([from, to]).toEqual([AT - 70_000, AT - 10_000]);
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      return ok(1, 1_000);
    };
    const checks = await dryRun(plan(...PLAN_DEFAULTS.guards, ...guards), read, AT);
    expect(asked).toEqual(guards.map(({ key }) => key));
    expect(checks.map(({ key }) => key)).toEqual(asked);
    expect(most).toBe(8);
  });
});

describe('who reports', () => {
  const row = (series: string, sums: number[]): MinuteRow => ({
    ...{ project: 'p', environment: 'e', minute: AT, series, subject: 'app/shop', sums, sketch: null },
  });
  it.each([
    ['outcomes', [row('work', [3, 0])], []],
    ['evaluations', [row('work', [0, 0])], [row('count', [1])]],
    ['evaluations', [], [row('count', [1])]],
    ['nobody', [], [row('count', [0])]],
    ['nobody', [], []],
  ] as const)('%s', (wanted, work, counts) => {
    expect(reportingOf({ work, counts })).toBe(wanted);
  });

  it('matters to a plan that compares and does not go by time alone', () => {
    const of = (key: string) => needsOutcomes(builtinPlan('p', key) ?? plan());
    expect(['standard', 'cautious', 'fast', 'time-only'].map(of)).toEqual([true, true, true, false]);
    expect(needsOutcomes(plan(query))).toBe(false);
    expect(needsOutcomes(plan({ ...PLAN_DEFAULTS.guards[0], action: 'observe' }))).toBe(false);
  });
});

describe('a refusal', () => {
  const codes = (wanted: Plan, seen: Preflight, waits = false) => refusals(wanted, seen, waits).map(({ code }) => code);
  const red = check(query, ok(200, 1_000));
  const compares = plan(...PLAN_DEFAULTS.guards);
  it('is for a red guard, and for evaluations without outcomes', () => {
    expect(codes(compares, { checks: [red], reporting: 'evaluations' })).toEqual(['guard_red', 'no_outcomes']);
    expect(codes(compares, { checks: [red], reporting: 'evaluations' }, true)).toEqual(['no_outcomes']);
    expect(codes(compares, { checks: [], reporting: 'outcomes' })).toEqual([]);
    expect(codes(plan(query), { checks: [], reporting: 'evaluations' })).toEqual([]);
  });

  it('is not for silence: that is a warning', () => {
    const seen: Preflight = { checks: [check(query, down)], reporting: 'nobody' };
    expect(codes(compares, seen)).toEqual([]);
    expect(warningsOf(compares, seen).map(({ code }) => code)).toEqual(['guard-unavailable', 'nobody-reports']);
  });
});
