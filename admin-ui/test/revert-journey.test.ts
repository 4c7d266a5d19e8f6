import { join } from 'node:path';
import type { RolloutView } from '@burgee/server/api';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { freePort, type Running, run } from '../../examples/demo/processes.ts';
import { until } from '../../examples/demo/timeline.ts';
import { Traffic, type Visit } from '../../examples/demo/traffic.ts';
import { open } from './browser.ts';
import { browserSuite, countClicks, countKeys, tabTo } from './flow.ts';
import { type Session, setUp } from './session.ts';
import { QUICK } from './traffic.ts';

const P = '/api/v1/projects/default';
const SHOP = join(import.meta.dirname, '../../examples/shop/dist/main.js');

browserSuite('a rollout that is watched', (stage) => {
  let session: Session;
  let shop: Running;
  let address: string;
  let traffic: Traffic;
  const fault = (share: number) => fetch(`${address}/faults/checkout`, { method: 'PUT', body: JSON.stringify({ share }) });
  const plan = { ...QUICK, name: 'Quick', revertAlpha: 0.001, pauseAlpha: 0.001, rhoBad: 5 };

  beforeAll(async () => {
    const { server } = stage();
    session = await setUp(server);
    await session.call('POST', `${P}/plans`, { ...plan, stages: [{ percent: 5, advance: 'evidence', bakeMs: 600_000 }] });
    for (const name of ['product-page', 'new-checkout', 'new-cart', 'new-search'])
      await session.call('POST', `${P}/flags`, { key: name, name });
    const asked = { kind: 'server', name: 'shop', environment: 'production' };
    const { secret } = await session.call<{ secret: string }>('POST', `${P}/tokens`, asked);
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    shop = run(process.execPath, [SHOP], { SHOP_PORT: String(port), FLAGS_URL: server.url, FLAGS_KEY: secret });
    const isReady = () =>
      fetch(`${address}/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      );
    await until('the shop has its flags', isReady, 20_000);
    traffic = new Traffic([port], 400);
    traffic.focus('checkout');
    traffic.start();
    return async () => {
      await traffic.stop();
      await shop.stop();
    };
  }, 60_000);

  const onItsPage = (page: Page, release: string) => page.getByRole('heading', { name: `new-checkout ${release}` }).waitFor();

  it('starts in 4 clicks, reverts while one looks at it, and the shop is safe when the page says so', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/new-checkout');
    const [clicks, keys] = [await countClicks(page), await countKeys(page)];
    await page.getByRole('button', { name: 'Start a rollout' }).click();
    await page.getByRole('textbox', { name: 'Release' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('v2');
    await page.getByRole('combobox', { name: 'Plan' }).click();
    await page.getByRole('option', { name: 'Quick', exact: true }).click();
    await page.getByRole('button', { name: 'Start at 5 %' }).click();
    await onItsPage(page, 'v2');
    expect([await clicks(), await keys()]).toEqual([4, 2]);

    const visits: Visit[] = [];
    const unwatch = traffic.watch((visit) => visits.push(visit));
    await expect.poll(() => visits.some(({ exposed }) => exposed), { timeout: 20_000 }).toBe(true);
    expect((await fault(0.5)).ok).toBe(true);
    // without a reload: the sentence first, the evidence, and the moment on the chart
    const sentence = page.getByText(/^Reverted to 0\s%: \d+ of [\d,]+ users/).first();
    await sentence.waitFor({ timeout: 90_000 });
    const saidAt = Date.now();
    await page.locator('svg').getByText('reverted').waitFor();
    const { rollouts } = await session.call<{ rollouts: RolloutView[] }>('GET', `${P}/environments/production/rollouts`);
    expect(rollouts.map(({ state, percent }) => ({ state, percent }))).toEqual([{ state: 'reverted', percent: 0 }]);
    await expect.poll(() => visits.filter(({ at }) => at > saidAt + 1_000).length, { timeout: 20_000 }).toBeGreaterThan(400);
    unwatch();
    const since = visits.filter(({ at, page: where }) => at > saidAt + 1_000 && where === 'checkout');
    expect(since.filter(({ exposed }) => exposed)).toEqual([]);
    expect(visits.some(({ exposed, failed }) => exposed && failed)).toBe(true);
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('starts and is reverted without a mouse', async () => {
    await fault(0);
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/new-checkout');
    const clicks = await countClicks(page);
    await tabTo(page, page.getByRole('button', { name: 'Start a rollout' }));
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Release' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('v3');
    await tabTo(page, page.getByRole('combobox', { name: 'Plan' }));
    await page.keyboard.press('ArrowDown');
    const quick = page.getByRole('option', { name: 'Quick', exact: true });
    await quick.waitFor();
    for (let n = 0; n < 8 && (await quick.getAttribute('data-combobox-selected')) === null; n++)
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Start at 5 %' }));
    await page.keyboard.press('Enter');
    await onItsPage(page, 'v3');
    await tabTo(page, page.getByRole('button', { name: 'Revert', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    await tabTo(page, page.getByRole('dialog').getByLabel('Reason'));
    await page.keyboard.type('the sale begins');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Revert', exact: true }));
    await page.keyboard.press('Enter');
    await page.locator('header').getByText('Reverted', { exact: true }).waitFor();
    expect(await clicks()).toBe(0);
  });
});
