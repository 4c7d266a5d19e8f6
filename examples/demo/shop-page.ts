import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.BURGEE_CHROMIUM ?? '/usr/bin/chromium';

/** Somebody whose place in `new-checkout` is 1.589 %: outside at 1 %, inside from 5 % on. */
export const VISITOR = 'visitor-68';

/** The shop's page, open in a real browser. */
export interface ShopPage {
  /** Waits until the page shows this checkout; resolves to when it did, ms since the epoch, or undefined where it never does. */
  shows(checkout: 'old' | 'new'): Promise<number | undefined>;
  /** What went wrong in the page. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Opens the page as {@link VISITOR}; where there is no browser, resolves to the reason. */
export async function openShopPage(shop: number): Promise<ShopPage | string> {
  if (!existsSync(CHROMIUM)) return `there is no ${CHROMIUM} (BURGEE_CHROMIUM names another)`;
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run'];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args }).catch((error: unknown) => String(error));
  if (typeof browser === 'string') return `${CHROMIUM} does not start: ${browser.split('\n')[0]}`;
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`http://127.0.0.1:${shop}/?user=${VISITOR}`);
  return {
    errors,
    async shows(checkout) {
      const found = page.waitForSelector(`main[data-checkout=${checkout}]`, { timeout: 60_000 });
      return found.then(Date.now, () => undefined);
    },
    close: () => browser.close(),
  };
}
