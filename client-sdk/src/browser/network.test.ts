import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import type { Fate } from '../../test/gateway.ts';
import { until } from '../../test/rulesets.ts';
import { useStage } from '../../test/stage.ts';
import { makeClient, openTab, untilFlag } from '../../test/tab.ts';

const ROUNDS = Number(process.env.BURGEE_BROWSER_ROUNDS ?? 1);
const LONG = { timeout: 20_000 };
const bulk = ({ method, path }: { method: string; path: string }) => method === 'POST' && path.startsWith('/ofrep');

describe.skipIf(noBrowser !== null)('without a network', () => {
  const stage = useStage();

  test(`offline at load and later: answers what is stored, and catches up by itself, ${ROUNDS} times`, async () => {
    const { tab } = stage;
    await makeClient(tab, stage.options());
    await tab.page.evaluate((long) => window.client.ready(long), LONG);
    for (let round = 0; round < ROUNDS; round++) {
      const isOn = round % 2 === 1;
      await tab.page.reload();
      await tab.context.setOffline(true);
      await makeClient(tab, stage.options());
      const stored = await tab.page.evaluate(() => [window.client.boolean('german', false), window.client.status().source]);
      expect(stored).toEqual([!isOn, 'storage']);
      await tab.page.waitForFunction(() => window.told.includes('error network'));
      expect(await tab.page.evaluate(() => window.warned.length)).toBe(1);
      await stage.put('german', isOn);
      await tab.context.setOffline(false);
      await untilFlag(tab, 'german', isOn);
      // and once more, with the page open
      await tab.context.setOffline(true);
      await stage.put('german', !isOn);
      await stage.put('german', isOn);
      await stage.put('half', isOn);
      expect(await tab.page.evaluate(() => window.client.status().source)).toBe('live');
      await tab.context.setOffline(false);
      await untilFlag(tab, 'half', isOn);
    }
  });

  test('a server that is away is asked again and again, never before it wants to be', async () => {
    const { tab, gateway } = stage;
    const answers: Fate[] = [
      { status: 429, headers: { 'retry-after': '20' } },
      'break',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"flags":"none"}' },
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>log in' },
      { status: 503 },
    ];
    let asked = 0;
    gateway.fate = (request) => (bulk(request) ? answers[asked++] : undefined);
    await tab.page.clock.install();
    await makeClient(tab, stage.options());
    const told = (): Promise<string[]> => tab.page.evaluate(() => window.told.filter((event) => event.startsWith('error')));
    await until(async () => (await told()).length === 1);
    await tab.page.evaluate(() => {
      // whatever the page does meanwhile
      void window.client.identify({ targetingKey: 'u1', country: 'de', try: 2 });
      window.dispatchEvent(new Event('online'));
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await tab.page.clock.runFor(15_000);
    expect(asked).toBe(1);
    for (let failures = 2; failures <= answers.length; failures++) {
      while (asked < failures) await tab.page.clock.runFor(200);
      await until(async () => (await told()).length === failures);
    }
    while (asked <= answers.length) await tab.page.clock.runFor(200);
    expect(await told()).toEqual(['error status', 'error network', 'error status', 'error status', 'error status']);
    await untilFlag(tab, 'german', true);
    expect(await tab.page.evaluate(() => window.warned.length)).toBeLessThan(6);
  });

  test.each([401, 403, 404])('a refusal by %i is not hammered on, and healed by coming back online', async (status) => {
    const { tab, gateway } = stage;
    gateway.fate = (request) => (bulk(request) ? { status } : undefined);
    await tab.page.clock.install();
    await makeClient(tab, stage.options());
    await until(() => gateway.passed.filter(bulk).length === 1);
    await tab.page.waitForFunction(() => window.told.includes('error status'));
    await tab.page.clock.runFor(59_000);
    expect(gateway.passed.filter(bulk)).toHaveLength(1);
    gateway.fate = undefined;
    await tab.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await tab.page.clock.runFor(1_100);
    await untilFlag(tab, 'german', true);
  });

  test('says when it is stale and when it is not any more, and finds a stream that went silent', async () => {
    const { tab, gateway } = stage;
    const streams = () => gateway.passed.filter(({ path }) => path.startsWith('/ofrep/v1/events')).length;
    await tab.page.clock.install();
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    await until(() => gateway.streams().now === 1);
    const before = streams();
    await gateway.down(true);
    await tab.page.clock.runFor(51_000);
    expect(await tab.page.evaluate(() => [window.told.includes('stale'), window.client.status().stale])).toEqual([true, true]);
    expect(await tab.page.evaluate(() => window.client.boolean('german', false))).toBe(true);
    // whoever hears of it and looks sees it
    await tab.page.evaluate(() =>
      window.client.on('recovered', () => window.told.push(`stale: ${window.client.status().stale}`)),
    );
    await gateway.down(false);
    await until(async () => {
      // an attempt that was on its way when the server came back may still fail: then there is another
      await tab.page.clock.runFor(5_000);
      return tab.page.evaluate(() => window.told.includes('recovered'));
    }, 30_000);
    expect(await tab.page.evaluate(() => window.told.includes('stale: false'))).toBe(true);
    await until(() => gateway.streams().now === 1);
    expect(streams()).toBeGreaterThan(before);
  });
});

describe.skipIf(noBrowser !== null)('a stream that says nothing', () => {
  const stage = useStage(undefined, { heartbeatMs: 3_600_000 });

  test('is given up and opened anew, and meanwhile values are asked for', async () => {
    const { tab, gateway } = stage;
    await tab.page.clock.install();
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    await until(() => gateway.streams().now === 1);
    const asked = gateway.passed.filter(bulk).length;
    await tab.page.clock.runFor(46_000);
    await until(() => gateway.passed.filter(bulk).length > asked);
    await until(() => gateway.passed.filter(({ path }) => path.startsWith('/ofrep/v1/events')).length === 2);
  });
});

describe.skipIf(noBrowser !== null)('blocked', () => {
  const stage = useStage();

  const outcome = async (url: string) => {
    const tab = await openTab(stage.browser, url);
    await makeClient(tab, stage.options());
    const readiness = await tab.page.evaluate(async () => {
      const failed = new Promise((resolve) => window.client.on('error', resolve));
      await Promise.race([failed, window.client.ready({ timeout: 60_000 })]);
      const readiness = await window.client.ready();
      window.client.boolean('german', true);
      window.client.close();
      return readiness;
    });
    const answer = await tab.page.evaluate(() => [
      window.client.boolean('german', true),
      window.client.string('who', 'x'),
      window.warned.length,
    ]);
    await tab.context.close();
    expect(tab.errors).toEqual([]);
    return [readiness.source, ...answer];
  };

  test('by the page’s policy, by CORS, by a blocker: defaults, one line in the log, no error', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      expect(await outcome(`${stage.site.url}/strict`)).toEqual(['default', true, 'x', 1]);
      stage.key = (await stage.server.token('client', { origins: ['https://elsewhere.example'] })).token;
      expect(await outcome(stage.site.url)).toEqual(['default', true, 'x', 1]);
      stage.gateway.fate = () => 'break';
      expect(await outcome(stage.site.url)).toEqual(['default', true, 'x', 1]);
      stage.gateway.fate = undefined;
    }
  });

  test('control: the same pages, with nothing in the way', async () => {
    expect(await outcome(stage.site.url)).toEqual(['live', true, 'nobody', 0]);
  });
});
