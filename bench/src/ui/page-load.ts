import type { BrowserContext, Page } from 'playwright-core';

/** What one cold load of a page came to. Times are ms since navigation began. */
export interface Load {
  readonly scriptBytes: number;
  readonly bytes: number;
  readonly requests: number;
  /** Requests to any other origin. */
  readonly foreign: number;
  /** Scripts and styles that a browser would ask for again. */
  readonly uncached: number;
  readonly fcp: number;
  readonly lcp: number;
  /** What long tasks take beyond 50 ms each. */
  readonly blocking: number;
  /** When the last long task ended, and not before the first paint. */
  readonly interactive: number;
}

interface Observed {
  fcp: number;
  lcp: number;
  blocking: number;
  lastTask: number;
}

/** Runs in the page, before anything else; as text, since what compiles this file adds to functions what no page has. */
const OBSERVE = `{
  const seen = { fcp: 0, lcp: 0, blocking: 0, lastTask: 0 };
  globalThis.seen = seen;
  const on = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') seen.fcp = startTime;
  });
  on('largest-contentful-paint', ({ startTime }) => {
    seen.lcp = startTime;
  });
  on('longtask', ({ startTime, duration }) => {
    seen.blocking += Math.max(0, duration - 50);
    seen.lastTask = startTime + duration;
  });
}`;

/** Loads an address in a fresh page of a profile whose cache is empty, and waits until it has come to rest. */
export async function load(context: BrowserContext, address: string, rest: (page: Page) => Promise<void>): Promise<Load> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  const answers = new Map<string, { readonly url: string; readonly type: string; readonly cache: string }>();
  let [bytes, scriptBytes] = [0, 0];
  devtools.on('Network.responseReceived', ({ requestId, response, type }) => {
    const cache = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'cache-control')?.[1] ?? '';
    answers.set(requestId, { url: response.url, type, cache });
  });
  // bodies as they travel, without headers
  devtools.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    if (answers.get(requestId)?.type === 'Script') scriptBytes += encodedDataLength;
  });
  await page.addInitScript({ content: OBSERVE });
  await page.goto(address);
  await rest(page);
  await page.waitForTimeout(500);
  const { fcp, lcp, blocking, lastTask } = await page.evaluate(() => (globalThis as unknown as { seen: Observed }).seen);
  if (fcp === 0) throw new Error(`${address} painted nothing that was seen`);
  await page.close();
  const origin = new URL(address).origin;
  const all = [...answers.values()];
  return {
    ...{ scriptBytes, bytes, fcp, lcp, blocking },
    requests: all.length,
    foreign: all.filter(({ url }) => !url.startsWith('data:') && new URL(url).origin !== origin).length,
    uncached: all.filter(({ type, cache }) => (type === 'Script' || type === 'Stylesheet') && !cache.includes('immutable'))
      .length,
    interactive: Math.max(fcp, lastTask),
  };
}
