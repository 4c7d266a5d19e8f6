import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite, countClicks } from './flow.ts';
import { seed } from './seed.ts';
import { OWNER, type Session, setUp } from './session.ts';

const STATE = (flag: string) => `/api/v1/projects/default/environments/production/flags/${flag}`;
type Answer = { version: number; state: { enabled: boolean; killed: { reason: string } | null; rules: { percent: number }[] } };

async function raiseBy(page: Page, steps: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Percent' });
  for (let n = 0; n < steps; n++) await slider.press('ArrowRight');
}

browserSuite('flags', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
  });

  it('shows at least 15 flags above the fold', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags');
    await page.getByRole('link', { name: 'Gift cards' }).waitFor();
    await page.getByRole('link', { name: 'Recommendation carousel' }).waitFor();
    const rows = await page
      .locator('tbody tr')
      .evaluateAll((all) => all.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length);
    expect(rows).toBeGreaterThanOrEqual(15);
  });

  it.each([
    { path: 'flags', shown: 'Gift cards', scripts: 10, requests: 22, kilobytes: 180 },
    { path: 'home', shown: 'Recent changes', scripts: 12, requests: 28, kilobytes: 180 },
    { path: 'flags/search-ranking-v3', shown: 'Large customers', scripts: 18, requests: 36, kilobytes: 260 },
  ])('comes with few scripts that never change, and asks for nothing twice: $path', async (most) => {
    const { page } = await open(stage().browser, stage().server, session);
    let bytes = 0;
    const cached: string[] = [];
    const asked: string[] = [];
    page.on('response', (response) => {
      asked.push(new URL(response.url()).pathname);
      if (!response.url().endsWith('.js')) return;
      bytes += Number(response.headers()['content-length']);
      cached.push(response.headers()['cache-control'] ?? '');
    });
    await page.goto(`/projects/default/${most.path}`);
    await page.getByText(most.shown).first().waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(most.kilobytes * 1024);
    expect(cached.length).toBeLessThanOrEqual(most.scripts);
    expect(new Set(cached)).toEqual(new Set(['public, max-age=31536000, immutable']));
    expect(asked).toContain('/api/v1/me');
    expect(asked).toEqual([...new Set(asked)]);
    expect(asked.length).toBeLessThanOrEqual(most.requests);
  });

  it('says nothing of flags that are still on their way', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/api/v1/projects/default/flags?*', (route) => held.then(() => route.continue()));
    await page.addInitScript(() => {
      const said = new Set<string>();
      Object.assign(globalThis, { said });
      const look = () => said.add(document.querySelector('main h2')?.textContent ?? '');
      new MutationObserver(look).observe(document, { subtree: true, childList: true });
    });
    await page.goto('/projects/default/flags');
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    answer();
    await page.getByRole('link', { name: 'Gift cards' }).waitFor();
    expect(await page.evaluate(() => [...(globalThis as unknown as { said: Set<string> }).said])).toEqual(['']);
  });

  it('kills from the list in two clicks and a reason, and restores', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags?q=dark');
    const clicks = await countClicks(page);
    await page.getByRole('button', { name: 'Kill Dark mode in production' }).click();
    await page.getByLabel('Reason').fill('unreadable on the till');
    await page.getByRole('button', { name: 'Kill in production', exact: true }).click();
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    expect(await clicks()).toBeLessThanOrEqual(2);
    expect((await session.call<Answer>('GET', STATE('dark-mode'))).state.killed?.reason).toBe('unreadable on the till');

    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByLabel('Reason').fill('fixed');
    await page.getByRole('button', { name: 'Restore in production' }).click();
    await page.getByRole('button', { name: 'Kill Dark mode in production' }).waitFor();
    expect((await session.call<Answer>('GET', STATE('dark-mode'))).state.killed).toBeNull();
  });

  it('keeps the filter in the address', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags');
    await page.getByLabel('Search flags').fill('import');
    await page.waitForURL(/q=import/);
    await page.reload();
    expect(await page.getByLabel('Search flags').inputValue()).toBe('import');
    await page.getByRole('link', { name: 'Bulk order import' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('shows what others change at once, and keeps what is being edited', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/bulk-order-import');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await raiseBy(page, 3);
    await page.getByText('1 change, not saved').waitFor();

    const { version, state } = await session.call<Answer>('GET', STATE('bulk-order-import'));
    await session.call('PATCH', STATE('bulk-order-import'), { rules: [{ ...state.rules[0], percent: 7 }] }, version);
    await page.getByText('Somebody changed this meanwhile').first().waitFor();
    await page.getByText('Rule 1: 2 % → 7 % by user').waitFor();
    expect(await page.getByLabel('Percent', { exact: true }).last().inputValue()).toContain('5');

    await page.getByRole('button', { name: 'Put mine on top' }).first().click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('production: 7 % by user → 5 % by user').waitFor();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect((await session.call<Answer>('GET', STATE('bulk-order-import'))).state.rules[0]?.percent).toBe(5);
  });

  it('keeps a draft over an expired session and a reload', async () => {
    const { page, context } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/loyalty-points');
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await page.getByRole('textbox', { name: 'Percent' }).fill('2.007');
    await page.getByText('1 change, not saved').waitFor();
    await context.clearCookies();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Your session has ended.').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('1 change, not saved').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect((await session.call<Answer>('GET', STATE('loyalty-points'))).state.rules[0]?.percent).toBe(2.007);
  });
});
