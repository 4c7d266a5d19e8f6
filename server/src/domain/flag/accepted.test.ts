import { type Condition, evaluate, OPERATORS, prepare, type Rule, type Split, type Variant } from '@burgee/engine';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { BurgeeError } from '../errors.ts';
import { buildRuleset } from '../ruleset.ts';
import type { FlagState } from './flag.ts';
import { createFlag, type NewFlag } from './flag-decisions.ts';
import { editState, initialState, type StateEdit } from './state-decisions.ts';
import { around, BY, environmentOf } from './testing-state.ts';

const compile = (pattern: string, ignoreCase: boolean) => {
  const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (text: string) => compiled.matcher(text).find();
};
const patternOk = (pattern: string) => {
  try {
    return compile(pattern, false) !== undefined;
  } catch {
    return false;
  }
};

const VALUES: Record<string, fc.Arbitrary<string | number | boolean>> = {
  num: fc.oneof(fc.double(), fc.integer()),
  date: fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.integer(),
    fc.constant('2030-01-31T00:00:00+02:00'),
  ),
  semver: fc.oneof(
    fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((parts) => parts.join('.')),
    fc.constant('1.0.0-rc.1+b'),
  ),
  in_cidr: fc.oneof(fc.ipV4Extended(), fc.ipV6(), fc.constantFrom('10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0')),
  matches: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('^a+$', '(?i)x', '[a-', '(?<n>a)\\1', 'a{2,3}', '(?=a)')),
};
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 }), fc.boolean(), fc.integer());
const leaf = fc.constantFrom(...OPERATORS, 'unknown').chain((operator) => {
  const right = VALUES[operator] ?? VALUES[operator.split('_')[0] ?? ''] ?? text;
  const values =
    operator === 'exists'
      ? fc.constant([])
      : fc.array(fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: text }), { maxLength: 3 });
  return fc.record(
    {
      attribute: fc.constantFrom('plan', 'ip', '__proto__', 'constructor', 'currentTime'),
      operator: fc.constant(operator),
      values,
      negate: fc.boolean(),
      ignoreCase: fc.boolean(),
    },
    { requiredKeys: ['attribute', 'operator', 'values'] },
  );
});
const condition = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('any'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('any'), { maxLength: 3 }) }),
    fc.record({ not: tie('any') }),
  ),
})).any as fc.Arbitrary<Condition>;

const KEYS = ['a', 'b', 'c', '__proto__', 'toString'];
const variantsOf = (type: string): fc.Arbitrary<Variant[]> =>
  fc.uniqueArray(
    fc.record({
      key: fc.constantFrom(...KEYS),
      value:
        type === 'number'
          ? fc.double({ noNaN: true })
          : type === 'string'
            ? fc.string()
            : (fc.jsonValue() as fc.Arbitrary<string>),
    }),
    { selector: ({ key }) => key, minLength: 1, maxLength: 4 },
  );
const percent = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1000),
  fc.constantFrom(2.007, 0, 100, 101, 0.0001),
);
const split: fc.Arbitrary<Split> = fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }).chain((keys) =>
  fc.array(fc.nat(1000), { minLength: keys.length, maxLength: keys.length }).map((cuts) => {
    const sorted = [...cuts].sort((x, y) => x - y);
    const weights = keys.map((variant, i) => ({
      variant,
      weight: (i === keys.length - 1 ? 1000 : (sorted[i] ?? 0)) - (i === 0 ? 0 : (sorted[i - 1] ?? 0)),
    }));
    return { weights };
  }),
);
const rule = fc.record(
  {
    id: fc.constantFrom('r1', 'r2', 'constructor'),
    percent,
    by: fc.constantFrom('default', 'random', 'userId', '__proto__'),
    serve: fc.oneof(
      fc.constantFrom(...KEYS, 'on').map((variant) => ({ variant })),
      split.map((one) => ({ split: one })),
    ),
    when: condition,
    salt: fc.string({ maxLength: 5 }),
  },
  { requiredKeys: ['id', 'percent', 'by', 'serve'] },
) as fc.Arbitrary<Rule>;
const flag = fc.constantFrom('boolean' as const, 'string' as const, 'number' as const, 'json' as const).chain((type) =>
  fc.record({
    key: fc.constantFrom('checkout', 'constructor', 'a.b-c_d'),
    type: fc.constant(type),
    variants: type === 'boolean' ? fc.constant(undefined) : variantsOf(type),
  }),
) as fc.Arbitrary<NewFlag>;
const edit = fc.record({ enabled: fc.constant(true), rules: fc.array(rule, { maxLength: 2 }) }) as fc.Arbitrary<StateEdit>;
const context = fc.dictionary(
  fc.constantFrom('targetingKey', 'plan', 'ip', 'userId', 'currentTime'),
  fc.oneof(fc.string(), fc.integer(), fc.ipV4()),
);

const environments = [environmentOf()];
const project = { version: 1, entity: { key: 'shop', name: 'Shop', createdAt: 0, nextSegment: 1 } };

/** The state, or undefined where something was refused, which must have been done politely. */
function decided(
  command: NewFlag,
  wanted: StateEdit,
): { flag: ReturnType<typeof createFlag>['result']['entity']; state: FlagState } | undefined {
  try {
    const made = createFlag({ project, environments, flags: [], ownerExists: true }, command, BY).result.entity;
    const subject = {
      flag: made,
      environment: environmentOf(),
      state: { version: 1, entity: initialState(made, 'production') },
      rollouts: [],
    };
    return { flag: made, state: editState(subject, wanted, { ...around(), patternOk }, BY).result.entity };
  } catch (error) {
    expect(error).toBeInstanceOf(BurgeeError);
    return undefined;
  }
}

it('is understood by the engine, whatever validation accepts', () => {
  let accepted = 0;
  fc.assert(
    fc.property(flag, edit, context, (command, wanted, who) => {
      const found = decided(command, wanted);
      if (found === undefined) return;
      accepted++;
      const stored = JSON.parse(JSON.stringify(found)) as typeof found;
      const { entity: environment } = environmentOf();
      const revision = { epoch: 1, n: 1 };
      const picture = { environment, revision, flags: [stored.flag], states: [stored.state], segments: [], rollouts: [] };
      const prepared = prepare(buildRuleset(picture, 'server', 0), { regex: compile });
      const answer = evaluate(prepared, stored.flag.key, who, 1_000, 0.5);
      expect(answer.errorCode).toBeUndefined();
      expect(stored.flag.variants.map(({ key }) => key)).toContain(answer.variant);
    }),
    { seed: 20_301, numRuns: 4_000 },
  );
  expect(accepted).toBeGreaterThan(600);
});

it('would notice what is not understood', () => {
  const { entity: environment } = environmentOf();
  const made = createFlag({ project, environments, flags: [], ownerExists: true }, { key: 'a' }, BY).result.entity;
  const broken = {
    ...initialState(made, 'production'),
    enabled: true,
    rules: [{ id: 'r', percent: 50, by: 'default', serve: { variant: 'ghost' } }],
  };
  const picture = { environment, revision: { epoch: 1, n: 1 }, flags: [made], states: [broken], segments: [], rollouts: [] };
  const prepared = prepare(buildRuleset(picture, 'server', 0), { regex: compile });
  expect(evaluate(prepared, 'a', { targetingKey: 'u' }, 1_000, 0.5).errorCode).toBe('PARSE_ERROR');
});
