import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ruleset } from './types.ts';

interface LooseRule {
  readonly [field: string]: unknown;
}

/** A ruleset of one boolean flag, `flag`, whose rules serve `on`; what a rule leaves out is filled in. */
export function rulesetOf(rules: readonly LooseRule[], rest: Record<string, unknown> = {}): Ruleset {
  const variants = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const filled = rules.map((rule, index) => ({
    id: `r${index}`,
    percent: 100,
    by: 'default',
    serve: { variant: 'on' },
    ...rule,
  }));
  const flag = { key: 'flag', type: 'boolean', variants, browserAccess: 'none', enabled: true, killed: false, prerequisites: [] };
  const flags = [{ ...flag, rules: filled, defaultVariant: 'off', offVariant: 'off', ...rest }];
  return { schema: 1, project: 'p', environment: 'e', revision: { epoch: 1, n: 1 }, flags, segments: [] } as unknown as Ruleset;
}

const hostileNames = [
  'x',
  'y',
  'targetingKey',
  'userId',
  'currentTime',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];
const anyName = fc.oneof(fc.constantFrom(...hostileNames), fc.string({ maxLength: 3 }));
const anyScalar = fc.oneof(
  fc.constantFrom('a', '', '1.2.3', '1.2.3-rc.1', '10.1.2.3', '::1', '2026-11-23T00:00:00Z', '5', '\ud800', '\udfff x', '🏳️'),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.double(),
  fc.integer({ min: -2, max: 6 }),
  fc.boolean(),
);
const anyValue = fc.oneof(
  { weight: 4, arbitrary: anyScalar },
  fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true, withMap: true, withSet: true }),
  fc.array(anyScalar, { maxLength: 3 }),
);

/** Objects with attributes of any kind, and things that are no contexts at all. */
export const anyContext = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(anyName, anyValue, { maxKeys: 6 }) },
  fc.anything(),
) as fc.Arbitrary<never>;

const operators = [
  'in',
  'starts_with',
  'ends_with',
  'contains',
  'matches',
  'num_eq',
  'num_gt',
  'num_lte',
  'date_before',
  'semver_gte',
];
const anyLeaf = fc.record(
  {
    attribute: anyName,
    operator: fc.constantFrom(...operators, 'date_after', 'semver_lt', 'in_cidr', 'exists', 'unknown'),
    values: fc.array(anyScalar, { maxLength: 6 }),
    negate: fc.boolean(),
    ignoreCase: fc.boolean(),
  },
  { requiredKeys: ['attribute', 'operator', 'values'] },
);

/** Conditions of every kind, a few groups deep. */
export const anyCondition: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    anyLeaf,
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
    fc.record({ opaque: fc.jsonValue() }),
  ),
})).condition;

const anyVariantKey = fc.constantFrom('on', 'off', 'gone');
const anyServe = fc.oneof(
  fc.record({ variant: anyVariantKey }),
  fc.record({
    split: fc.record(
      {
        by: anyName,
        salt: fc.string(),
        weights: fc.array(fc.record({ variant: anyVariantKey, weight: fc.nat(3) }), { maxLength: 3 }),
      },
      { requiredKeys: ['weights'] },
    ),
  }),
);
const ramp = { rollout: 'ro', controlSample: 1, flushMs: 1, openMs: 1, changedAt: 0, cutoffsMs: [] };
const anyRule = fc.record(
  {
    id: fc.string({ maxLength: 3 }),
    when: anyCondition,
    segments: fc.array(fc.record({ segment: fc.constantFrom('s', 'gone'), negate: fc.boolean() }), { maxLength: 2 }),
    percent: fc.oneof(fc.constantFrom(0, 50, 100, 2.007, -1, 101), fc.double({ min: 0, max: 100, noNaN: true })),
    by: fc.oneof(fc.constantFrom('default', 'random'), anyName),
    salt: fc.string({ unit: 'binary', maxLength: 6 }),
    serve: anyServe,
    ramp: fc.constant(ramp),
  },
  { requiredKeys: ['id', 'percent', 'by', 'serve'] },
);
const anyFlag = fc.record({
  key: fc.constantFrom('a', 'b', 'c', '__proto__'),
  rules: fc.oneof({ weight: 9, arbitrary: fc.array(anyRule, { maxLength: 3 }) }, fc.anything()),
  enabled: fc.constantFrom(true, true, true, false),
  killed: fc.constantFrom(false, false, false, true),
  prerequisites: fc.array(
    fc.record({ flag: fc.constantFrom('a', 'b', 'c', 'gone'), variants: fc.array(anyVariantKey, { maxLength: 2 }) }),
    { maxLength: 1 },
  ),
  defaultVariant: fc.constantFrom('on', 'off', 'off', 'gone'),
});

