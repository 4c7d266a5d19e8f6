import net from 'node:net';
import type { EvaluationContext, RulesetFlag } from '@burgee/engine';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { flag, ramped, ruleset } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

const leaf = (
  attribute: string,
  operator: 'in' | 'num_gt' | 'semver_gt' | 'in_cidr' | 'matches' | 'date_after',
  value: string,
) => ({
  attribute,
  operator,
  values: [value],
});
const targeted: RulesetFlag = flag('targeted', {
  defaultVariant: 'off',
  rules: [
    {
      id: 'r',
      percent: 50,
      by: 'default',
      serve: { variant: 'on' },
      when: {
        any: [
          leaf('a', 'in', 'x'),
          leaf('__proto__', 'in', 'x'),
          leaf('constructor', 'num_gt', '1'),
          leaf('b', 'semver_gt', '1.0.0'),
          leaf('c', 'in_cidr', '10.0.0.0/8'),
          leaf('d', 'matches', '(a+)+$'),
          leaf('e', 'date_after', '2020-01-01T00:00:00Z'),
        ],
      },
    },
  ],
});

let client: Client;
beforeAll(async () => {
  const bootstrap = ruleset([targeted, ramped('percent', 50, { rollout: 'r' }), flag('on')]);
  client = createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false, bootstrap });
  await vi.waitFor(() => expect(client.status().source).toBe('bootstrap'));
});
afterAll(() => client.close({ timeout: 50 }));

const cyclic: Record<string, unknown> = { targetingKey: 'c' };
cyclic.a = cyclic;
const trap = (): never => {
  throw new Error('trap');
};
const throwing = Object.defineProperty({}, 'a', { get: trap, enumerable: true });
const proxies = [
  new Proxy({}, { get: trap }),
  new Proxy({}, { ownKeys: trap, has: trap, getOwnPropertyDescriptor: trap }),
  Proxy.revocable({}, {}).proxy,
];
const revoked = Proxy.revocable({ targetingKey: 'x' }, {});
revoked.revoke();

const ODD: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  10n,
  Symbol('s'),
  cyclic,
  throwing,
  ...proxies,
  revoked.proxy,
  'x'.repeat(1_000_000),
  '\ud800',
  new Date(Number.NaN),
  new Map(),
  Object.freeze([1]),
  () => 1,
  { toString: trap, valueOf: trap, toJSON: trap },
];
/** fast-check looks into what it draws, which is what these are made to punish: so they are drawn by number. */
const drawn = fc.oneof(
  fc.record({ plain: fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }) }),
  fc.record({ odd: fc.nat(ODD.length - 1) }),
);
type Drawn = { readonly plain: unknown } | { readonly odd: number };
const real = (one: Drawn): unknown => ('odd' in one ? ODD[one.odd] : one.plain);
const name = fc.constantFrom('targetingKey', 'userId', 'a', 'b', 'c', 'd', 'e', '__proto__', 'constructor', 'toString');
const context = fc.oneof(fc.array(fc.tuple(name, drawn), { maxLength: 6 }), drawn);
const build = (from: [string, Drawn][] | Drawn): unknown =>
  Array.isArray(from) ? Object.fromEntries(from.map(([attribute, one]) => [attribute, real(one)])) : real(from);
const key = fc.oneof(fc.constantFrom('targeted', 'percent', 'on', '__proto__', 'constructor', ''), fc.string());

test('any context and any key get an answer of the right type; nothing throws, nothing is sent, prototypes stay', () => {
  const connects = vi.spyOn(net, 'connect');
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  fc.assert(
    fc.property(key, context, fc.boolean(), (flagKey, from, inside) => {
      const given = build(from);
      const asked = given as EvaluationContext;
      const ask = (): void => {
        expect(typeof client.boolean(flagKey, asked, true)).toBe('boolean');
        expect(client.string(flagKey, asked, 'default')).toBe('default');
        expect(client.number(flagKey, asked, 7)).toBe(7);
        expect(client.json(flagKey, asked, null)).toBe(null);
        expect(typeof client.detail(flagKey, asked, false).value).toBe('boolean');
        client.outcome(asked, { error: given, durationMs: Number.NaN });
      };
      if (inside) client.run(asked, ask);
      else ask();
    }),
    { seed: 3, numRuns: 5_000 },
  );
  expect(connects).not.toHaveBeenCalled();
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  connects.mockRestore();
});

test('the corpus bites: reading such a context without care throws', () => {
  const naive = (given: Record<string, unknown>): string => `${given.targetingKey}${given.a}`;
  expect(() => naive(throwing)).toThrow('trap');
  expect(() => naive({ a: { toString: trap } })).toThrow('trap');
});
