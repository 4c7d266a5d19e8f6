import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClockedClient, createClockedClient } from '../../../test/clocked-client.ts';
import { type Peer, startPeer } from '../../../test/peer.ts';
import { flag, ruleset, sleep } from '../../../test/rulesets.ts';
import { createProvider } from './index.ts';

const RULES = ruleset([flag('a')]);
const answer =
  (status: number): NonNullable<Peer['script']> =>
  (_request, response) => {
    response.writeHead(status).end();
    return true;
  };

let peer: Peer;
let clocked: ClockedClient | undefined;
const heard: string[] = [];
const client = OpenFeature.getClient();
for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error, ProviderEvents.ConfigurationChanged])
  client.addHandler(event as ProviderEvents.Ready, () => heard.push(event.replace('PROVIDER_', '')));

/** A provider of a client on a clock that the test moves; initialization lasts until that clock says otherwise. */
const begin = (bootstrap?: typeof RULES, timeout = 2_000) => {
  clocked = createClockedClient(peer.url, bootstrap);
  const settled = OpenFeature.setProviderAndWait(createProvider(clocked, { timeout })).then(
    () => 'initialized',
    (error: { code?: string }) => error.code,
  );
  return { clocked, settled };
};
/** Lets what is announced in the next turns of the event loop come through. */
const settle = () => sleep(5);

beforeEach(async () => {
  peer = await startPeer(RULES);
  heard.length = 0;
});
afterEach(async () => {
  await OpenFeature.setProviderAndWait(createProvider(createClockedClient(peer.url, RULES), { timeout: 0 })).catch(
    () => undefined,
  );
  await clocked?.close();
  await peer.close();
});

test('READY once; STALE when the server has not been heard for 30 s, with the flags still answered; READY again', async () => {
  const { clocked, settled } = begin();
  expect(await settled).toBe('initialized');
  await settle();
  expect(heard).toEqual(['READY']);
  peer.script = answer(503);
  peer.cut();
  expect(await clocked.passUntil(() => heard.includes('STALE'), 100_000)).toBeGreaterThanOrEqual(30_000);
  expect(client.providerStatus).toBe(ProviderStatus.STALE);
  expect(await client.getBooleanDetails('a', false)).toMatchObject({ value: true, reason: 'STATIC' });
  peer.script = undefined;
  await clocked.passUntil(() => heard.length > 2, 100_000);
  expect(heard).toEqual(['READY', 'STALE', 'READY']);
  expect(client.providerStatus).toBe(ProviderStatus.READY);
});

test('a server that is away for less than 30 s makes nothing stale', async () => {
  const { clocked, settled } = begin();
  await settled;
  peer.script = answer(503);
  peer.cut();
  const from = clocked.clock.monotonic();
  await clocked.passUntil(() => clocked.clock.monotonic() - from >= 20_000, 30_000);
  peer.script = undefined;
  await clocked.passUntil(() => peer.streams() > 0 || clocked.status().connection === 'polling', 10_000);
  await settle();
  expect(heard).toEqual(['READY']);
});

test('ERROR where there are no rules in time; READY by itself once there are', async () => {
  peer.script = answer(503);
  const { clocked, settled } = begin();
  await clocked.passUntil(() => heard.includes('ERROR'), 5_000);
  expect(await settled).toBe('GENERAL');
  await settle();
  expect(heard).toEqual(['ERROR']);
  expect(client.providerStatus).toBe(ProviderStatus.ERROR);
  expect(await client.getBooleanDetails('a', false)).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY' });
  peer.script = undefined;
  await clocked.passUntil(() => heard.includes('CONFIGURATION_CHANGED'), 90_000);
  expect(heard).toEqual(['ERROR', 'READY', 'CONFIGURATION_CHANGED']);
  expect(client.providerStatus).toBe(ProviderStatus.READY);
  expect(await client.getBooleanValue('a', false)).toBe(true);
});

test.each([401, 403])(
  'FATAL at once where the key is refused (%d) and there are no rules; READY when it is accepted',
  async (status) => {
    peer.script = answer(status);
    const { clocked, settled } = begin();
    expect(await settled).toBe('PROVIDER_FATAL');
    expect(clocked.clock.monotonic()).toBe(0);
    await settle();
    expect(client.providerStatus).toBe(ProviderStatus.FATAL);
    peer.script = undefined;
    await clocked.passUntil(() => heard.includes('READY'), 301_000);
    expect(heard.slice(0, 2)).toEqual(['ERROR', 'READY']);
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    expect(await client.getBooleanValue('a', false)).toBe(true);
  },
);

test('READY where the key is refused and there is a bootstrap; STALE after 30 s', async () => {
  peer.script = answer(401);
  const { clocked, settled } = begin(RULES);
  expect(await settled).toBe('initialized');
  await settle();
  expect(heard).toEqual(['READY']);
  await clocked.passUntil(() => heard.includes('STALE'), 301_000);
  expect(heard).toEqual(['READY', 'STALE']);
  expect(await client.getBooleanValue('a', false)).toBe(true);
});

test('an ERROR becomes FATAL when the server comes and refuses the key', async () => {
  peer.script = answer(503);
  const { clocked, settled } = begin();
  await clocked.passUntil(() => heard.includes('ERROR'), 5_000);
  await settled;
  peer.script = answer(403);
  await clocked.passUntil(() => client.providerStatus === ProviderStatus.FATAL, 90_000);
  expect(heard).toEqual(['ERROR', 'ERROR']);
});

test.each(Array.from({ length: 12 }, (_, i) => i))(
  'rules that come while OpenFeature takes note of a failed initialization are told (%d steps apart)',
  async (steps) => {
    const { clocked, settled } = begin(RULES, 0);
    for (let i = 0; i < steps; i++) await undefined;
    clocked.clock.advance(0);
    await settled;
    await settle();
    expect(clocked.status().ready).toBe(true);
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  },
);