/** Rulesets that pass prepare's envelope check; many of their flags are broken. */
export const anyRuleset: fc.Arbitrary<Ruleset> = fc
  .record({ flags: fc.uniqueArray(anyFlag, { maxLength: 3, selector: ({ key }) => key }), when: anyCondition })
  .map(({ flags, when }) => {
    const filled = flags.map(({ rules, ...rest }) => rulesetOf([], { ...rest, rules }).flags[0]);
    return { ...rulesetOf([]), flags: filled, segments: [{ key: 's', number: 1, when }] } as unknown as Ruleset;
  });

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const refuse = (): never => {
  throw new Error('no');
};

/** Contexts that bite, by name; each made anew. */
export const hostileContexts: readonly (readonly [string, () => unknown])[] = [
  ['null', () => null],
  ['undefined', () => undefined],
  ['a number', () => 5],
  ['a function', () => () => 5],
  ['a list', () => ['x']],
  ['throwing getters', () => Object.defineProperty({}, 'x', { get: refuse, enumerable: true })],
  ['a proxy that throws', () => new Proxy({}, { get: refuse, has: refuse, getOwnPropertyDescriptor: refuse, ownKeys: refuse })],
  ['a revoked proxy inside', () => ({ x: revoked(), targetingKey: revoked() })],
  ['a revoked proxy', revoked],
  ['a list that lies about its length', () => ({ x: new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 53 : 'a') }) })],
  ['a huge sparse list', () => ({ x: Object.assign([], { length: 2 ** 32 - 1 }) })],
  ['a list with a throwing element', () => ({ x: Object.defineProperty([1], 0, { get: refuse }) })],
  [
    'a cycle',
    () => {
      const x: Record<string, unknown> = {};
      x.x = x;
      return x;
    },
  ],
  [
    'a cyclic list',
    () => {
      const x: unknown[] = [];
      x.push(x);
      return { x };
    },
  ],
  ['a megabyte', () => ({ x: 'a1.'.repeat(350_000), targetingKey: '9'.repeat(1_000_000) })],
  ['lone surrogates', () => ({ x: '\ud800', targetingKey: '\udc00\ud800' })],
  ['a symbol', () => ({ x: Symbol('x'), targetingKey: Symbol('y') })],
  ['a bigint', () => ({ x: 10n ** 400n, targetingKey: 5n })],
  ['NaN and infinities', () => ({ x: Number.NaN, targetingKey: Number.POSITIVE_INFINITY })],
  ['an invalid date', () => ({ x: new Date(Number.NaN) })],
  ['a false date', () => ({ x: Object.create(Date.prototype) })],
  ['a value whose text throws', () => ({ x: { toString: refuse, valueOf: refuse, [Symbol.toPrimitive]: refuse } })],
  ['__proto__ as own key', () => JSON.parse('{"__proto__":{"x":"a"},"constructor":"c"}')],
  ['no prototype', () => Object.assign(Object.create(null), { x: 'a' })],
];

/** What can be seen of a value, cyclic ones too. */
export function snapshot(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value !== 'object' || value === null || seen.has(value)) return typeof value === 'symbol' ? 'symbol' : value;
  seen.add(value);
  return Reflect.ownKeys(value).map((key) => [key, snapshot(Reflect.getOwnPropertyDescriptor(value, key)?.value, seen)]);
}

it('snapshots see a change', () => {
  const value = { a: [1] };
  const before = snapshot(value);
  value.a.push(2);
  expect(snapshot(value)).not.toEqual(before);
});
