import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DRAW, DEFAULT_NOW, loadCases } from '../../conformance/cases.ts';
import { anyRuleset } from './arbitraries.test.ts';
import { hashBytes, murmur3 } from './bucketing.ts';
import { type CompactEvaluation, type CompactOptions, prepareCompact } from './compact.ts';
import { evaluate } from './evaluate.ts';
import { MEASURE_OPERATORS } from './measure-operators.ts';
import { prepare } from './prepare.ts';
import { unitAttribute } from './ramped.ts';
import type { EvaluationContext, Ruleset } from './types.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 10_000);
const SEED = 20261129;
const regex = (pattern: string, ignoreCase: boolean) => {
  const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (text: string) => compiled.test(text);
};
const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);
const ALL: CompactOptions = { bytesOf, more: MEASURE_OPERATORS, regex };

type Asked = { ruleset: Ruleset; key: string; context: EvaluationContext; now: number; draw: number };

/** What the engine answers, in the compact one's words. */
function wanted({ ruleset, key, context, now, draw }: Asked): CompactEvaluation | undefined {
  const prepared = prepare(ruleset, { regex });
  const { value, variant, reason, rule, errorCode, arm, rollout, prerequisite } = evaluate(prepared, key, context, now, draw);
  if (errorCode === 'FLAG_NOT_FOUND') return undefined;
  const ramped = prepared.flag(key)?.rules?.find?.((one) => one?.ramp !== undefined && one.ramp.rollout === rollout);
  const by = ramped && unitAttribute(ramped.by, context);
  return JSON.parse(
    JSON.stringify({
      ...{ value, variant, reason, rule, errorCode },
      ...((arm || prerequisite) && { metadata: { arm, rollout, prerequisite, by } }),
    }),
  );
}

function found({ ruleset, key, context, now, draw }: Asked, options = ALL): CompactEvaluation | undefined {
  const answer = prepareCompact(ruleset, options).flags.get(key)?.(context, now, draw);
  return answer && JSON.parse(JSON.stringify(answer));
}

