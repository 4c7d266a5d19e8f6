import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { TestServer } from './server.ts';
import type { Session } from './session.ts';

const CHROMIUM = process.env.BURGEE_CHROMIUM ?? '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why there is no browser, or null. */
export const noBrowser = existsSync(CHROMIUM) ? null : `no ${CHROMIUM}: apt-get install -y chromium`;

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: QUIET });

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** What the browser complained about: policy violations and errors of scripts. */
export interface Complaints {
  readonly policy: string[];
  readonly scripts: string[];
}

export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: Complaints;
}

/** A fresh browser profile at the server, logged in when a session is given. */
export async function open(browser: Browser, server: TestServer, session: Session | null, look: Look = {}): Promise<Tab> {
  const { scheme = 'light', width = 1440, height = 900 } = look;
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  if (session) await context.addCookies([{ ...session.cookie, url: server.url }]);
  const page = await context.newPage();
  const complaints: Complaints = { policy: [], scripts: [] };
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.policy.push(message.text());
  });
  page.on('pageerror', (error) => complaints.scripts.push(error.message));
  return { page, context, complaints };
}
