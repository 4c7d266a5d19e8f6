import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { launch, noBrowser } from './browser.ts';
import { notBuilt, startServer, type TestServer } from './server.ts';

/** What a browser test works with; filled before its first test. */
export interface Stage {
  server: TestServer;
  browser: Browser;
}

/** A suite in a real browser against the real server; skipped, with the reason printed, where there is none. */
export function browserSuite(name: string, suite: (stage: () => Stage) => void): void {
  const reason = notBuilt ?? noBrowser;
  if (reason !== null) console.warn(`skipped: ${name}: ${reason}`);
  describe.skipIf(reason !== null)(name, { timeout: 120_000 }, () => {
    let stage: Stage | undefined;
    beforeAll(async () => {
      stage = { server: await startServer(), browser: await launch() };
    }, 120_000);
    afterAll(async () => {
      await stage?.browser.close();
      await stage?.server.stop();
    });
    suite(() => {
      if (!stage) throw new Error('the suite has not begun');
      return stage;
    });
  });
}

/** Counts what a person does with the mouse from now on. */
export async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = Object.assign(globalThis, { clicks: 0 });
    addEventListener('pointerdown', () => counter.clicks++, { capture: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { clicks: number }).clicks);
}

/** Counts the keys that a person presses from now on, Shift and the like not by themselves. */
export async function countKeys(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = Object.assign(globalThis, { keys: 0 });
    const alone = new Set(['Shift', 'Control', 'Alt', 'Meta']);
    addEventListener('keydown', (event) => !alone.has(event.key) && counter.keys++, { capture: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { keys: number }).keys);
}

/** Goes to a control as somebody without a mouse does, by Tab; throws where Tab does not lead there. */
export async function tabTo(page: Page, wanted: Locator, most = 60): Promise<void> {
  await wanted.waitFor();
  for (let n = 0; n < most; n++) {
    if (await wanted.evaluate((control) => control === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab did not lead to ${wanted} in ${most} presses`);
}

/** Makes a flag and turns it on for 25 % in production with keys alone, from any screen of a project. */
export async function raiseByKeys(page: Page, name: string): Promise<void> {
  await page.keyboard.press('n');
  await tabTo(page, page.getByLabel('Name', { exact: true }));
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name }).waitFor();
  await tabTo(page, page.getByLabel(`${name} in production`, { exact: true }));
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: '25 %', exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Turn on for 25 %' }));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
