import { OpenFeature, type Client as OpenFeatureClient, ProviderStatus } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLAGS, SCENARIOS, type Scenario, withoutRules } from '../../../test/openfeature-scenarios.ts';
import { type Peer, startPeer } from '../../../test/peer.ts';
import { ruleset } from '../../../test/rulesets.ts';
import { createProvider } from './index.ts';

function ask(client: OpenFeatureClient, { flag, type, fallback, context }: Scenario) {
  switch (type) {
    case 'boolean':
      return client.getBooleanDetails(flag, fallback as boolean, context);
    case 'string':
      return client.getStringDetails(flag, fallback as string, context);
    case 'number':
      return client.getNumberDetails(flag, fallback as number, context);
    case 'object':
      return client.getObjectDetails(flag, fallback as { a: number }, context);
  }
}

const title = ({ flag, type, context, fallback }: Scenario): string =>
  `${flag} as ${type} for ${JSON.stringify(context ?? {})}, else ${JSON.stringify(fallback)}`;

async function check(client: OpenFeatureClient, scenario: Scenario): Promise<void> {
  const { flag, value, variant, reason, errorCode } = scenario;
  const details = await ask(client, scenario);
  expect(details).toMatchObject({ flagKey: flag, value, reason });
  if (variant !== undefined) expect(details.variant).toBe(variant);
  expect(details.errorCode).toBe(errorCode);
  expect(details.errorMessage === undefined).toBe(errorCode === undefined);
  expect(Object.isFrozen(details.flagMetadata)).toBe(true);
}

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer(ruleset(FLAGS));
});
afterAll(async () => {
  await OpenFeature.clearProviders();
  await peer.close();
});

describe('the specification’s scenarios, with rules from a server', () => {
  const client = OpenFeature.getClient('scenarios');
  beforeAll(() => OpenFeature.setProviderAndWait('scenarios', createProvider({ url: peer.url, key: 'bg_srv_key', log: false })));

  test.each(SCENARIOS.map((scenario) => [title(scenario), scenario] as const))('%s', (_, scenario) => check(client, scenario));

  test('there are as many as the suites have', () => {
    expect(SCENARIOS.length).toBe(70);
  });

  test('a flag that changes is told, and then answers otherwise', async () => {
    const told = new Promise<unknown>((settle) => client.addHandler('PROVIDER_CONFIGURATION_CHANGED' as never, settle));
    expect(await client.getStringValue('changing-flag', 'unset')).toBe('foo');
    const before = peer.ruleset.flags.find((flag) => flag.key === 'changing-flag');
    peer.publish([{ ...(before ?? expect.fail()), defaultVariant: 'bar' }]);
    expect(await told).toMatchObject({ flagsChanged: ['changing-flag'], providerName: 'burgee' });
    expect(await client.getStringValue('changing-flag', 'unset')).toBe('bar');
  });

  test('the caller’s context is left as it was, and the details cannot be changed in their metadata', async () => {
    const context = { email: 'x@y', nested: { deep: [1] } };
    await client.getBooleanDetails('boolean-flag', false, context);
    expect(context).toEqual({ email: 'x@y', nested: { deep: [1] } });
  });
});

describe('a provider that is not ready', () => {
  const client = OpenFeature.getClient('early');
  test('answers defaults and says so', async () => {
    const provider = createProvider({ url: peer.url, key: 'key', log: false });
    const ready = OpenFeature.setProviderAndWait('early', provider);
    expect(client.providerStatus).toBe(ProviderStatus.NOT_READY);
    const early = Promise.all(withoutRules('PROVIDER_NOT_READY').map((scenario) => check(client, scenario)));
    await early;
    await ready;
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });
});

describe('a provider whose key is refused', () => {
  const client = OpenFeature.getClient('fatal');
  test('answers defaults and says so', async () => {
    const refusing = await startPeer(ruleset(FLAGS));
    refusing.script = (_request, response) => {
      response.writeHead(401).end();
      return true;
    };
    const provider = createProvider({ url: refusing.url, key: 'key', log: false });
    await expect(OpenFeature.setProviderAndWait('fatal', provider)).rejects.toThrow(/refuses the key/);
    expect(client.providerStatus).toBe(ProviderStatus.FATAL);
    for (const scenario of withoutRules('PROVIDER_FATAL')) await check(client, scenario);
    await refusing.close();
  });
});

describe('a provider that cannot reach its server', () => {
  const client = OpenFeature.getClient('unreachable');
  test('answers defaults and says so', async () => {
    const provider = createProvider({ url: 'http://127.0.0.1:1', key: 'key', log: false }, { timeout: 50 });
    await expect(OpenFeature.setProviderAndWait('unreachable', provider)).rejects.toThrow(/no rules yet/);
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    for (const scenario of withoutRules('PROVIDER_NOT_READY')) await check(client, scenario);
  });
});
