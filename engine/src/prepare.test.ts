import { describe, expect, it } from 'vitest';
import { rulesetOf } from './arbitraries.test.ts';
import { evaluate } from './evaluate.ts';
import { prepare } from './prepare.ts';
import { needsRegex } from './regex.ts';
import type { Ruleset, RulesetFlag } from './types.ts';

const sound = rulesetOf([]);
const [flag] = sound.flags;
const segment = { key: 's', number: 1, when: { all: [] } };
const override = { id: 'o', flag: 'flag', rule: 'r0', percent: 0 };

describe('the envelope', () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['null', null, /must be an object/],
    ['a list', [], /must be an object/],
    ['another schema', { ...sound, schema: 2 }, /schema must be 1, got 2/],
    ['no project', { ...sound, project: undefined }, /project must be a text, got undefined/],
    ['no revision', { ...sound, revision: null }, /revision must be .*, got null/],
    ['a revision of texts', { ...sound, revision: { epoch: '1', n: 1 } }, /revision.epoch/],
    ['a negative revision', { ...sound, revision: { epoch: 1, n: -1 } }, /revision.n .*got -1/],
    ['no flags', { ...sound, flags: {} }, /flags must be a list/],
    ['a flag without key', { ...sound, flags: [{}] }, /flags\[0\]/],
    ['a flag twice', { ...sound, flags: [flag, flag] }, /flags has the key flag twice/],
    ['a segment twice', { ...sound, segments: [segment, segment] }, /segments has the key s twice/],
    ['no segments', { ...sound, segments: undefined }, /segments must be a list/],
    ['an override without id', { ...sound, overrides: [{ ...override, id: 1 }] }, /overrides\[0\]/],
    ['an override of NaN', { ...sound, overrides: [{ ...override, percent: Number.NaN }] }, /overrides\[0\]/],
    ['overrides that are no list', { ...sound, overrides: {} }, /overrides must be a list/],
    ['applied overrides of numbers', { ...sound, overridesApplied: [1] }, /overridesApplied/],
  ];
  for (const [name, ruleset, message] of wrong) {
    it(`refuses ${name}`, () => {
      expect(() => prepare(ruleset as Ruleset)).toThrow(TypeError);
      expect(() => prepare(ruleset as Ruleset)).toThrow(message);
    });
  }

  it('accepts a sound one, with fields that a later version may add', () => {
    expect(prepare({ ...sound, segments: [segment], overrides: [override], more: 1 } as Ruleset).keys()).toEqual(['flag']);
  });
});

describe('a prepared ruleset', () => {
  it('says what it holds', () => {
    const prepared = prepare(sound);
    expect(prepared.revision).toEqual({ epoch: 1, n: 1 });
    expect(prepared.flag('flag')).toBe(flag);
    expect(prepared.flag('toString')).toBeUndefined();
  });

  it('says which flags bucket by the default id', () => {
    const split = { split: { weights: [{ variant: 'on', weight: 1 }] } };
    const ramp = { rollout: 'ro', controlSample: 1, flushMs: 1, openMs: 1, changedAt: 0, cutoffsMs: [] };
    const byDefault = (...rules: Record<string, unknown>[]): boolean => prepare(rulesetOf(rules)).bucketsByDefault('flag');
    expect(byDefault()).toBe(false);
    expect(byDefault({})).toBe(false);
    expect(byDefault({ percent: 0 })).toBe(false);
    expect(byDefault({ percent: 50 })).toBe(true);
    expect(byDefault({ percent: 50, by: 'userId' })).toBe(false);
    expect(byDefault({ percent: 50, by: 'random' })).toBe(false);
    expect(byDefault({ serve: split })).toBe(true);
    expect(byDefault({ serve: split, by: 'userId' })).toBe(false);
    expect(byDefault({ ramp })).toBe(true);
    expect(byDefault({ percent: 50, when: { opaque: 1 } })).toBe(false);
    expect(prepare(rulesetOf([{ percent: 50 }], { killed: true })).bucketsByDefault('flag')).toBe(false);
    const parent = rulesetOf([{ percent: 50 }], { key: 'parent' }).flags;
    const child = rulesetOf([], { prerequisites: [{ flag: 'parent', variants: ['on'] }] });
    expect(prepare({ ...child, flags: [...parent, ...child.flags] }).bucketsByDefault('flag')).toBe(true);
    expect(prepare(child).bucketsByDefault('nowhere')).toBe(false);
  });

  it('survives prerequisites that multiply, and long chains', () => {
    const layers = 40;
    const flags: RulesetFlag[] = [];
    for (let layer = 0; layer < layers; layer++) {
      for (const side of ['a', 'b']) {
        const before = layer === 0 ? [] : ['a', 'b'].map((other) => ({ flag: `${other}${layer - 1}`, variants: ['on', 'off'] }));
        flags.push(...rulesetOf([], { key: `${side}${layer}`, prerequisites: before }).flags);
      }
    }
    for (let link = 0; link < 20_000; link++) {
      const prerequisites = link === 0 ? [] : [{ flag: `l${link - 1}`, variants: ['off'] }];
      flags.push(...rulesetOf([], { key: `l${link}`, prerequisites }).flags);
    }
    const prepared = prepare({ ...sound, flags });
    const ask = (key: string): string => evaluate(prepared, key, {}, 0, 0).reason;
    expect([ask('a3'), ask('a39'), ask('l100'), ask('l101'), ask('l19999')]).toEqual([
      'STATIC',
      'ERROR',
      'STATIC',
      'ERROR',
      'ERROR',
    ]);
  });

  it('knows before whether it needs a regex compiler', () => {
    const matches = { attribute: 'x', operator: 'matches', values: ['a'] };
    expect(needsRegex(sound)).toBe(false);
    expect(needsRegex(rulesetOf([{ when: { any: [{ opaque: 1 }, { not: { all: [matches] } }] } }]))).toBe(true);
    expect(needsRegex({ ...sound, segments: [{ ...segment, when: { any: [matches] } } as never] })).toBe(true);
  });
});
