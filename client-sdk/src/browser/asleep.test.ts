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

  /** A client whose machine can sleep: then time passes, and no timer does. */
  const makeSleeper = async (): Promise<void> => {
    const { page } = stage.tab;
    await page.clock.install({ time: start });
    await page.evaluate(() => {
      const { now } = Date;
      const sleeper = Object.assign(window, { sleptMs: 0 });
      Date.now = () => now() + sleeper.sleptMs;
      Math.random = () => 0.99;
    });
  };

  /**
   * Hidden and asleep for eight hours, in which the stream breaks and the flag changes; then looked at again. Returns how often the
   * server had been asked until then.
   */
  const sleep = async (isOn: boolean): Promise<number> => {
    const { page } = stage.tab;
    await until(() => stage.gateway.streams().now === 1);
    const awake = await page.evaluate(() => Date.now() - (window as unknown as { sleptMs: number }).sleptMs);
    await page.clock.pauseAt(awake + 1_000);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until(() => stage.gateway.streams().now === 1);
    stage.gateway.cut();
    await until(() => stage.gateway.streams().now === 0);
    await stage.put('german', isOn);
    await pause(200);
    const before = asked();
    await page.evaluate((ms) => {
      Object.assign(window, { sleptMs: (window as unknown as { sleptMs: number }).sleptMs + ms });
      Object.defineProperty(document, 'hidden', { configurable: true, value: false });
      document.dispatchEvent(new Event('visibilitychange'));
    }, EIGHT_HOURS_MS);
    await page.clock.runFor(1);
    return before;
  };

  test(`asleep for eight hours it is up to date as soon as it is looked at, ${ROUNDS} times`, async () => {
    const { tab } = stage;
    await makeSleeper();
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    for (let round = 0; round < ROUNDS; round++) {
      const isOn = round % 2 === 1;
      await sleep(isOn);
      await untilFlag(tab, 'german', isOn);
      await tab.page.clock.resume();
    }
  });

  test('control: a client that is not told that it is looked at has the old values then', async () => {
    const { tab } = stage;
    await makeSleeper();
    await withhold('visibilitychange');
    await makeClient(tab, stage.options());
    await untilFlag(tab, 'german', true);
    const before = await sleep(false);
    await pause(500);
    expect(await answer()).toBe(true);
    expect(asked()).toBe(before);
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
