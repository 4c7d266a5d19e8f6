import { describe, expect, it } from 'vitest';
import { type ControlRate, incidentOf, NEW_CONTROL_RATE, updateControlRate } from './control-rate.ts';

/** Mulberry32, and a binomial draw by its n coins: slow and plain. */
function dice(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return (n: number, p: number) => {
    let errors = 0;
    for (let i = 0; i < n; i++) if (next() < p) errors += 1;
    return errors;
  };
}

/** Seconds in which an incident was seen, of a control that fails as told. */
function course(seed: number, seconds: number, n: number, rate: (second: number) => number): number[] {
  const draw = dice(seed);
  const seen: number[] = [];
  let control: ControlRate = NEW_CONTROL_RATE;
  for (let second = 0; second < seconds; second++) {
    control = updateControlRate(control, { at: 1_000 * second, n, e: draw(n, rate(second)) });
    if (incidentOf(control) !== null) seen.push(second);
  }
  return seen;
}

describe('control against its own past', () => {
  it.each([0.001, 0.01, 0.2])('is rarely taken for an incident while it fails as ever, at %s', (base) => {
    let held = 0;
    for (let seed = 1; seed <= 20; seed++) held += course(seed, 600, 100, () => base).length;
    expect(held).toBeLessThanOrEqual(12);
  });

  it('tells an incident within seconds, to its end and no longer than half a minute after', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const seen = course(seed, 900, 190, (second) => (second >= 300 && second < 480 ? 0.1 : 0.01));
      expect(seen[0]).toBeGreaterThanOrEqual(300);
      expect(seen[0]).toBeLessThanOrEqual(303);
      const whole = seen.filter((second) => second >= (seen[0] ?? 0) && second < 480);
      expect(whole).toHaveLength(480 - (seen[0] ?? 0));
      expect(seen.at(-1)).toBeLessThan(515);
    }
  });

  it('takes half as many more for an ordinary day, and what is known of few people for nothing', () => {
    expect(course(1, 900, 190, (second) => (second >= 300 ? 0.015 : 0.01))).toEqual([]);
    expect(course(1, 30, 5, (second) => (second >= 20 ? 0.9 : 0))).toEqual([]);
  });

  it('takes for usual what lasts a quarter of an hour', () => {
    const seen = course(1, 2_400, 190, (second) => (second >= 300 ? 0.1 : 0.01));
    expect(seen[0]).toBeLessThanOrEqual(303);
    expect(seen.length).toBeLessThanOrEqual(900);
    expect(seen.at(-1)).toBeLessThanOrEqual(1_203);
  });
});
