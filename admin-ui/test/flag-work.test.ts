import type { FlagState } from '@burgee/server/api';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open, type Tab } from './browser.ts';
import { browserSuite, countClicks } from './flow.ts';
import { reportUsage } from './reports.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { violations } from './violations.ts';

const HERE = '/api/v1/projects/default';
const FLAG = (key: string, environment = 'production') => `${HERE}/environments/${environment}/flags/${key}`;
type State = { version: number; state: FlagState };

browserSuite('working with flags', (stage) => {
  let session: Session;
  let tab: Tab;
  const names = (page: Page) => page.locator('tr[data-flag] th a').allTextContents();
  const stateOf = async (key: string) => (await session.call<State>('GET', FLAG(key))).state;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
    await reportUsage(stage().server, session, 'dark-mode');
    tab = await open(stage().browser, stage().server, session);
  }, 240_000);

  it('opens a flag by a click anywhere on its row, and sorts, stars and saves views', async () => {
    const { page } = tab;
    await page.goto('/projects/default/flags');
    await page.getByRole('link', { name: 'Gift cards' }).waitFor();
    await page
      .getByRole('row', { name: /Gift cards/ })
      .getByText('Release')
      .click();
    await page.getByRole('heading', { name: 'Gift cards' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Production', exact: true }).click();
    await page.waitForURL(/sort=in/);
    await page.getByRole('columnheader', { name: 'Production' }).and(page.locator('[aria-sort="ascending"]')).waitFor();
    expect((await names(page))[0]).toBe('Search ranking v3');
    await page.getByRole('button', { name: 'Dark mode is a favourite' }).click();
    await page.getByLabel('Kind', { exact: true }).selectOption('release');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save these filters …' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Releases by reach');
    await page.getByRole('button', { name: 'Save the view' }).click();
    await page.getByRole('button', { name: 'Releases by reach' }).click();
    await page.getByRole('menuitem', { name: 'Favourites' }).click();
    await page.waitForURL((url) => url.search === '?fav=true');
    await expect.poll(() => names(page)).toEqual(['Dark mode']);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['Dark mode']);
    await page.getByRole('button', { name: 'Favourites' }).click();
    await page.getByRole('menuitem', { name: 'Releases by reach' }).click();
    await page.waitForURL(/kind=release.*sort=in|sort=in.*kind=release/);
  });

  it('changes many flags with one diff, and says which were refused', async () => {
    const { page } = tab;
    await page.goto('/projects/default/flags?sort=name');
    for (const name of ['Gift cards', 'Price alerts', 'Local currencies'])
      await page.getByLabel(`Choose ${name}`, { exact: true }).check();
    await page.getByRole('button', { name: 'Turn on …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '5 %', exact: true }).click();
    await dialog.getByText('production: off → on for 5 % by user').first().waitFor();
    await page.route('**/environments/production/flags/price-alerts', (route) => route.abort());
    await dialog.getByRole('button', { name: 'Turn on 2', exact: true }).click();
    await dialog.getByText('1 was refused; the others are done.').waitFor();
    expect([(await stateOf('gift-cards')).enabled, (await stateOf('price-alerts')).enabled]).toEqual([true, false]);
    await page.unroute('**/environments/production/flags/price-alerts');
    await dialog.getByRole('button', { name: 'Try 1 again' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stateOf('price-alerts')).toMatchObject({ enabled: true, rules: [{ percent: 5 }] });
    expect((await stateOf('local-currencies')).killed).not.toBeNull();
    await page.getByLabel('Choose Gift cards', { exact: true }).check();
    await page.getByRole('button', { name: 'Tags …' }).click();
    await dialog.getByLabel('Add these tags').first().fill('q4');
    await page.keyboard.press('Enter');
    await dialog.getByText('+ #q4').waitFor();
    await dialog.getByRole('button', { name: 'Change 1' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { flag } = await session.call<{ flag: { tags: string[] } }>('GET', `${HERE}/flags/gift-cards`);
    expect(flag.tags).toEqual(['checkout', 'q4']);
  });

  it('shows fifteen changes on a screen, and reverts one of them as a new change', async () => {
    const { page } = tab;
    for (const percent of [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 30, 31, 32]) {
      const { version, state } = await session.call<State>('GET', FLAG('express-delivery'));
      await session.call('PATCH', FLAG('express-delivery'), { rules: [{ ...state.rules[0], percent }] }, version);
    }
    await page.goto('/projects/default/flags/express-delivery');
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText(/^Rule 1: 31\s% → 32\s%/).waitFor();
    await history.evaluate((card) => card.scrollIntoView());
    const seen = await history
      .locator('tbody tr')
      .evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length);
    expect(seen).toBeGreaterThanOrEqual(15);
    const clicks = await countClicks(page);
    await history.getByRole('button', { name: /^Revert: Rule 1: 31\s% → 32\s%/ }).click();
    await page.getByText('production: 32 % by user → 31 % by user').waitFor();
    await page.getByRole('button', { name: 'Revert as a new change' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await clicks()).toBe(2);
    expect((await stateOf('express-delivery')).rules[0]?.percent).toBe(31);
    await history.getByRole('button', { name: /^Revert: Rule 1: 13\s% → 14\s%/ }).click();
    await page.getByText('Some of this has changed again since.').waitFor();
  });

  it('schedules a change and cancels it, and schedules what is being edited', async () => {
    const { page } = tab;
    await page.goto('/projects/default/flags/newsletter-layout');
    await page.getByRole('button', { name: 'Schedule', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What', { exact: true }).selectOption({ index: 1 });
    await dialog.getByRole('button', { name: '50 %', exact: true }).click();
    await dialog.getByRole('button', { name: 'Tomorrow, 09:00' }).click();
    await dialog.getByLabel('Reason').fill('after the newsletter');
    await dialog.getByRole('button', { name: /^Rule 1 goes to 50\s%, / }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('“after the newsletter”').waitFor();
    await page.getByRole('button', { name: /^Cancel: Rule 1 goes to 50\s%/ }).click();
    await page.getByText('Cancelled by Ada Lind.').waitFor();

    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await page.getByRole('slider', { name: 'Percent' }).press('PageUp');
    await page.getByRole('button', { name: 'Schedule …' }).click();
    await dialog.getByText(/Rule 1: 20\s% → 30\s% by user/).waitFor();
    await dialog.getByRole('button', { name: 'In an hour' }).click();
    await dialog.getByLabel('Reason').fill('in the quiet hour');
    await dialog.getByRole('button', { name: /^Gets other rules, / }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    const { scheduled } = await session.call<{ scheduled: { change: unknown }[] }>(
      'GET',
      `${FLAG('newsletter-layout')}/schedule?state=waiting`,
    );
    expect(scheduled).toMatchObject([{ change: { kind: 'edit', edit: { rules: [{ percent: 30 }] } } }]);
  });

  it('shows what was asked for, by minute and by rule, and suggests what applications have sent', async () => {
    const { page } = tab;
    await page.goto('/projects/default/flags/dark-mode');
    const chart = page.getByRole('img', { name: /evaluations in the last hour/ });
    await chart.waitFor();
    const said = (await chart.getAttribute('aria-label'))?.replaceAll(/\D/g, '');
    await page.getByRole('button', { name: 'As a table' }).click();
    const cells = await page.getByRole('region', { name: 'Evaluations, last hour' }).locator('td').allTextContents();
    expect(cells.reduce((all, cell) => all + Number(cell.replaceAll(/\D/g, '')), 0)).toBe(Number(said));
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await page.getByRole('button', { name: 'Add a condition' }).first().click();
    await page.getByLabel('Attribute').first().click();
    await page.getByRole('option', { name: 'country' }).click();
    await page.getByLabel('Values').first().pressSequentially('DE,AT,');
    await page.getByText('everyone whose country is DE or AT').first().waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('Rule 1 is for other people than before').waitFor();
    const warned = page.getByRole('region', { name: 'What will not understand it' });
    expect(await warned.count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    // nobody sends this one
    await page.getByRole('button', { name: 'Add a condition' }).first().click();
    await page.getByLabel('Attribute').nth(1).fill('shoeSize');
    await page.getByLabel('Values').nth(1).pressSequentially('44,');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await warned.getByText('rule 1 looks at “shoeSize”, which none here has sent').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Remove this condition' }).nth(1).click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect((await stateOf('dark-mode')).rules[0]?.when).toMatchObject({
      all: [{ attribute: 'country', operator: 'in', values: ['DE', 'AT'] }],
    });
  });
});
