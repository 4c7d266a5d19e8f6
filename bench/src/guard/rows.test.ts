import { describe, expect, it } from 'vitest';
import { binomialQuantile } from '../counting.ts';
import { unitsOf } from './alarms.ts';
import { faulty } from './faults.ts';
import { planNamed } from './plans.ts';
import { ALPHAS, harmless } from './row-01.ts';
import { incident } from './row-07.ts';
import { returning } from './row-08.ts';
import { lagging } from './row-09.ts';
import { slower } from './row-10.ts';
import { cleared } from './row-20.ts';
import { compared } from './row-21.ts';
import { rows } from './rows.ts';

/** Runs a simulation for the seeds 1 … count. */
function many<R>(count: number, run: (seed: number) => R): R[] {
  return Array.from({ length: count }, (_, i) => run(i + 1));
}

function share(results: readonly boolean[]): number {
  return results.filter(Boolean).length / results.length;
}

describe('row 1, few seeds: a harmless release', () => {
  const SEEDS = 120;
  const verdicts = many(SEEDS, (seed) => harmless({ base: 0.02, perSecond: 100, users: 5_000 }, seed));

  it('is reverted no more often than α allows', () => {
    for (const [i, alpha] of ALPHAS.entries()) {
      const count = verdicts.filter(({ reverted }) => reverted[i]).length;
      expect(count).toBeLessThanOrEqual(binomialQuantile(SEEDS, alpha, 0.999));
    }
  });

  it('is reverted far too often by a z-test at every tick', () => {
    expect(verdicts.filter(({ repeated }) => repeated).length).toBeGreaterThan(binomialQuantile(SEEDS, 0.05, 0.999));
  });
});

describe('row 2, few seeds: five times as many errors at 1 %', () => {
  const fault = { percent: 1, perSecond: 500, base: 0.01, after: 0, patience: 120, alphas: [0.001] };

  it('are found near the bound', () => {
    const alarms = many(15, (seed) => faulty({ ...fault, bad: 0.05 }, seed)[0] ?? null);
    expect(unitsOf(alarms)).toBeLessThanOrEqual(1.6 * 171);
  });

  it('are not found where there are none', () => {
    const alarms = many(5, (seed) => faulty({ ...fault, bad: 0.01 }, seed)[0] ?? null);
    expect(alarms.every((alarm) => alarm === null)).toBe(true);
  });
});

describe('row 3, few seeds: a step at the start of the 5 % stage', () => {
  it('is found near the bound, one tick later at most', () => {
    const fault = { percent: 5, perSecond: 300, base: 0.01, bad: 0.05, after: 0, patience: 120, alphas: [0.001] };
    const alarms = many(11, (seed) => faulty(fault, seed)[0] ?? null);
    expect(unitsOf(alarms)).toBeLessThanOrEqual(2 * 184 + 0.05 * 300);
  });
});

describe('row 7, few seeds: a global incident', () => {
  it('reverts nothing', () => {
    const courses = many(5, (seed) => incident({ perSecond: 100, base: 0.01 }, seed));
    expect(share(courses.map(({ reverted }) => reverted[0] === true))).toBe(0);
  });
});

describe('row 8, few seeds: broken users who come again', () => {
  const SEEDS = 40;
  const courses = many(SEEDS, (seed) => returning({ brokenIn: 500, heavy: 0 }, seed));

  it('revert nothing', () => {
    const count = courses.filter(({ reverted }) => reverted[0]).length;
    expect(count).toBeLessThanOrEqual(binomialQuantile(SEEDS, 0.001, 0.999));
  });

  it('would, if every request counted', () => {
    expect(courses.filter(({ byRequests }) => byRequests[0]).length).toBeGreaterThan(binomialQuantile(SEEDS, 0.001, 0.999));
  });
});

describe('row 9, few seeds: stale clients and two platforms', () => {
  const SEEDS = 30;
  const courses = many(SEEDS, (seed) => lagging({ perSecond: 200 }, seed));

  it('revert nothing', () => {
    const count = courses.filter(({ reverted }) => reverted[0]).length;
    expect(count).toBeLessThanOrEqual(binomialQuantile(SEEDS, 0.001, 0.999));
  });

  it('would, if everything went into one pot', () => {
    expect(courses.filter(({ inOnePot }) => inOnePot[0]).length).toBeGreaterThan(binomialQuantile(SEEDS, 0.001, 0.999));
  });
});

describe('row 10, few seeds: slower work', () => {
  it('is found where it is slower, and only there', () => {
    const late = many(11, (seed) => slower({ times: 1.5, perSecond: 100, seconds: 120 }, seed)[1] ?? null);
    expect(unitsOf(late)).toBeLessThanOrEqual(200);
    const same = many(11, (seed) => slower({ times: 1, perSecond: 100, seconds: 120 }, seed)[1] ?? null);
    expect(same.filter((alarm) => alarm !== null).length).toBeLessThanOrEqual(binomialQuantile(11, 0.01, 0.999));
  });
});

describe('row 20, few seeds: a stage', () => {
  const SEEDS = 60;

  it('is seldom cleared for a release as bad as it must refute', () => {
    const count = many(SEEDS, (seed) => cleared({ percent: 5, ratio: planNamed('standard').rhoBad }, seed)).filter(
      Boolean,
    ).length;
    expect(count).toBeLessThanOrEqual(binomialQuantile(SEEDS, planNamed('standard').beta, 0.999));
  });

  it('is cleared for a harmless one', () => {
    expect(share(many(20, (seed) => cleared({ percent: 5, ratio: 1 }, seed)))).toBeGreaterThan(0.8);
  });
});

describe('row 21, few seeds: other rules on the same traces', () => {
  const trace = { perSecond: 100, users: 5_000, seconds: 420, extended: 0, brokenIn: 200 };

  it('roll harmless releases back, ours does not', () => {
    const times = many(15, (seed) => compared({ ...trace, bad: 0.01 }, seed));
    expect(times.filter((time) => time.burgee !== Number.POSITIVE_INFINITY).length).toBe(0);
    expect(times.filter((time) => time['z-test at 0.05, every 1 s'] !== Number.POSITIVE_INFINITY).length).toBeGreaterThan(1);
  });

  it('wait for their next look', () => {
    const fault = { ...trace, brokenIn: 0, bad: 0.2, perSecond: 300, users: Number.POSITIVE_INFINITY, extended: 25_000 };
    for (const times of many(3, (seed) => compared(fault, seed))) {
      expect(times.burgee).toBeLessThan(20);
      expect(times['limit 2 %, every 60 s, 5 bad reads']).toBeGreaterThan(60);
      expect(times['sequential test at 0.05, every 6 h']).toBeGreaterThan(times.burgee ?? 0);
    }
  });
});

it('has each row once, in order', () => {
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
});
