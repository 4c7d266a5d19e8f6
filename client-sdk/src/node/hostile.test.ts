import net from 'node:net';
import type { EvaluationContext, RulesetFlag } from '@burgee/engine';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { build, context, throwing, trap } from '../../test/hostile.ts';
import { flag, ramped, ruleset } from '../../test/rulesets.ts';
import { createProvider } from '../openfeature/server/index.ts';
import { withFlags } from '../testing/index.ts';
import { type Client, createClient } from './index.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 5_000);

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
    { seed: 3, numRuns: RUNS },
  );
  expect(connects).not.toHaveBeenCalled();
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  connects.mockRestore();
});

test('nor does anything throw through a view, a test client or the OpenFeature provider', async () => {
  const provider = createProvider(client);
  const tested = withFlags({ targeted: ({ a }) => String(a) === 'x', percent: true, on: true });
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  await fc.assert(
    fc.asyncProperty(key, context, async (flagKey, from) => {
      const asked = build(from) as EvaluationContext;
      const view = client.forRequest(asked);
      expect(typeof view.boolean(flagKey, true)).toBe('boolean');
      expect(view.string(flagKey, 'default')).toBe('default');
      expect(typeof tested.boolean(flagKey, asked, true)).toBe('boolean');
      expect(typeof tested.forRequest(asked).boolean(flagKey, true)).toBe('boolean');
      tested.outcome(asked, { error: asked });
      const given = asked as Parameters<typeof provider.resolveBooleanEvaluation>[2];
      expect(typeof (await provider.resolveBooleanEvaluation(flagKey, true, given, console)).value).toBe('boolean');
      expect((await provider.resolveStringEvaluation(flagKey, 'default', given, console)).value).toBe('default');
      provider.track?.('paid', given, {});
    }),
    { seed: 4, numRuns: Math.ceil(RUNS / 3), endOnFailure: true },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
});

test('the corpus bites: reading such a context without care throws', () => {
  const naive = (given: Record<string, unknown>): string => `${given.targetingKey}${given.a}`;
  expect(() => naive(throwing)).toThrow('trap');
  expect(() => naive({ a: { toString: trap } })).toThrow('trap');
});
