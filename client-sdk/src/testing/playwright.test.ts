import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserServer, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readmeCode } from '../../test/readme.ts';
import { withFlags } from './index.ts';
import { routeFlags } from './playwright.ts';

const CHROMIUM = process.env.BURGEE_CHROMIUM ?? '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A page that asks a server of another origin for its flags, as OFREP's web providers do, and says what it got. */
const PAGE = `<!doctype html><title>shop</title><main></main><script type="module">
  const server = 'http://127.0.0.1:9/burgee';
  const post = async (path, context, headers = {}) => {
    const response = await fetch(server + path, {
      method: 'POST',
      headers: { authorization: 'Bearer bg_web_key', 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ context }),
    });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.json().catch(() => null) };
  };
  window.post = post;
  const { body } = await post('/ofrep/v1/evaluate/flags', { targetingKey: 'u1', plan: 'pro' });
  const flags = new Map(body.flags.map((flag) => [flag.key, flag.value]));
  document.querySelector('main').textContent = flags.get('new-checkout') ? 'new checkout' : 'old checkout';
</script>`;

const site = http.createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html', connection: 'close' }).end(PAGE);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => site.close(resolve)));

describe.skipIf(!existsSync(CHROMIUM))('a page in Chromium', () => {
  let served: BrowserServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    served = await chromium.launchServer({ executablePath: CHROMIUM, args: ARGS, host: '127.0.0.1' });
    browser = await chromium.connect(served.wsEndpoint());
  });
  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterAll(() => served.close());

  const text = () => page.locator('main').textContent();
  const post = (path: string, context: object, headers = {}) =>
    page.evaluate(
      ([...given]) => (globalThis as never as { post: (...all: unknown[]) => unknown }).post(...given),
      [path, context, headers],
    ) as Promise<{ status: number; etag: string | null; body: Record<string, unknown> | null }>;

  test('shows what the client serves for the context that it sends, and what is set when it is loaded again', async () => {
    const flags = withFlags({ 'new-checkout': ({ plan }) => plan === 'pro' });
    await routeFlags(page, flags);
    await page.goto(url);
    await expect.poll(text).toBe('new checkout');
    flags.set('new-checkout', false);
    await page.reload();
    await expect.poll(text).toBe('old checkout');
  });

  test('gets OFREP in every detail: values, null, errors, single flags, ETags', async () => {
    const failing = () => {
      throw new Error('no such column');
    };
    const flags = withFlags({ 'new-checkout': true, color: 'red', layout: { columns: 3 }, nothing: null, 'a b': 1, failing });
    await routeFlags(page.context(), flags);
    await page.goto(url);
    await expect.poll(text).toBe('new checkout');
    const bulk = await post('/ofrep/v1/evaluate/flags', {});
    expect(bulk.body).toEqual({
      metadata: { revision: '1.1' },
      flags: [
        { key: 'new-checkout', value: true, reason: 'STATIC', variant: 'on' },
        { key: 'color', value: 'red', reason: 'STATIC', variant: 'red' },
        { key: 'layout', value: { columns: 3 }, reason: 'STATIC', variant: '{"columns":3}' },
        { key: 'nothing', reason: 'STATIC', variant: 'null' },
        { key: 'a b', value: 1, reason: 'STATIC', variant: '1' },
        { key: 'failing', errorCode: 'GENERAL', errorDetails: 'no such column' },
      ],
    });
    const again = { 'if-none-match': bulk.etag };
    expect(await post('/ofrep/v1/evaluate/flags?flagConfigEtag=1', {}, again)).toMatchObject({ status: 304, body: null });
    flags.set('color', 'blue');
    expect((await post('/ofrep/v1/evaluate/flags', {}, again)).status).toBe(200);
    expect(await post('/ofrep/v1/evaluate/flags/a%20b', {})).toMatchObject({ status: 200, body: { key: 'a b', value: 1 } });
    expect(await post('/ofrep/v1/evaluate/flags/none', {})).toMatchObject({
      status: 404,
      body: { key: 'none', errorCode: 'FLAG_NOT_FOUND' },
    });
    expect((await post('/ofrep/v1/evaluate/flags/failing', {})).status).toBe(400);
    expect(flags.evaluations).toEqual([]);
  });

  test('has no stream and reaches no server', async () => {
    await routeFlags(page, withFlags());
    await page.goto(url);
    const stream = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const source = new EventSource('http://127.0.0.1:9/burgee/ofrep/v1/events?ticket=t');
          source.onerror = () => resolve(source.readyState === EventSource.CLOSED ? 'closed for good' : 'will come back');
        }),
    );
    expect(stream).toBe('closed for good');
    expect((await post('/sdk/reports', {})).status).toBe(202);
  });

  test('without the route there is nobody to ask', async () => {
    await page.goto(url);
    await expect(post('/ofrep/v1/evaluate/flags', {})).rejects.toThrow(/Failed to fetch/);
  });

  test('the code of the README runs in Playwright’s own runner, and each test begins afresh', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'burgee-playwright-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await build({
      absWorkingDir: root,
      entryPoints: ['client-sdk/src/testing/index.ts', 'client-sdk/src/testing/playwright.ts'],
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outExtension: { '.js': '.mjs' },
    });
    const connectOptions = { wsEndpoint: served.wsEndpoint() };
    const config = JSON.stringify({ workers: 1, use: { connectOptions } });
    await writeFile(join(folder, 'playwright.config.mjs'), `export default ${config};`);
    const code = (await readmeCode('In tests', 1))
      .replace('@burgee/client-sdk/testing/playwright', './playwright.mjs')
      .replace('@burgee/client-sdk/testing', './index.mjs');
    const second = `${code}
       test('begins afresh', async ({ page }) => {
         await page.goto('http://localhost:3000/');
         await expect(page.locator('main')).toHaveText('old checkout');
       });`;
    await writeFile(join(folder, 'shop.spec.mjs'), second.replaceAll('http://localhost:3000/', url));
    const runner = join(root, 'node_modules/@playwright/test/cli.js');
    const { CI: _, ...env } = process.env;
    const printed = await new Promise<string>((resolve) => {
      execFile(process.execPath, [runner, 'test', '--reporter=line'], { cwd: folder, env }, (_error, out, err) =>
        resolve(out + err),
      );
    });
    expect(printed).toContain('2 passed');
    await rm(folder, { recursive: true, force: true });
  }, 120_000);
});