describe('the compact engine', () => {
  it.each(loadCases().map((file) => [file.topic, file] as const))('answers the cases of %s', (_, { ruleset, cases }) => {
    for (const { name, flag, context, now = DEFAULT_NOW, draw = DEFAULT_DRAW, expect: answer } of cases) {
      const { metadata: { by: _by, ...told } = {}, ...rest } = found({ ruleset, key: flag, context, now, draw }) ?? {
        reason: 'ERROR',
        errorCode: 'FLAG_NOT_FOUND',
      };
      expect({ ...rest, ...told }, name).toEqual(answer);
    }
  });

  const anyName = fc.constantFrom('x', 'y', 'targetingKey', 'userId', 'sessionId', 'currentTime', 'constructor', '__proto__');
  const anyText = fc.constantFrom('a', '', '1.2.3', '1.2.3-rc.1', '10.1.2.3', '::1', '2026-11-23T00:00:00Z', '5', '🏳️', '\ud800');
  const anyJson = fc.oneof(anyText, fc.jsonValue({ maxDepth: 1 }), fc.array(anyText, { maxLength: 3 }));
  /** The same, with flags that can be understood as far as that is not for conditions to say. */
  const sound = (ruleset: Ruleset): Ruleset => ({
    ...ruleset,
    flags: ruleset.flags.map((flag) => ({
      ...flag,
      defaultVariant: 'off',
      rules: (Array.isArray(flag.rules) ? flag.rules : []).flatMap((rule, i) => {
        if (typeof rule?.id !== 'string') return [];
        const weights = [2, 1].map((weight) => ({ variant: weight > 1 ? 'on' : 'off', weight }));
        const serve = 'variant' in rule.serve ? { variant: 'on' } : { split: { ...rule.serve.split, weights } };
        const percent = rule.percent > 1 && rule.percent <= 100 ? rule.percent : [33.333, 60, 0][i];
        return [{ ...rule, percent: percent ?? 100, serve }];
      }),
    })),
  });
  /** Each ramped rule in a rollout of its own: by these the test finds the rule. */
  const numbered = (ruleset: Ruleset): Ruleset => ({
    ...ruleset,
    flags: ruleset.flags.map((flag) => {
      const { rules } = flag;
      if (!Array.isArray(rules)) return flag;
      return {
        ...flag,
        rules: rules.map((rule, i) => (rule?.ramp ? { ...rule, ramp: { ...rule.ramp, rollout: `ro-${i}` } } : rule)),
      };
    }),
  });
  const anyAsked = fc
    .record({
      isSound: fc.boolean(),
      ruleset: anyRuleset,
      key: fc.constantFrom('a', 'b', 'c', '__proto__'),
      attributes: fc.array(fc.tuple(anyName, anyJson), { maxLength: 5 }),
      now: fc.integer({ min: 0, max: 2 ** 41 }),
      draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      percent: fc.option(fc.integer({ min: 0, max: 100 })),
    })
    .map(({ attributes, ruleset: given, isSound, percent, ...rest }): Asked => {
      const ruleset = numbered(isSound ? sound(given) : given);
      const overrides = percent === null ? [] : ruleset.flags.map(({ key: flag }) => ({ id: flag, flag, rule: '', percent }));
      return { ...rest, ruleset: { ...ruleset, overrides }, context: Object.fromEntries(attributes) };
    });

  /** How often the two differ. */
  const differences = (answer: (asked: Asked) => CompactEvaluation | undefined, runs: number): number => {
    let differing = 0;
    for (const asked of fc.sample(anyAsked, { seed: SEED, numRuns: runs }))
      if (JSON.stringify(sorted(answer(asked))) !== JSON.stringify(sorted(wanted(asked)))) {
        differing++;
        if (differing === 1 && answer === found)
          console.log(JSON.stringify({ asked, found: answer(asked), wanted: wanted(asked) }));
      }
    return differing;
  };
  const sorted = (value: object | undefined): unknown =>
    value &&
    Object.entries(value)
      .map(([name, of]) => [name, typeof of === 'object' && of ? Object.entries(of).sort() : of])
      .sort();

  it(`means what the engine means, ${RUNS} times`, { timeout: 600_000 }, () => {
    expect(differences(found, RUNS)).toBe(0);
  });

  it('control: one that forgets the order of evaluation, or the salt, is caught', () => {
    const unordered = ({ ruleset, ...asked }: Asked) =>
      found({ ...asked, ruleset: { ...ruleset, flags: ruleset.flags.map((flag) => ({ ...flag, prerequisites: [] })) } });
    const unsalted = (asked: Asked) => found(asked, { ...ALL, bytesOf: (text) => bytesOf(text.slice(1)) });
    expect(differences(unordered, 2_000)).toBeGreaterThan(0);
    expect(differences(unsalted, 2_000)).toBeGreaterThan(0);
  });

  it('says what it lacks', () => {
    const of = (operator: string): Ruleset => {
      const when = { attribute: 'x', operator, values: ['1'] };
      const [flag] = fc.sample(anyRuleset, { seed: SEED, numRuns: 50 }).flatMap(({ flags }) => flags);
      const rules = [{ id: 'r', percent: 100, by: 'default', serve: { variant: 'on' }, when }];
      const sound = { ...flag, key: 'f', rules, enabled: true, killed: false, prerequisites: [], defaultVariant: 'off' };
      return { schema: 1, project: 'p', environment: 'e', revision: { epoch: 1, n: 1 }, flags: [sound as never], segments: [] };
    };
    const ask = (operator: string, options: Partial<CompactOptions>) => {
      const { lacks, flags } = prepareCompact(of(operator), { bytesOf, ...options });
      return `${lacks} ${flags.get('f')?.({ x: '1' }, 0, 0).errorCode ?? flags.get('f')?.({ x: '1' }, 0, 0).value}`;
    };
    expect(ask('in', {})).toBe('false true');
    expect(ask('num_eq', {})).toBe('true PARSE_ERROR');
    expect(ask('num_eq', { more: MEASURE_OPERATORS })).toBe('false true');
    expect(ask('matches', { more: MEASURE_OPERATORS })).toBe('true PARSE_ERROR');
    expect(ask('matches', { regex })).toBe('false true');
    expect(ask('from-tomorrow', { more: MEASURE_OPERATORS })).toBe('false false');
  });

  it('hashes as the engine does', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.nat(),
        (text, seed) => hashBytes(bytesOf(text), seed) === murmur3(text, seed),
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
