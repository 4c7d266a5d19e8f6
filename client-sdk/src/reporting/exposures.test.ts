import { decodeHashes, type Ramp, type RolloutReport, sampled, unitHash, unitKey } from '@burgee/engine';
import { expect, test } from 'vitest';
import { createExposures, type Exposures, type Scope } from './exposures.ts';

const RAMP: Ramp = { rollout: 'r', controlSample: 0.25, flushMs: 2_000, openMs: 30_000, changedAt: 1, cutoffsMs: [100, 500] };
const scopeAt = (startedAt: number): Scope => ({ startedAt, open: new Set(), ended: false });

function meet(
  on: Exposures,
  unit: string,
  arm: 'treatment' | 'control',
  scope: Scope | undefined,
  now: number,
  percent = 5,
): boolean {
  return on.meet({ ramp: RAMP, arm, percent, unit, scope, now });
}

const keys = (hashes: string | undefined): number[] =>
  decodeHashes(hashes ?? '')
    .map(unitKey)
    .sort((a, b) => a - b);
const keysOf = (units: readonly string[]): number[] => units.map((unit) => unitKey(unitHash('r', unit))).sort((a, b) => a - b);
const arm = (rollouts: readonly RolloutReport[], name: string, percent = 5) =>
  rollouts.flatMap((rollout) => rollout.arms).find((one) => one.arm === name && one.percent === percent);
const units = Array.from({ length: 400 }, (_, i) => `u${i}`);
const inSample = units.filter((unit) => sampled(unitHash('r', unit), RAMP.controlSample));

test('of control the sampled close, and every failure is reported, sampled or not', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  for (const [i, unit] of units.entries()) {
    const scope = scopeAt(0);
    meet(exposures, unit, 'control', scope, 0);
    exposures.end(scope, { failed: i % 10 === 0, durationMs: 5 });
  }
  const { rollouts } = exposures.take(1, 10_000);
  const control = arm(rollouts, 'control');
  expect(keys(control?.closed)).toEqual(keysOf(inSample));
  expect(keys(control?.failed)).toEqual(keysOf(units.filter((_, i) => i % 10 === 0)));
  // the sample must leave some failures out, or the rule above says nothing
  expect(keys(control?.failed).filter((key) => !keysOf(inSample).includes(key)).length).toBeGreaterThan(10);
});

test('of treatment everybody closes, once each, and the slow are told per cut-off', () => {
  const exposures = createExposures();
  for (const [i, unit] of units.entries()) {
    for (const durationMs of [10, i * 2]) {
      const scope = scopeAt(0);
      meet(exposures, unit, 'treatment', scope, 0);
      meet(exposures, unit, 'treatment', scope, 0);
      exposures.end(scope, { failed: false, durationMs });
    }
  }
  const treatment = arm(exposures.take(1, 10_000).rollouts, 'treatment');
  expect(keys(treatment?.closed)).toEqual(keysOf(units));
  expect(keys(treatment?.slow[0])).toEqual(keysOf(units.filter((_, i) => i * 2 > 100)));
  expect(keys(treatment?.slow[1])).toEqual(keysOf(units.filter((_, i) => i * 2 > 500)));
});

test('an exposure is reported under the percent and arm that it met when it opened', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  const early = scopeAt(0);
  meet(exposures, 'u1', 'treatment', early, 0, 5);
  exposures.ramps([{ ...RAMP, changedAt: 2 }], 10);
  const later = scopeAt(10);
  meet(exposures, 'u2', 'treatment', later, 10, 25);
  exposures.end(early, { failed: true, durationMs: 20 });
  exposures.end(later, { failed: false, durationMs: 20 });
  const { rollouts } = exposures.take(30, 100);
  expect(keys(arm(rollouts, 'treatment', 5)?.failed)).toEqual(keysOf(['u1']));
  expect(keys(arm(rollouts, 'treatment', 25)?.closed)).toEqual(keysOf(['u2']));
  expect(keys(arm(rollouts, 'treatment', 25)?.failed)).toEqual([]);
});

test('what is still open is announced once; when overdue it has failed, unless the work had ended unnoticed', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  const hung = scopeAt(0);
  const unnoticed: Scope = { ...scopeAt(0), late: () => false };
  meet(exposures, 'hung', 'treatment', hung, 0);
  meet(exposures, 'fine', 'treatment', unnoticed, 0);
  expect(keys(arm(exposures.take(100, 100).rollouts, 'treatment')?.opened)).toEqual(keysOf(['hung', 'fine']));
  expect(exposures.take(200, 100).rollouts).toEqual([]);
  expect(exposures.take(29_999, 100).rollouts).toEqual([]);
  const treatment = arm(exposures.take(30_000, 100).rollouts, 'treatment');
  expect(keys(treatment?.closed)).toEqual(keysOf(['hung', 'fine']));
  expect(keys(treatment?.failed)).toEqual(keysOf(['hung']));
  exposures.end(hung, { failed: false, durationMs: 40_000 });
  expect(exposures.take(40_000, 100).rollouts).toEqual([]);
});

