import { OpenFeature } from '@openfeature/server-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Peer, startPeer } from '../../../test/peer.ts';
import { flag, ramped, ruleset, until } from '../../../test/rulesets.ts';
import { createClient } from '../../node/index.ts';
import { createProvider, type ProviderOptions } from './index.ts';

let peer: Peer;
const client = OpenFeature.getClient();
const USER = { targetingKey: 'u1' };
const options = () => ({ url: peer.url, key: 'key', log: false }) as const;

beforeEach(async () => {
  const parent = flag('parent', { killed: true });
  const child = flag('child', { prerequisites: [{ flag: 'parent', variants: ['on'] }] });
  peer = await startPeer(ruleset([ramped('checkout', 100, { rollout: 'r1' }), parent, child], { revision: { epoch: 2, n: 7 } }));
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  await peer.close();
});

const begin = async (settings?: ProviderOptions) => {
  const provider = createProvider(options(), settings);
  await OpenFeature.setProviderAndWait(provider);
  return provider;
};

test('tells rule, revision, rollout, arm and prerequisite in the metadata', async () => {
  await begin();
  const known = { revision: '2.7', version: '2.7', flagSetId: 'default/production' };
  expect(await client.getBooleanDetails('checkout', false, USER)).toEqual({
    flagKey: 'checkout',
    value: true,
    variant: 'on',
    reason: 'STATIC',
    flagMetadata: { rule: 'rule-checkout', rollout: 'r1', arm: 'treatment', ...known },
  });
  expect((await client.getBooleanDetails('child', true, USER)).flagMetadata).toEqual({ prerequisite: 'parent', ...known });
  expect((await client.getBooleanDetails('parent', true)).flagMetadata).toEqual(known);
  expect((await client.getBooleanDetails('unknown', true)).flagMetadata).toEqual(known);
});

const arms = () => peer.reports.flatMap((report) => report.rollouts).flatMap((rollout) => rollout.arms);
const units = (text: string): number => Buffer.from(text, 'base64').length / 8;

test.each([
  ['a success', { value: 120 }, 0],
  ['a failure', { value: 120, error: 'card declined' }, 1],
  ['a success that says so', { error: false }, 0],
])('a tracked event that is named as an outcome is %s of the arms that its context met', async (_, details, failed) => {
  await begin({ outcomes: ['paid'] });
  await client.getBooleanValue('checkout', false, USER);
  client.track('paid', USER, details);
  await until(() => arms().some((arm) => units(arm.closed) === 1));
  expect(arms().reduce((sum, arm) => sum + units(arm.failed), 0)).toBe(failed);
});

test('any other tracked event is no outcome', async () => {
  const { client: own } = await begin({ outcomes: ['paid'] });
  await client.getBooleanValue('checkout', false, USER);
  client.track('clicked', USER, { value: 1 });
  client.track('paid', { targetingKey: 'nobody' }, { value: 1 });
  await own.close();
  expect(peer.reports.flatMap((report) => report.rollouts).map(({ arms, unattributed }) => [arms.length, unattributed])).toEqual([
    [0, 1],
  ]);
});

test('inside a run, an evaluation without context gets the run’s', async () => {
  const { client: own } = await begin();
  const details = await own.run({ targetingKey: 'u2' }, () => client.getBooleanDetails('checkout', false));
  expect(details.flagMetadata.arm).toBe('treatment');
  await until(() => arms().some((arm) => units(arm.closed) === 1));
});

test('no context and no key make it throw', async () => {
  const provider = await begin();
  const fail = () => {
    throw new Error('a trap');
  };
  const traps = [new Proxy({}, { ownKeys: fail }), new Proxy({ targetingKey: 'u' }, { get: fail })];
  for (const context of [null, undefined, 5, ...traps, { targetingKey: 5n }] as never[]) {
    for (const key of ['checkout', '', undefined as never]) {
      expect((await provider.resolveBooleanEvaluation(key, false, context, console)).value).toBeTypeOf('boolean');
      expect((await provider.resolveObjectEvaluation(key, { a: 1 }, context, console)).value).toEqual({ a: 1 });
      expect(() => provider.track?.('paid', context, undefined as never)).not.toThrow();
    }
  }
});

test('closes the client that it made, and not one that it was given', async () => {
  const own = await begin();
  await OpenFeature.clearProviders();
  expect(own.client.status().connection).toBe('closed');
  await until(() => peer.streams() === 0);
  await expect(OpenFeature.setProviderAndWait(own)).rejects.toThrow('this provider was closed; make a new one');

  const given = createClient(options());
  await OpenFeature.setProviderAndWait(createProvider(given));
  await OpenFeature.clearProviders();
  expect(given.status().connection).toBe('streaming');
  expect(given.boolean('checkout', USER, false)).toBe(true);
  await given.close();
});

test('a provider with a cache belongs to one domain', async () => {
  const cached = createProvider({ ...options(), cacheDir: '/nonexistent/burgee' });
  expect(cached.domainScoped).toBe(true);
  expect((await begin()).domainScoped).toBeUndefined();
  await cached.onClose?.();
});

test('refuses options that cannot work, by name', () => {
  const make = (settings: unknown) => () => createProvider(options(), settings as ProviderOptions);
  expect(make({ timeout: '5' })).toThrow('createProvider: timeout must be a number of milliseconds');
  expect(make({ outcomes: 'paid' })).toThrow('createProvider: outcomes must be a list of names of tracked events');
  expect(make({ outcomes: [''] })).toThrow(TypeError);
  expect(() => createProvider({ url: 'ftp://x', key: 'k' })).toThrow('createClient: url must be an http or https URL');
});
