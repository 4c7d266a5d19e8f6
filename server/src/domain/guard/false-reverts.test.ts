import { type UnitHash, unitHash } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { nobody, tally } from './at-risk.ts';
import { isComparable, NEW_PROCESS, type Process, stepProcess } from './process.ts';
import { NOTHING_SPENT, nextWeight, type Spending } from './start-weights.ts';

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

const USERS = 2_000;
const PERCENTS = [1, 5, 25, 50];
const TICKS = 25;
const REQUESTS = 120;
const STAGE = { advance: 'evidence' as const, bakeMs: 0, maxHoldMs: TICKS * 1_000 };
const PLAN = { stages: PERCENTS.map((percent) => ({ ...STAGE, percent })) };
const UNITS: UnitHash[] = Array.from({ length: USERS }, (_, i) => unitHash('r', `u${i}`));

/** How a release counts: our way, or every request by itself, as dashboards do. */
type Counting = 'at risk' | 'requests';

/**
 * A flag that people return to, a few of them broken whatever it serves and trying again; `bad` multiplies the new version's failures. Assigns
 * people anew for each seed and answers the highest ln M of the whole rollout, looked at every tick.
 */
function highest(seed: number, counting: Counting, bad = 1): number {
  const random = dice(seed);
  const place = UNITS.map(() => random() * 100);
  const broken = UNITS.map(() => random() < 0.01);
  const known = nobody();
  let process: Process = NEW_PROCESS;
  let spending: Spending = NOTHING_SPENT;
  let top = 0;
  for (const [stage, percent] of PERCENTS.entries()) {
    for (let t = 0; t < TICKS; t++) {
      const group = {
        percent,
        stratum: 's',
        closed1: [] as UnitHash[],
        closed0: [] as UnitHash[],
        failed1: [] as UnitHash[],
        failed0: [] as UnitHash[],
      };
      for (let i = 0; i < REQUESTS; i++) {
        const unit = Math.floor(random() * USERS);
        const treated = (place[unit] ?? 0) < percent;
        const hash = UNITS[unit] as UnitHash;
        const failed = broken[unit] || random() < 0.01 * (treated ? bad : 1);
        // whoever is broken tries again, five times
        for (let tries = broken[unit] ? 6 : 1; tries > 0; tries--) {
          (treated ? group.closed1 : group.closed0).push(hash);
          if (failed) (treated ? group.failed1 : group.failed0).push(hash);
        }
      }
      const { n1, e1, n0, e0 } =
        counting === 'at risk'
          ? tally(group, known, true)
          : { n1: group.closed1.length, e1: group.failed1.length, n0: group.closed0.length, e0: group.failed0.length };
      const line = { n1, e1, n0, e0, inStage: true, exact: false };
      if (!isComparable(line)) continue;
      const next = nextWeight(spending, PLAN, { at: (stage * TICKS + t) * 1_000, stage, stageSeen: true });
      spending = next.spending;
      const step = stepProcess(process, { weight: next.weight, since: stage, lines: [line] }, { tolerated: 1, rhoBad: 3 });
      process = step.process;
      top = Math.max(top, step.after[0]?.lnM ?? 0);
    }
  }
  return top;
}

describe('a harmless release with returning and with broken users', () => {
  const SEEDS = Number(process.env.BURGEE_SEEDS ?? 300);
  const reverted = (counting: Counting, alpha: number, bad = 1) =>
    Array.from({ length: SEEDS }, (_, seed) => highest(seed + 1, counting, bad)).filter((lnM) => lnM >= Math.log(1 / alpha))
      .length;

  it(`is reverted no more often than α allows, in ${SEEDS} assignments`, () => {
    const alpha = 0.01;
    // the 99.9 % quantile of Binomial(300, 0.01) is 9
    expect(reverted('at risk', alpha)).toBeLessThanOrEqual(Math.ceil(SEEDS * alpha + 3.5 * Math.sqrt(SEEDS * alpha)));
    expect(reverted('at risk', 0.001)).toBeLessThanOrEqual(Math.ceil(SEEDS * 0.001 + 3.5 * Math.sqrt(SEEDS * 0.001)));
  });

  it('is reverted far too often where requests are counted', () => {
    expect(reverted('requests', 0.01)).toBeGreaterThan(SEEDS * 0.05);
  });

  it('is told from a release that fails five times as often', () => {
    expect(reverted('at risk', 0.001, 5)).toBeGreaterThan(SEEDS * 0.8);
  });
});