test('openings hurry for 30 s after a percent change and not after that', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  expect(meet(exposures, 'u1', 'treatment', scopeAt(0), 29_999)).toBe(true);
  expect(meet(exposures, 'u2', 'treatment', scopeAt(0), 30_001)).toBe(false);
  exposures.ramps([{ ...RAMP, changedAt: 2 }], 40_000);
  expect(meet(exposures, 'u3', 'treatment', scopeAt(0), 40_001)).toBe(true);
  exposures.ramps([{ ...RAMP, changedAt: 2 }], 80_000);
  expect(meet(exposures, 'u4', 'treatment', scopeAt(0), 80_001)).toBe(false);
});

test('an outcome by hand goes to the arm evaluated for its unit in the last 30 s, else it is only counted', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  meet(exposures, 'u1', 'treatment', undefined, 0);
  meet(exposures, 'u2', 'treatment', undefined, 0);
  expect(exposures.take(1, 100).rollouts).toEqual([]);
  exposures.outcome(() => 'u1', { failed: true, durationMs: 1 }, 29_000);
  exposures.outcome(() => 'u2', { failed: true, durationMs: 1 }, 31_000);
  exposures.outcome(() => 'stranger', { failed: true, durationMs: 1 }, 29_000);
  exposures.outcome(() => undefined, { failed: true, durationMs: 1 }, 29_000);
  const { rollouts } = exposures.take(31_000, 100);
  expect(rollouts[0]?.unattributed).toBe(3);
  expect(keys(arm(rollouts, 'treatment')?.failed)).toEqual(keysOf(['u1']));
});

test('a report takes a bounded number of units, the next ones the rest, each unit once', () => {
  const exposures = createExposures();
  for (const unit of units) {
    const scope = scopeAt(0);
    meet(exposures, unit, 'treatment', scope, 0);
    exposures.end(scope, { failed: false, durationMs: 1 });
  }
  const seen: number[] = [];
  for (let more = true; more; ) {
    const part = exposures.take(1, 90);
    expect(part.units).toBeLessThanOrEqual(90);
    seen.push(...keys(arm(part.rollouts, 'treatment')?.closed));
    more = part.more;
  }
  expect(seen.sort((a, b) => a - b)).toEqual(keysOf(units));
});

test('an ended rollout is forgotten once its units are told', () => {
  const exposures = createExposures();
  exposures.ramps([RAMP], 0);
  expect(exposures.flushMs()).toBe(2_000);
  const scope = scopeAt(0);
  meet(exposures, 'u1', 'treatment', scope, 0);
  exposures.ramps([], 1);
  expect(exposures.flushMs()).toBe(2_000);
  exposures.end(scope, { failed: true, durationMs: 1 });
  expect(arm(exposures.take(2, 100).rollouts, 'treatment')?.failed).not.toBe('');
  expect(exposures.flushMs()).toBeUndefined();
  exposures.take(40_000, 100);
  exposures.take(40_001, 100);
  exposures.outcome(() => 'u1', { failed: true, durationMs: 1 }, 40_002);
  expect(exposures.take(40_003, 100).rollouts).toEqual([]);
});

test('while reports cannot be delivered, as many units are kept as memory allows, and the rest are counted', () => {
  const many = Array.from({ length: 120_000 }, (_, i) => `m${i}`);
  const exposures = createExposures();
  for (const unit of many) {
    const scope = scopeAt(0);
    meet(exposures, unit, 'treatment', scope, 1);
    exposures.end(scope, { failed: false, durationMs: 1 });
  }
  expect(exposures.dropped()).toBe(20_000);
  const unattributed = (unit: string): number => {
    exposures.ramps([RAMP], 1);
    exposures.outcome(() => unit, { failed: true, durationMs: 1 }, 1);
    return exposures.take(1, 0).rollouts[0]?.unattributed ?? 0;
  };
  // whom it met last it remembers, whom it met first it does not
  expect([unattributed('m119999'), unattributed('m100001'), unattributed('m0')]).toEqual([0, 0, 1]);
});

test('work that never ends fills no memory either: it has failed once it is overdue', () => {
  const exposures = createExposures();
  for (let i = 0; i < 110_000; i++) meet(exposures, `m${i}`, 'treatment', scopeAt(0), 0);
  expect(exposures.dropped()).toBe(10_000);
  meet(exposures, 'later', 'treatment', scopeAt(30_000), 30_000);
  expect(exposures.dropped()).toBe(10_000);
  expect(keys(arm(exposures.take(30_000, 200_000).rollouts, 'treatment')?.failed)).toHaveLength(100_000);
});
