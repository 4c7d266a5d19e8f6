import type { BrowserContext } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import { until } from '../../test/rulesets.ts';
import { useStage } from '../../test/stage.ts';
import { makeClient, openTab, type Tab, untilFlag } from '../../test/tab.ts';

const ROUNDS = Number(process.env.BURGEE_BROWSER_ROUNDS ?? 2);
const TABS = 20;

describe.skipIf(noBrowser !== null)('many tabs', () => {
  const stage = useStage();

  const open = async (context: BrowserContext, prepare?: () => void): Promise<Tab> => {
    const tab = await openTab(context, stage.site.url);
    if (prepare) await tab.page.evaluate(prepare);
    await makeClient(tab, stage.options());
    return tab;
  };
  /** The tab that holds the lock, by asking each for what it holds itself. */
  const leaderOf = async (tabs: readonly Tab[]): Promise<Tab> => {
    for (const tab of tabs) {
      const leads = await tab.page.evaluate(async () => {
        const { held = [] } = await navigator.locks.query();
        const own = await new Promise<string | undefined>((resolve) => {
          void navigator.locks.request(`own ${Math.random()}`, async (lock) => {
            const all = await navigator.locks.query();
            resolve(all.held?.find(({ name }) => name === lock?.name)?.clientId);
          });
        });
        return held.some(({ name, clientId }) => name?.startsWith('burgee ') && clientId === own);
      });
      if (leads) return tab;
    }
    throw new Error('no tab leads');
  };

  test(`${TABS} tabs share one stream; when the leader dies another one takes over, ${ROUNDS} times`, {
    timeout: 120_000 + ROUNDS * 20_000,
  }, async () => {
    const { context } = stage.tab;
    const tabs: Tab[] = [];
    for (let i = 0; i < TABS; i++) tabs.push(await open(context));
    for (const tab of tabs) await untilFlag(tab, 'german', true);
    await until(() => stage.gateway.streams().now === 1);
    expect(stage.gateway.streams()).toEqual({ now: 1, most: 1 });
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const leader = await leaderOf(tabs);
      tabs.splice(tabs.indexOf(leader), 1);
      const before = stage.gateway.passed.length;
      const from = performance.now();
      await leader.page.close();
      await until(() => stage.gateway.passed.slice(before).some(({ path }) => path.startsWith('/ofrep/v1/events')), 20_000);
      took.push(performance.now() - from);
      tabs.push(await open(context));
      await stage.put('german', round % 2 === 1);
      for (const tab of tabs) await untilFlag(tab, 'german', round % 2 === 1);
    }
    await until(() => stage.gateway.streams().now === 1);
    console.log(`takeover, ms: ${took.map(Math.round).join(', ')}`);
    for (const tab of tabs) expect(tab.errors).toEqual([]);
  });

  test('control: without locks each tab has its own', async () => {
    const { context } = stage.tab;
    const prepare = (): void => {
      Object.defineProperty(navigator, 'locks', { value: undefined });
    };
    const tabs = [await open(context, prepare), await open(context, prepare), await open(context, prepare)];
    await until(() => stage.gateway.streams().now === 3);
    await stage.put('german', false);
    for (const tab of tabs) await untilFlag(tab, 'german', false);
    for (const { page } of tabs) await page.close();
  });

  test('a leader that is frozen, or put into the back-forward cache, hands over, and is up to date when it is back', async () => {
    const { context } = stage.tab;
    const first = await open(context);
    await untilFlag(first, 'german', true);
    const second = await open(context);
    await untilFlag(second, 'german', true);
    for (let round = 0; round < ROUNDS; round++) {
      const isOn = round % 2 === 1;
      const leader = await leaderOf([first, second]);
      const other = leader === first ? second : first;
      const devtools = await context.newCDPSession(leader.page);
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
      await stage.put('german', isOn);
      await untilFlag(other, 'german', isOn);
      await devtools.send('Page.setWebLifecycleState', { state: 'active' });
      await untilFlag(leader, 'german', isOn);

      const next = await leaderOf([first, second]);
      const last = next === first ? second : first;
      await next.page.goto(`${stage.site.url}/elsewhere`);
      await stage.put('half', isOn);
      await untilFlag(last, 'half', isOn);
      await next.page.goBack({ waitUntil: 'commit' });
      expect(await next.page.evaluate(() => 'client' in window)).toBe(true);
      await untilFlag(next, 'half', isOn);
    }
    await until(() => stage.gateway.streams().now === 1);
  });
});
