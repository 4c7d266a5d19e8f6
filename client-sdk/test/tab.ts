import type { Browser, BrowserContext, Page } from 'playwright-core';
import type * as Sdk from '../src/browser/index.ts';
import type { Client, ClientOptions } from '../src/browser/index.ts';

declare global {
  interface Window {
    sdk: typeof Sdk;
    client: Client;
    /** What the client told, in order: `changed f,g`. */
    told: string[];
    warned: string[];
  }
}

/** A page with a client, and what went wrong in it. */
export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[];
}

export const SITE = "import * as sdk from './browser/index.ts'; window.sdk = sdk;";
export const RULES_SITE = "import * as sdk from './browser-rules/index.ts'; window.sdk = sdk;";

/** Opens a page of the site in a profile, a fresh one unless given. */
export async function openTab(where: Browser | BrowserContext, url: string): Promise<Tab> {
  const context = 'newContext' in where ? await where.newContext() : where;
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, context, errors };
}

/** Makes `window.client` in a page, listening to everything. */
export async function makeClient({ page }: Pick<Tab, 'page'>, options: ClientOptions): Promise<void> {
  await page.evaluate((given) => {
    window.client?.close();
    window.told = [];
    window.warned = [];
    const log = { warn: (message: string) => window.warned.push(message) };
    window.client = window.sdk.createClient({ log, ...given });
    for (const event of ['ready', 'changed', 'stale', 'recovered', 'error'] as const)
      window.client.on(event, (payload) => {
        const what =
          'flags' in payload
            ? payload.flags.join(',')
            : 'code' in payload
              ? payload.code
              : 'source' in payload
                ? payload.source
                : '';
        window.told.push(`${event} ${what}`.trim());
      });
  }, options);
}

/** Waits until the page's client answers a boolean flag so. */
export async function untilFlag({ page }: Pick<Tab, 'page'>, flag: string, value: boolean): Promise<void> {
  await page.waitForFunction(([key, wanted]) => window.client.boolean(key, !wanted) === wanted, [flag, value] as const);
}
