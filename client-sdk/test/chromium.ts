import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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
if (noBrowser !== null) console.warn(`skipped: ${noBrowser}`);

export const launch = (...more: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...more], ignoreDefaultArgs: ['--disable-back-forward-cache'] });
