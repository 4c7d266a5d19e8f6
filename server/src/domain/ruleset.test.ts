import type { Condition, Delta, Rule, Ruleset } from '@burgee/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flag, FlagState } from './flag/flag.ts';
import type { EnvironmentPicture } from './ports.ts';
import type { Rollout } from './rollout/rollout.ts';
import { buildRuleset, changedFlags, diffRulesets, rulesetText, withOverrides } from './ruleset.ts';

const place = { project: 'p', environment: 'e' };
const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  id,
  percent: 50,
  by: 'default',
  serve: { variant: 'on' },
  ...more,
});

function flag(key: string, more: Partial<Flag> = {}): Flag {
  return {
    project: 'p',
    key,
    name: key,
    description: 'd',
    owner: null,
    tags: [],
    links: [],
    kind: 'release',
    type: 'boolean',
    variants: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    browserAccess: 'none',
    lifetimeDays: null,
    archived: false,
    createdAt: 0,
    ...more,
  };
}

function state(key: string, more: Partial<FlagState> = {}): FlagState {
  return {
    ...place,
    flag: key,
    enabled: true,
    killed: null,
    prerequisites: [],
    rules: [],
    defaultVariant: 'off',
    offVariant: 'off',
    ...more,
  };
}

function picture(more: Partial<EnvironmentPicture> = {}): EnvironmentPicture {
  return {
    environment: { project: 'p', key: 'e', name: 'E', order: 0, createdAt: 0 },
    revision: { epoch: 1, n: 1 },
    flags: [],
    states: [],
    segments: [],
    rollouts: [],
    ...more,
  };
}

function rollout(more: Partial<Rollout>): Rollout {
  const plan = { controlSample: 0.5, flushMs: 1000, openMs: 2000 } as Rollout['plan'];
  return { id: 'ro', ...place, flag: 'f', rule: 'r', plan, state: 'running', startedAt: 0, stageSince: 100, ...more } as Rollout;
}

const segment = (key: string, when: Condition) => ({
  project: 'p',
  key,
  name: key,
  description: '',
  when,
  number: 1,
  createdAt: 0,
});
const leaf: Condition = { attribute: 'a', operator: 'in', values: ['x'] };

