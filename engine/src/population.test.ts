import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashFrom, murmur3, POSITIONS, position, SPLIT_SEED, saltState, thresholdOf } from './bucketing.ts';
import { evaluate } from './evaluate.ts';
import { prepare } from './prepare.ts';
import type { Ruleset } from './types.ts';

const IDS = Number(process.env.BURGEE_IDS ?? 100_000);
const USERS = 100_000;
const FLAGS = 20;
const SEED = 20261123;

/** Ids that look like real ones, the same at each run. */
function idAt(index: number): string {
  const kind = index % 4;
  const scattered = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  if (kind === 0) return String(index);
  if (kind === 1) return `user-${index}@example.com`;
  if (kind === 2) return `${scattered.toString(16).padStart(8, '0')}-6f0c-4f6e-9d2e-${index.toString(16).padStart(12, '0')}`;
  return `Jürgen 李 🏳️ ${index}`;
}

function atPercent(percent: number): Ruleset {
  const rules = [{ id: 'r', percent, by: 'default', serve: { variant: 'on' } }];
  const variants = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const flag = { key: 'checkout', type: 'boolean', variants, browserAccess: 'none', enabled: true, killed: false } as const;
  const flags = [{ ...flag, prerequisites: [], rules, defaultVariant: 'off', offVariant: 'off' }];
  return { schema: 1, project: 'p', environment: 'e', revision: { epoch: 1, n: 1 }, flags, segments: [] };
}

describe('raising a percent', () => {
  it(`removes none of ${IDS} ids`, () => {
    const steps = [0, 0.001, 0.1, 1, 2.006, 2.007, 2.008, 5, 25, 33.333, 50, 98, 99.999, 100].map((percent) => ({
      percent,
      prepared: prepare(atPercent(percent)),
    }));
    let removed = 0;
    for (let index = 0; index < IDS; index++) {
      const context = { targetingKey: idAt(index) };
      let before = false;
      for (const { prepared } of steps) {
        const inside = evaluate(prepared, 'checkout', context, 0, 0).value === true;
        if (before && !inside) removed++;
        before = inside;
      }
      if (!before) removed++;
    }
    expect(removed).toBe(0);
  }, 300_000);

  it('removes people where the percent salts the hash (negative control)', () => {
    let removed = 0;
    for (let index = 0; index < 1000; index++) {
      const inside = (percent: number): boolean =>
        position(hashFrom(saltState(`f${percent}`, 0), idAt(index))) < thresholdOf(percent);
      if (inside(25) && !inside(50)) removed++;
    }
    expect(removed).toBeGreaterThan(0);
  });

  it('lets in exactly the share of the positions', () => {
    // a hash h of 0…99 999 + 100 000 k stands where h mod 100 and floor(h / 100) mod 1000 say: each position once
    const seen = new Set<number>();
    for (let h = 0; h < POSITIONS; h++) seen.add(position(h));
    expect(seen.size).toBe(POSITIONS);
    expect(position(0)).toBe(0);
    // 4 294 967 295 = 42 949 672 * 100 + 95
    expect(position(2 ** 32 - 1)).toBe(95_000 + 672);
  });
});

/** How many standard deviations the shares of the flags, and of each pair of them, are off at most. */
function worst(salts: readonly string[], inside: (salt: string) => (id: string) => boolean): { alone: number; pairs: number } {
  const members = salts.map((salt) => {
    const test = inside(salt);
    return Uint8Array.from({ length: USERS }, (_, index) => (test(idAt(index)) ? 1 : 0));
  });
  const deviations = (count: number, share: number): number =>
    Math.abs(count - USERS * share) / Math.sqrt(USERS * share * (1 - share));
  let alone = 0;
  let pairs = 0;
  for (const [index, left] of members.entries()) {
    alone = Math.max(
      alone,
      deviations(
        left.reduce((sum, is) => sum + is, 0),
        0.25,
      ),
    );
    for (const right of members.slice(index + 1)) {
      let both = 0;
      for (let i = 0; i < USERS; i++) both += (left[i] ?? 0) & (right[i] ?? 0);
      pairs = Math.max(pairs, deviations(both, 0.0625));
    }
  }
  return { alone, pairs };
}

describe(`${FLAGS} flags at 25 % over ${USERS} users`, () => {
  const salts = Array.from({ length: FLAGS }, (_, index) => `flag-${index}`);
  const threshold = thresholdOf(25);

  it('have their share and are pairwise independent, within four standard deviations', () => {
    const { alone, pairs } = worst(salts, (salt) => {
      const state = saltState(salt, 0);
      return (id) => position(hashFrom(state, id)) < threshold;
    });
    expect(alone).toBeLessThan(4);
    expect(pairs).toBeLessThan(4);
  });

  it('are not independent without a salt (negative control)', () => {
    const { alone, pairs } = worst(salts.slice(0, 2), () => (id) => position(murmur3(id, 0)) < threshold);
    expect(alone).toBeLessThan(4);
    expect(pairs).toBeGreaterThan(100);
  });

  it('are independent of the split of the same salt, and fine steps of whole percents', () => {
    const bucket = saltState('flag-0', 0);
    const split = saltState('flag-0', SPLIT_SEED);
    let both = 0;
    let fine = 0;
    for (let index = 0; index < USERS; index++) {
      const at = position(hashFrom(bucket, idAt(index)));
      if (at < 50_000 && hashFrom(split, idAt(index)) % 1000 < 500) both++;
      if (at % 1000 < 500) fine++;
    }
    expect(Math.abs(both - USERS / 4) / Math.sqrt(USERS * 0.1875)).toBeLessThan(4);
    expect(Math.abs(fine - USERS / 2) / Math.sqrt(USERS * 0.25)).toBeLessThan(4);
  });
});

describe('splits', () => {
  it('share as weighted, within four standard deviations', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc
          .array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 6 })
          .filter((weights) => weights.some((w) => w > 0)),
        (salt, weights) => {
          const variants = weights.map((_, index) => ({ key: `v${index}`, value: index }));
          const serve = { split: { weights: weights.map((weight, index) => ({ variant: `v${index}`, weight })) } };
          const rules = [{ id: 'r', percent: 100, by: 'default', salt, serve }];
          const [flag] = atPercent(0).flags;
          if (flag === undefined) return;
          const ruleset: Ruleset = {
            ...atPercent(0),
            flags: [{ ...flag, type: 'number', variants, rules, defaultVariant: 'v0', offVariant: 'v0' }],
          };
          const prepared = prepare(ruleset);
          const counts = weights.map(() => 0);
          const people = 10_000;
          for (let i = 0; i < people; i++) {
            const chosen = Number(evaluate(prepared, 'checkout', { targetingKey: idAt(i) }, 0, 0).value);
            counts[chosen] = (counts[chosen] ?? 0) + 1;
          }
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (const [index, weight] of weights.entries()) {
            const share = weight / total;
            const off = Math.abs((counts[index] ?? 0) - people * share);
            // 100 salts of up to six variants each: 4.5 deviations are passed once in 1,600 whole runs
            expect(off).toBeLessThanOrEqual(4.5 * Math.sqrt(people * share * (1 - share)) + 1e-9);
          }
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});
