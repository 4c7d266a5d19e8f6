import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import { sleep as pause, until } from '../../test/rulesets.ts';
import { useStage } from '../../test/stage.ts';
import { makeClient, untilFlag } from '../../test/tab.ts';

const ROUNDS = Number(process.env.BURGEE_BROWSER_ROUNDS ?? 2);
const EIGHT_HOURS_MS = 8 * 3_600_000;
const start = Date.parse('2026-01-01T00:00:00Z');

describe.skipIf(noBrowser !== null)('a page that was not there for a while', () => {
  const stage = useStage();

  /** Keeps an event from the client that is made next, as if the browser did not know it: who listens first is told first. */
  const withhold = (event: string): Promise<void> =>
    stage.tab.page.evaluate((name) => {
      window.addEventListener(name, (told) => told.stopImmediatePropagation(), { capture: true });
    }, event);
  const answer = (): Promise<boolean> => stage.tab.page.evaluate(() => window.client.boolean('german', false));

  const asked = (): number => stage.gateway.passed.filter(({ method }) => method === 'POST').length;

  /**
   * Hidden and asleep for eight hours, in which the stream breaks and the flag changes; then looked at again. Returns how often the
   * server had been asked until then.
   */
  const sleep = async (round: number, isOn: boolean): Promise<number> => {
    const { page } = stage.tab;
    await until(() => stage.gateway.streams().now === 1);
    const at = start + round * 2 * EIGHT_HOURS_MS;
    await page.clock.pauseAt(at + 60_000);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    stage.gateway.cut();
    await until(() => stage.gateway.streams().now === 0);
    await stage.put('german', isOn);
    await page.clock.setSystemTime(at + EIGHT_HOURS_MS);
    const before = asked();
    await page.evaluate(() => {
      Math.random = () => 0.99;
      Object.defineProperty(document, 'hidden', { configurable: true, value: false });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.clock.runFor(1);
    return before;
  };

  test(`asleep for eight hours it is up to date as soon as it is looked at, ${ROUNDS} times`, async () => {
    const { tab } = stage;
    await tab.page.clock.install({ time: start });
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    for (let round = 0; round < ROUNDS; round++) {
      const isOn = round % 2 === 1;
      await sleep(round, isOn);
      await untilFlag(tab, 'german', isOn);
      await tab.page.clock.resume();
    }
  });

  test.each([
    ['online again, it is up to date within 5 s, however long it was not', false],
    ['control: a client that is not told that it is online waits for its pause to end', true],
  ])('%s', async (_, isWithheld) => {
    const { tab } = stage;
    await tab.page.clock.install({ time: start });
    if (isWithheld) await withhold('online');
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    await tab.page.evaluate(() => {
      Math.random = () => 0.99;
    });
    await tab.context.setOffline(true);
    stage.gateway.cut();
    const failed = (): Promise<number> => tab.page.evaluate(() => window.told.filter((one) => one.startsWith('error')).length);
    while ((await failed()) < 5) await tab.page.clock.runFor(1_000);
    await stage.put('german', false);
    await tab.context.setOffline(false);
    await tab.page.clock.runFor(5_000);
    if (isWithheld) {
      await pause(500);
      expect(await answer()).toBe(true);
    } else await untilFlag(tab, 'german', false);
  });
});
