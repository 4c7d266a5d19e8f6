import {
  evaluate,
  hashFrom,
  murmur3,
  position,
  prepare,
  type Ruleset,
  type Serve,
  SPLIT_SEED,
  saltState,
  thresholdOf,
} from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { loadBuckets } from './cases.ts';

const buckets = loadBuckets();

function one(salt: string, percent: number, serve: Serve, by = 'default', id = 'r'): Ruleset {
  const variants = Array.from({ length: 10 }, (_, index) => ({ key: String(index), value: index }));
  const rules = [{ id, percent, by, salt, serve }];
  const flag = { key: 'flag', type: 'number', variants, browserAccess: 'none', enabled: true, killed: false } as const;
  const flags = [{ ...flag, prerequisites: [], rules, defaultVariant: '9', offVariant: '9' }];
  return { schema: 1, project: 'p', environment: 'e', revision: { epoch: 1, n: 1 }, flags, segments: [] };
}

const decidesBy = (ruleset: Ruleset, context: Record<string, unknown>, draw = 0): unknown =>
  evaluate(prepare(ruleset), 'flag', context, 0, draw).value;

describe('frozen buckets', () => {
  it('murmur3', () => {
    for (const { text, seed, h } of buckets.murmur3) expect(murmur3(text, seed), text).toBe(h);
  });

  it('hashes and positions, continued from the salt', () => {
    for (const { salt, id, h, position: where, hVariant } of buckets.cases) {
      expect(murmur3(`${salt}:${id}`, 0)).toBe(h);
      expect(hashFrom(saltState(salt, 0), id), `${salt}:${id}`).toBe(h);
      expect(position(h)).toBe(where);
      expect(hashFrom(saltState(salt, SPLIT_SEED), id)).toBe(hVariant);
    }
  });

  it('percents', () => {
    for (const { percent, threshold } of buckets.percents) expect(thresholdOf(percent), `${percent} %`).toBe(threshold);
  });

  it('who is inside', () => {
    for (const { salt, id, percent, inside } of buckets.inside) {
      const given = decidesBy(one(salt, percent, { variant: '1' }), { targetingKey: id }) === 1;
      expect(given, `${id} at ${percent} %`).toBe(inside);
    }
  });

  it('a float comparison would let one position too many into 2.007 %', () => {
    const wrong = buckets.inside.filter(({ salt, id, percent, inside }) => {
      const floats = position(murmur3(`${salt}:${id}`, 0)) < percent * 1000;
      return floats !== inside;
    });
    expect(wrong.map(({ percent }) => percent)).toEqual([2.007]);
  });

  it('splits of any sum', () => {
    for (const { salt, id, weights, index } of buckets.splits) {
      const split = { weights: weights.map((weight, variant) => ({ variant: String(variant), weight })) };
      expect(decidesBy(one(salt, 100, { split }), { targetingKey: id }), `${id} of ${weights}`).toBe(index);
    }
    for (const { salt, id, of7, of100 } of buckets.cases) {
      if (id === '') continue;
      const sevenths = { weights: Array.from({ length: 7 }, (_, variant) => ({ variant: String(variant), weight: 1 })) };
      expect(decidesBy(one(salt, 100, { split: sevenths }), { targetingKey: id })).toBe(of7);
      const hundredths = { weights: [of100, 1, 99 - of100].map((weight, variant) => ({ variant: String(variant), weight })) };
      expect(decidesBy(one(salt, 100, { split: hundredths }), { targetingKey: id })).toBe(1);
    }
  });

  it('draws', () => {
    for (const { salt, rule, draw, position: where, hVariant } of buckets.draws) {
      for (const by of ['random', 'default']) {
        const at = decidesBy(one(salt, (where + 1) / 1000, { variant: '1' }, by, rule), {}, draw);
        const below = decidesBy(one(salt, where / 1000, { variant: '1' }, by, rule), {}, draw);
        expect([at, below]).toEqual([1, 9]);
      }
      const split = {
        weights: [hVariant % 1000, 1, 999 - (hVariant % 1000)].map((weight, key) => ({ variant: String(key), weight })),
      };
      expect(decidesBy(one(salt, 100, { split }, 'random', rule), {}, draw)).toBe(1);
    }
  });
});
