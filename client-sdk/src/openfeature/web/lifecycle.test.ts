import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../../test/chromium.ts';
import type { Fate, Passing } from '../../../test/gateway.ts';
import { look, PAGE, setProvider } from '../../../test/openfeature-tab.ts';
import { until } from '../../../test/rulesets.ts';
import { useStage } from '../../../test/stage.ts';

const LONG = { timeout: 20_000 };
const A = { targetingKey: 'a' };

/** What becomes of the page's questions; preflights go through. */
const bulk =
  (fate: (request: Passing) => Promise<Fate> | Fate) =>
  (request: Passing): Promise<Fate> | Fate =>
    request.method === 'POST' && request.path.startsWith('/ofrep') ? fate(request) : undefined;

describe.skipIf(noBrowser !== null)('a provider in a page', () => {
  const stage = useStage(PAGE);
  const { url, key } = { url: () => stage.gateway.url, key: () => stage.key };
  const settings = () => ({ url: url(), key: key() });
  const heard = async () => (await look(stage.tab)).heard;
  const setContext = (context: Record<string, string>) =>
    stage.tab.page.evaluate((given) => window.openfeature.OpenFeature.setContext(given), context);

  test('READY with the values of OpenFeature’s context, asked for once; then what changes is told by name', async () => {
    expect(await setProvider(stage.tab, settings(), LONG, A)).toBe('READY');
    expect(await look(stage.tab)).toEqual({ status: 'READY', heard: ['READY'], who: 'a' });
    expect(stage.gateway.passed.filter(({ method, path }) => method === 'POST' && path.startsWith('/ofrep'))).toHaveLength(1);
    await stage.put('german', true);
    await until(async () => (await heard()).length > 1);
    expect(await heard()).toEqual(['READY', 'CONFIGURATION_CHANGED german']);
  });

  test('a change of context reconciles and tells only that; the last of several wins', async () => {
    await setProvider(stage.tab, settings(), LONG, A);
    await setContext({ targetingKey: 'b' });
    expect(await look(stage.tab)).toEqual({ status: 'READY', heard: ['READY', 'RECONCILING', 'CONTEXT_CHANGED'], who: 'b' });
    let asked = 0;
    // the first answer comes last
    stage.gateway.fate = bulk(() => new Promise((go) => setTimeout(go, asked++ === 0 ? 600 : 200, undefined)));
    const during = await stage.tab.page.evaluate(async () => {
      const { OpenFeature } = window.openfeature;
      const first = OpenFeature.setContext({ targetingKey: 'c' });
      const second = OpenFeature.setContext({ targetingKey: 'd' });
      const during = [window.flags.providerStatus, window.flags.getStringValue('who', '-')];
      await Promise.all([first, second]);
      return during;
    });
    expect(during).toEqual(['RECONCILING', '-']);
    const { heard, ...now } = await look(stage.tab);
    expect(now).toEqual({ status: 'READY', who: 'd' });
    expect(heard.slice(3)).toEqual(['RECONCILING', 'RECONCILING', 'CONTEXT_CHANGED']);
    await setContext({});
    expect((await look(stage.tab)).who).toBe('nobody');
  });

  test('a context that nobody answers for is an ERROR, its flags their defaults; READY by itself when somebody does', async () => {
    await setProvider(stage.tab, settings(), { timeout: 300 }, A);
    stage.gateway.fate = bulk(() => ({ status: 503 }));
    await setContext({ targetingKey: 'b' });
    await until(async () => (await look(stage.tab)).status === 'ERROR');
    expect(await look(stage.tab)).toMatchObject({ status: 'ERROR', who: '-' });
    stage.gateway.fate = undefined;
    await until(async () => (await look(stage.tab)).status === 'READY', 20_000);
    expect(await look(stage.tab)).toMatchObject({ who: 'b', heard: expect.arrayContaining(['ERROR', 'READY']) });
  });

  test('STALE when the server has not been heard for 40 s, with the flags still answered; READY again', async () => {
    const { page } = stage.tab;
    await page.clock.install();
    expect(await setProvider(stage.tab, settings(), LONG, A)).toBe('READY');
    await page.clock.runFor(100);
    await until(() => stage.gateway.streams().now === 1);
    await stage.gateway.down(true);
    await page.clock.runFor(29_000);
    expect((await look(stage.tab)).status).toBe('READY');
    await page.clock.runFor(22_000);
    expect(await look(stage.tab)).toEqual({ status: 'STALE', heard: ['READY', 'STALE'], who: 'a' });
    await stage.gateway.down(false);
    await until(async () => {
      await page.clock.runFor(2_000);
      return (await look(stage.tab)).status === 'READY';
    }, 30_000);
    expect(await heard()).toEqual(['READY', 'STALE', 'READY']);
  });

  test('ERROR where there are no values in time; READY by itself once there are', async () => {
    stage.gateway.fate = bulk(() => ({ status: 503 }));
    expect(await setProvider(stage.tab, settings(), { timeout: 300 }, A)).toBe('GENERAL');
    expect(await look(stage.tab)).toEqual({ status: 'ERROR', heard: ['ERROR'], who: '-' });
    stage.gateway.fate = undefined;
    await until(async () => (await heard()).length > 2, 20_000);
    expect(await look(stage.tab)).toMatchObject({ status: 'READY', who: 'a' });
    expect(await heard()).toEqual(['ERROR', 'READY', 'CONFIGURATION_CHANGED german,half,who']);
  });

  test.each([401, 403])(
    'FATAL at once where the key is refused (%d) and nothing is stored; READY when it is accepted',
    async (status) => {
      const { page } = stage.tab;
      await page.clock.install();
      stage.gateway.fate = bulk(() => ({ status }));
      expect(await setProvider(stage.tab, settings(), { timeout: 3_600_000 }, A)).toBe('PROVIDER_FATAL');
      await page.clock.runFor(100);
      expect(await look(stage.tab)).toEqual({ status: 'FATAL', heard: ['ERROR'], who: '-' });
      stage.gateway.fate = undefined;
      // asked again minutes later, or when the page is back online
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await page.clock.runFor(1_100);
      await page.waitForFunction(() => window.flags.providerStatus === 'READY');
      expect(await look(stage.tab)).toMatchObject({ status: 'READY', who: 'a' });
    },
  );

  test('READY at once where values are stored, whatever the server says of the key', async () => {
    await setProvider(stage.tab, settings(), LONG, A);
    await stage.tab.page.reload();
    stage.gateway.fate = bulk(() => ({ status: 401 }));
    expect(await setProvider(stage.tab, settings(), { timeout: 3_600_000 }, A)).toBe('READY');
    await until(() => stage.gateway.passed.at(-1)?.path.startsWith('/ofrep') === true);
    expect(await look(stage.tab)).toEqual({ status: 'READY', heard: ['READY'], who: 'a' });
    // of somebody else nothing is stored
    await setContext({ targetingKey: 'b' });
    await until(async () => (await look(stage.tab)).status === 'FATAL');
    expect((await look(stage.tab)).who).toBe('-');
  });

  test('a real server’s refusal of a key is seen as one', async () => {
    expect(await setProvider(stage.tab, { ...settings(), key: 'bg_web_unknown' }, LONG, A)).toBe('PROVIDER_FATAL');
  });

  test('serves one domain, ends with it, and cannot begin again', async () => {
    await setProvider(stage.tab, settings(), LONG, A);
    await until(() => stage.gateway.streams().now === 1);
    const [second, again] = await stage.tab.page.evaluate(async () => {
      const { OpenFeature } = window.openfeature;
      const failure = async (set: () => Promise<void>) => {
        try {
          await set();
        } catch (error) {
          return (error as Error).message;
        }
        return 'set';
      };
      const second = await failure(() => OpenFeature.setProviderAndWait('other', window.provider));
      await OpenFeature.clearProviders();
      return [second, await failure(() => OpenFeature.setProviderAndWait(window.provider))];
    });
    expect(second).toMatch(/more than one domain/);
    expect(again).toMatch(/was closed; make a new one/);
    await until(() => stage.gateway.streams().now === 0);
  });
});
