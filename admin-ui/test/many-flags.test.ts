import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { type Session, setUp } from './session.ts';

const HERE = '/api/v1/projects/default';
const FLAGS = 2000;
const ENVIRONMENTS = 30;
const LONG = `A name of a hundred characters ${'that goes on and on '.repeat(3)}`.padEnd(100, '.').slice(0, 100);

browserSuite('2,000 flags in 30 environments', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
    for (let n = 0; n < FLAGS; n++) {
      const key = `flag-${String(n).padStart(4, '0')}`;
      await session.call('POST', `${HERE}/flags`, { key, name: n === 0 ? LONG : `Flag number ${n}`, tags: [`t${n % 7}`] });
    }
    for (let n = 2; n < ENVIRONMENTS; n++)
      await session.call('POST', `${HERE}/environments`, { key: `place-${n}`, name: n === 2 ? LONG : `Place ${n}` });
  }, 600_000);

  it('draws only what is on the screen, and finds, sorts and scrolls through all of it', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags');
    await page.getByRole('link', { name: LONG }).waitFor();
    const drawn = () =>
      page.evaluate(() => ({
        rows: document.querySelectorAll('tr[data-flag]').length,
        parts: document.querySelectorAll('main *').length,
      }));
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(FLAGS + 1));
    expect(await page.getByRole('table').getAttribute('aria-colcount')).toBe(String(ENVIRONMENTS + 6));
    expect((await drawn()).rows).toBeLessThanOrEqual(48);
    expect((await drawn()).parts).toBeLessThanOrEqual(5000);

    const box = page.locator('table').locator('..');
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole('link', { name: 'Flag number 1999' }).waitFor();
    expect((await drawn()).rows).toBeLessThanOrEqual(48);
    await box.evaluate((element) => element.scrollTo(element.scrollWidth, element.scrollHeight));
    await page.getByLabel('Flag number 1999 in place-29', { exact: true }).waitFor();
    expect((await drawn()).parts).toBeLessThanOrEqual(5000);

    await page.getByLabel('Search flags').fill('number 1234');
    await page.getByRole('link', { name: 'Flag number 1234' }).waitFor();
    await page.getByText(/^1 of 2,000$/).waitFor();
    await page.getByLabel('Search flags').fill('');
    await page.getByRole('button', { name: 'Flag', exact: true }).click();
    await page.getByRole('button', { name: 'Flag', exact: true }).click();
    await page.waitForURL(/sort=-name/);
    await page.getByRole('link', { name: 'Flag number 999', exact: true }).waitFor();
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('redraws little for a click, a scroll and a search', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags');
    await page.getByRole('link', { name: 'Flag number 1', exact: true }).waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    // counted, not timed: how much a step may redraw does not depend on the machine
    const changed = (act: () => Promise<unknown>) =>
      page
        .evaluate(() => {
          const before = globalThis as unknown as { watcher?: MutationObserver };
          before.watcher?.disconnect();
          const watcher = new MutationObserver((all) => {
            for (const { addedNodes } of all)
              for (const node of addedNodes) counter.redrawn += (node as Element).querySelectorAll?.('*').length ?? 0;
          });
          const counter = Object.assign(globalThis, { redrawn: 0, watcher });
          watcher.observe(document.querySelector('tbody') as Element, { childList: true, subtree: true });
        })
        .then(act)
        .then(() => page.waitForTimeout(400))
        .then(() => page.evaluate(() => (globalThis as unknown as { redrawn: number }).redrawn));
    expect(await changed(() => page.getByLabel('Choose Flag number 1', { exact: true }).check())).toBeLessThan(50);
    const box = page.locator('table').locator('..');
    expect(await changed(() => box.evaluate((element) => element.scrollBy(0, 400)))).toBeLessThan(3000);
    expect(await changed(() => page.getByLabel('Search flags').fill('number 77'))).toBeLessThan(5000);
  });

  it('shows all thirty on the flag’s page, and fits a phone', async () => {
    const { page } = await open(stage().browser, stage().server, session, { width: 390, height: 844 });
    await page.goto('/projects/default/flags');
    await page.getByRole('link', { name: LONG }).waitFor();
    await page.getByText('27 more environments').first().waitFor();
    const over = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest('pre, svg, .gap'))
          .map((part) => part.outerHTML.slice(0, 120)),
      );
    expect(await over()).toEqual([]);
    await page.getByRole('link', { name: LONG }).click();
    await page.getByRole('heading', { level: 1, name: LONG }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Environments' }).getByRole('link').count()).toBeGreaterThanOrEqual(
      ENVIRONMENTS,
    );
    expect(await over()).toEqual([]);
  });
});
