import { describe, expect, test } from 'vitest';
import { percentRule } from '../../../../server/src/http/sdk/testing.ts';
import { noBrowser } from '../../../test/chromium.ts';
import { PAGE, setProvider } from '../../../test/openfeature-tab.ts';
import { until } from '../../../test/rulesets.ts';
import { useStage, VALUES } from '../../../test/stage.ts';
import { createProvider, type ProviderOptions } from './index.ts';

const LONG = { timeout: 20_000 };
const USER = { targetingKey: 'a', country: 'de' };

describe.skipIf(noBrowser !== null)('a provider in a page', () => {
  const stage = useStage(PAGE);
  const settings = () => ({ url: stage.gateway.url, key: stage.key });
  const reports = () =>
    stage.gateway.passed.filter(({ method, path }) => method === 'POST' && path === '/sdk/reports').map(({ body }) => body);

  test('tells the revision in the metadata, and leaves out what is not known', async () => {
    await setProvider(stage.tab, settings(), LONG, USER);
    const details = await stage.tab.page.evaluate(() => window.flags.getBooleanDetails('german', false));
    expect(details).toEqual({
      flagKey: 'german',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { revision: expect.stringMatching(/^\d+\.\d+$/), version: expect.stringMatching(/^\d+\.\d+$/) },
    });
  });

  test('a flag without a value answers the caller’s default', async () => {
    const variants = [
      { key: 'none', value: null },
      { key: 'some', value: { a: 1 } },
    ];
    const none = percentRule('r', 100, { serve: { variant: 'none' } });
    const served = { rules: [none], defaultVariant: 'none', offVariant: 'none' };
    await stage.server.putFlag('nothing', { ...VALUES, type: 'json', variants }, served);
    await setProvider(stage.tab, settings(), LONG, USER);
    const answers = await stage.tab.page.evaluate(() => [
      window.flags.getObjectValue('nothing', { b: 2 }),
      window.flags.getObjectDetails('nothing', null).errorCode,
    ]);
    expect(answers).toEqual([{ b: 2 }, undefined]);
  });

  test('only tracked events that are named as outcomes are outcomes of the page’s client', async () => {
    const { page } = stage.tab;
    await setProvider(stage.tab, settings(), { ...LONG, outcomes: ['paid'] }, USER);
    const told = await page.evaluate(() => {
      const told: unknown[] = [];
      const given = window.provider.client;
      const client = { ...given, outcome: (outcome: unknown) => told.push(outcome) };
      const provider = window.web.createProvider(client, { outcomes: ['paid'] });
      for (const details of [{ value: 120 }, { error: 'card declined' }, { error: false }, undefined])
        provider.track?.('paid', {}, details as never);
      provider.track?.('clicked', {}, { value: 1 });
      return told;
    });
    expect(told).toEqual([{ durationMs: 120 }, { error: 'card declined' }, { error: false }, {}]);
    await page.evaluate(() => window.flags.getBooleanValue('german', false));
    await page.evaluate(() => window.openfeature.OpenFeature.clearProviders());
    await until(() => reports().some((body) => body.includes('"flag":"german"')));
  });

  test('no key and no default make it throw', async () => {
    await setProvider(stage.tab, settings(), LONG, USER);
    const answers = await stage.tab.page.evaluate(() => {
      const { provider } = window;
      const ask = (key: string, fallback: unknown) => [
        provider.resolveBooleanEvaluation(key, fallback as never, {}, console).errorCode,
        provider.resolveObjectEvaluation(key, fallback as never, {}, console).value,
      ];
      return [...ask('', 5), ...ask('german', undefined), ...ask(undefined as never, { a: 1 }), ...ask('__proto__', null)];
    });
    expect(answers).toEqual([
      ...['FLAG_NOT_FOUND', 5],
      ...[undefined, undefined],
      ...['FLAG_NOT_FOUND', { a: 1 }],
      ...['FLAG_NOT_FOUND', null],
    ]);
  });

  test('a client of the caller’s keeps its context until OpenFeature has one, and is not closed', async () => {
    const { page } = stage.tab;
    const seen = await page.evaluate(async (options) => {
      const { OpenFeature } = window.openfeature;
      const client = window.sdk.createClient({ ...options, log: false, context: { targetingKey: 'b' } });
      const flags = OpenFeature.getClient();
      const who = () => flags.getStringValue('who', '-');
      await OpenFeature.setProviderAndWait(window.web.createProvider(client, { timeout: 20_000 }));
      const seen = [who()];
      await OpenFeature.setContext({ targetingKey: 'c' });
      seen.push(who());
      await OpenFeature.clearProviders();
      await client.identify({ targetingKey: 'd' });
      seen.push(client.string('who', '-'), client.status().source);
      // and begins with OpenFeature’s, where that has one
      await OpenFeature.setProviderAndWait(window.web.createProvider(client, { timeout: 20_000 }), { targetingKey: 'a' });
      seen.push(who());
      await OpenFeature.clearProviders();
      client.close();
      return seen;
    }, settings());
    expect(seen).toEqual(['b', 'c', 'd', 'live', 'a']);
  });

  test('begins with the values of a server-rendered page', async () => {
    const { page } = stage.tab;
    await setProvider(stage.tab, settings(), LONG, USER);
    const bootstrap = await page.evaluate(() => window.provider.client.values());
    await page.evaluate(() => window.openfeature.OpenFeature.clearProviders());
    stage.gateway.fate = () => 'break';
    expect(await setProvider(stage.tab, { ...settings(), bootstrap, storage: false }, LONG, USER)).toBe('READY');
    expect(await page.evaluate(() => window.flags.getStringValue('who', '-'))).toBe('a');
  });
});

describe('createProvider', () => {
  const make =
    (settings: unknown, client: object = {}) =>
    () =>
      createProvider({ url: 'http://127.0.0.1:1', key: 'bg_web_x', ...client }, settings as ProviderOptions);

  test('refuses options that cannot work, by name', () => {
    expect(make({ timeout: '5' })).toThrow('createProvider: timeout must be a number of milliseconds');
    expect(make({ outcomes: 'paid' })).toThrow('createProvider: outcomes must be a list of names of tracked events');
    expect(make({ outcomes: [''] })).toThrow(TypeError);
    expect(make({}, { url: 'ftp://x' })).toThrow('createClient: url must be http(s) without query');
  });

  test('asks nobody for anything before it is initialized', async () => {
    const provider = make({})();
    await provider.onClose?.();
    await expect(provider.initialize?.({})).rejects.toThrow('this provider was closed; make a new one');
  });
});
