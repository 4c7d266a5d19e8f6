import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite, countClicks, countKeys, raiseByKeys, tabTo } from './flow.ts';
import { keyOf, seed } from './seed.ts';
import { OWNER, type Session, setUp } from './session.ts';
import { violations } from './violations.ts';

const HERE = '/api/v1/projects/default';
type State = { version: number; state: { enabled: boolean; rules: { percent: number; serve: unknown; segments?: unknown }[] } };

browserSuite('journeys', (stage) => {
  let session: Session;
  const stateOf = async (flag: string, environment = 'production') =>
    (await session.call<State>('GET', `${HERE}/environments/${environment}/flags/${flag}`)).state;
  const login = async (page: Page) => {
    await page.goto('/projects/default/flags');
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Gift cards', exact: true }).waitFor();
  };
  const turnedOn = (flag: string) =>
    expect(stateOf(flag)).resolves.toMatchObject({ enabled: true, rules: [{ percent: 25, serve: { variant: 'on' } }] });

  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
    await session.call('POST', `${HERE}/environments`, { key: 'staging', name: 'Staging' });
    for (const name of ['Gift cards', 'Price alerts', 'Instant refunds', 'Image compression level']) {
      const path = `${HERE}/environments/staging/flags/${keyOf(name)}`;
      const rules = [
        { title: 'Colleagues', percent: 100, serve: { variant: 'on' }, segments: [{ segment: 'staff' }] },
        { percent: 10, serve: { variant: 'on' } },
      ];
      await session.call('PATCH', path, { enabled: true, rules }, 1);
    }
    const needs = [{ flag: 'price-alerts', variants: ['on'] }];
    await session.call('PATCH', `${HERE}/environments/staging/flags/gift-cards`, { prerequisites: needs }, 2);
  }, 240_000);

  it('after login, a new flag is at 25 % in production in at most 6 clicks and the keys of its name', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, null);
    await login(page);
    const [clicks, keys] = [await countClicks(page), await countKeys(page)];
    await page.getByRole('button', { name: 'New flag' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    await page.keyboard.type('Fast lane');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fast lane' }).waitFor();
    await page
      .locator('label', { has: page.getByLabel('Fast lane in production', { exact: true }) })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: '25 %', exact: true }).click();
    await page.getByText('production: off → on for 25 % by user').waitFor();
    await page.getByRole('button', { name: 'Turn on for 25 %' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([await clicks(), await keys()]).toEqual([4, 'Fast lane'.length + 1]);
    await turnedOn('fast-lane');
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('the same without a mouse', async () => {
    const { page } = await open(stage().browser, stage().server, null);
    await page.goto('/projects/default/flags');
    await page.getByLabel('E-mail').waitFor();
    await tabTo(page, page.getByLabel('E-mail'));
    await page.keyboard.type(OWNER.email);
    await tabTo(page, page.getByLabel('Password', { exact: true }));
    await page.keyboard.type(OWNER.password);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Gift cards', exact: true }).waitFor();
    const [clicks, keys] = [await countClicks(page), await countKeys(page)];
    await raiseByKeys(page, 'No mouse');
    await turnedOn('no-mouse');
    expect(await clicks()).toBe(0);
    expect(await keys()).toBeLessThanOrEqual(80);
  });

  it('a flag goes from staging to production in 3 clicks, with its segments and what it needs', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags?q=gift');
    const clicks = await countClicks(page);
    await page.getByRole('link', { name: 'Gift cards', exact: true }).click();
    await page.getByRole('button', { name: 'Compare and promote' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('production: off → on for everyone in staff and 10 % by user').waitFor();
    expect(await dialog.getByLabel('Like').inputValue()).toBe('staging');
    await dialog.getByLabel('Bring price-alerts along, which it needs').waitFor();
    await dialog.getByText('Segments are the project’s').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Promote to production' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await clicks()).toBe(3);
    const plain = (state: State['state']) => ({
      enabled: state.enabled,
      rules: state.rules.map(({ percent, segments }) => [percent, segments]),
    });
    for (const flag of ['gift-cards', 'price-alerts']) {
      expect(plain(await stateOf(flag))).toEqual(plain(await stateOf(flag, 'staging')));
    }
    await page.getByRole('table').getByText('as in staging').first().waitFor();
  });

  it('the same without a mouse, keeping the percents of production', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/instant-refunds?env=production');
    const clicks = await countClicks(page);
    await tabTo(page, page.getByRole('button', { name: 'Compare and promote' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('dialog').getByLabel('Percents'));
    await page.keyboard.press('ArrowDown');
    await page.getByRole('dialog').getByText('production: off → on for nobody').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Promote to production' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await clicks()).toBe(0);
    expect((await stateOf('instant-refunds')).rules.map(({ percent }) => percent)).toEqual([0, 0]);
  });

  it('says that a side moved since it was shown, and promotes nothing that was not seen', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/image-compression-level');
    await page.getByRole('button', { name: 'Compare and promote' }).click();
    const dialog = page.getByRole('dialog');
    const submit = dialog.getByRole('button', { name: 'Promote to production' });
    await dialog.getByText('production: off → on').waitFor();
    await page.route(
      '**/promotion',
      async (route) => {
        const path = `${HERE}/environments/staging/flags/image-compression-level`;
        const { version, state } = await session.call<State>('GET', path);
        await session.call('PATCH', path, { rules: state.rules.slice(0, 1) }, version);
        await route.continue();
      },
      { times: 1 },
    );
    await submit.click();
    await dialog.getByText('One of the environments changed since this was shown.').waitFor();
    expect((await stateOf('image-compression-level')).enabled).toBe(false);
    await dialog.getByText('production: off → on for everyone in staff', { exact: true }).waitFor();
    await submit.click();
    await dialog.waitFor({ state: 'detached' });
    expect((await stateOf('image-compression-level')).rules).toHaveLength(1);
  });
});