describe('a ruleset', () => {
  it('has every flag that is not archived and has a state, in key order', () => {
    const flags = [flag('b'), flag('a'), flag('gone', { archived: true }), flag('stateless')];
    const states = [state('a'), state('b', { killed: { by: 'x', at: 1, reason: 'r' } }), state('gone')];
    const ruleset = buildRuleset(picture({ flags, states }), 'server', 0);
    expect(ruleset.flags.map(({ key, killed }) => [key, killed])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('is byte-equal where the content is equal, whatever order the database gave it in', () => {
    const when = { not: { all: [leaf, { ...leaf, negate: true, ignoreCase: false }] } };
    const shuffled = {
      not: {
        all: [
          { values: ['x'], operator: 'in', attribute: 'a' },
          { negate: true, values: ['x'], attribute: 'a', operator: 'in' },
        ],
      },
    };
    const one = picture({ flags: [flag('f'), flag('g')], states: [state('f', { rules: [rule('r', { when })] }), state('g')] });
    const other = picture({
      flags: [flag('g'), flag('f')],
      states: [state('g'), state('f', { rules: [{ ...rule('r'), when: shuffled as Condition, segments: [] }] })],
    });
    expect(rulesetText(buildRuleset(other, 'server', 0))).toBe(rulesetText(buildRuleset(one, 'server', 0)));
  });

  it('is serialised as JSON of itself', () => {
    const ruleset = buildRuleset(
      picture({ flags: [flag('f')], states: [state('f')], segments: [segment('s', leaf)] }),
      'server',
      0,
    );
    expect(JSON.parse(rulesetText(ruleset))).toEqual(ruleset);
    const overridden = withOverrides(ruleset, [{ id: 'o', flag: 'f', rule: 'r', percent: 0 }], ['old']);
    expect(JSON.parse(rulesetText(overridden))).toEqual(overridden);
  });

  it('for browsers has only flags whose rules are public, and the segments that they name', () => {
    const segments = [segment('used', leaf), segment('unused', leaf)];
    const rules = [rule('r', { title: 'T', segments: [{ segment: 'used', negate: true }] })];
    const flags = [flag('none'), flag('values', { browserAccess: 'values' }), flag('rules', { browserAccess: 'rules' })];
    const states = flags.map(({ key }) => state(key, { rules }));
    const ruleset = buildRuleset(picture({ flags, states, segments }), 'client', 0);
    expect(ruleset.flags.map(({ key }) => key)).toEqual(['rules']);
    expect(ruleset.flags[0]?.rules[0]).not.toHaveProperty('title');
    expect(ruleset.segments.map(({ key }) => key)).toEqual(['used']);
  });

  describe('marks a rule', () => {
    const marked = (rollouts: readonly Rollout[], now = 0) => {
      const states = [state('f', { rules: [rule('q'), rule('r')] })];
      const [first, second] =
        buildRuleset(picture({ flags: [flag('f')], states, rollouts }), 'server', now).flags[0]?.rules ?? [];
      expect(first?.ramp).toBeUndefined();
      return second?.ramp;
    };
    it.each(['pending', 'running', 'holding', 'paused'] as const)('while its rollout is %s', (at) => {
      const ramp = { rollout: 'ro', controlSample: 0.5, flushMs: 1000, openMs: 2000, changedAt: 100, cutoffsMs: [] };
      expect(marked([rollout({ state: at, endedAt: null, confirmedAt: null })])).toEqual(ramp);
    });
    it.each(['completed', 'aborted'] as const)('no more when it is %s', (at) => {
      expect(marked([rollout({ state: at, endedAt: 5, confirmedAt: null })])).toBeUndefined();
    });
    it('after a revert until it is confirmed, at most ten minutes', () => {
      const reverted = rollout({ state: 'reverted', endedAt: 1000, confirmedAt: null });
      expect(marked([reverted], 1000 + 599_999)).toMatchObject({ rollout: 'ro', changedAt: 1000 });
      expect(marked([reverted], 1000 + 600_000)).toBeUndefined();
      expect(marked([{ ...reverted, confirmedAt: 1001 }], 2000)).toBeUndefined();
    });
    it('for the rollout that is active where another one there was reverted', () => {
      const reverted = rollout({ id: 'old', state: 'reverted', endedAt: 1000, confirmedAt: null, startedAt: 1 });
      const active = rollout({ id: 'new', state: 'running', endedAt: null, startedAt: 2 });
      expect(marked([active, reverted], 2000)?.rollout).toBe('new');
      expect(marked([{ ...reverted, startedAt: 3 }, active], 2000)?.rollout).toBe('new');
    });
  });
});

/** What an SDK does with a delta. */
function apply(held: Ruleset, delta: Delta): Ruleset {
  expect(delta.revision).toEqual({ epoch: held.revision.epoch, n: held.revision.n + 1 });
  const merge = <T extends { key: string }>(old: readonly T[], put: readonly T[], removed: readonly string[]) =>
    [...old.filter(({ key }) => !removed.includes(key) && !put.some((part) => part.key === key)), ...put].sort((a, b) =>
      a.key < b.key ? -1 : 1,
    );
  const { overrides: _, overridesApplied: __, ...rest } = held;
  return {
    ...rest,
    revision: delta.revision,
    flags: merge(held.flags, delta.flags, delta.removedFlags),
    segments: merge(held.segments, delta.segments, delta.removedSegments),
    ...(delta.overrides && { overrides: delta.overrides }),
    ...(delta.overridesApplied && { overridesApplied: delta.overridesApplied }),
  };
}

describe('deltas', () => {
  const content = fc.record({
    flags: fc.uniqueArray(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), percent: fc.nat(3) }), {
      selector: ({ key }) => key,
    }),
    segments: fc.uniqueArray(fc.record({ key: fc.constantFrom('s', 't'), value: fc.nat(2) }), { selector: ({ key }) => key }),
    steps: fc.integer({ min: 1, max: 4 }),
    applied: fc.subarray(['o1', 'o2']),
  });
  type Content = typeof content extends fc.Arbitrary<infer T> ? T : never;
  const build = ({ flags, segments, applied }: Content, n: number): Ruleset =>
    withOverrides(
      buildRuleset(
        picture({
          revision: { epoch: 1, n },
          flags: flags.map(({ key }) => flag(key)),
          states: flags.map(({ key, percent }) => state(key, { rules: [rule('r', { percent })] })),
          segments: segments.map(({ key, value }) => segment(key, { ...leaf, values: [value] })),
        }),
        'server',
        0,
      ),
      [],
      applied,
    );

  it('lead to the same bytes as a snapshot, however many revisions were published at once', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 2, maxLength: 8 }), (history) => {
        let n = 1;
        let published = build(history[0] as Content, n);
        let held = published;
        for (const next of history.slice(1)) {
          n += next.steps;
          const to = build(next, n);
          const deltas = diffRulesets(published, to) ?? [];
          expect(deltas).toHaveLength(next.steps);
          for (const delta of deltas) held = apply(held, delta);
          expect(rulesetText(held)).toBe(rulesetText(to));
          published = to;
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('of another server lead on from the middle of a bridge: a reader there is ahead of its number, never behind', () => {
    fc.assert(
      fc.property(content, content, content, (one, two, three) => {
        const [a, b, c] = [build(one, 1), build(two, 2), build(three, 3)];
        const [bridge] = diffRulesets(a, c) ?? [];
        const [exact] = diffRulesets(b, c) ?? [];
        if (bridge === undefined || exact === undefined) throw new Error('no deltas');
        expect(rulesetText(apply(apply(a, bridge), exact))).toBe(rulesetText(c));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('cannot tell of another epoch, of the past, or of too long ago', () => {
    const empty = { flags: [], segments: [], steps: 1, applied: [] };
    const from = build(empty, 5);
    expect(diffRulesets(from, { ...from, revision: { epoch: 2, n: 6 } })).toBeNull();
    expect(diffRulesets(from, build(empty, 5))).toBeNull();
    expect(diffRulesets(from, build(empty, 4))).toBeNull();
    expect(diffRulesets(from, build(empty, 5 + 257))).toBeNull();
  });
});

describe('changed flags', () => {
  const of = (percent: number, value: string) =>
    buildRuleset(
      picture({
        flags: [flag('a'), flag('b')],
        states: [state('a', { rules: [rule('r', { percent })] }), state('b')],
        segments: [segment('s', { ...leaf, values: [value] })],
      }),
      'server',
      0,
    );
  it('are those whose content differs, and all where a segment does', () => {
    const keys = (from: Ruleset | undefined, to: Ruleset) => changedFlags(from, to).map(({ key }) => key);
    expect(keys(undefined, of(1, 'x'))).toEqual(['a', 'b']);
    expect(keys(of(1, 'x'), of(1, 'x'))).toEqual([]);
    expect(keys(of(1, 'x'), of(2, 'x'))).toEqual(['a']);
    expect(keys(of(1, 'x'), of(1, 'y'))).toEqual(['a', 'b']);
  });
});
