import { expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite, countClicks } from './flow.ts';
import { OWNER } from './session.ts';

browserSuite('first start', (stage) => {
  it('leads from the setup link to a flag at 25 % in production in at most 6 clicks', async () => {
    const { server, browser } = stage();
    const { page, complaints } = await open(browser, server, null);

    await page.goto(server.setupUrl);
    await page.getByLabel('Your name').fill(OWNER.name);
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Create the owner' }).click();
    await page.getByText('No flags yet').waitFor();

    const clicks = await countClicks(page);
    await page.getByRole('button', { name: 'New flag' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('New checkout!');
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('new-checkout');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'New checkout!' }).waitFor();

    await page
      .locator('label', { has: page.getByLabel('New checkout! in production', { exact: true }) })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: '25 %', exact: true }).click();
    await page.getByText('production: off → on for 25 % by user').waitFor();
    await page.getByRole('button', { name: 'Turn on for 25 %' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await clicks()).toBeLessThanOrEqual(6);

    const state = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/projects/default/environments/production/flags/new-checkout');
      return (await answer.json()).state;
    });
    expect(state).toMatchObject({ enabled: true, rules: [{ percent: 25, by: 'default', serve: { variant: 'on' } }] });
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('sends whoever comes without a session to the login, and back to where they were', async () => {
    const { server, browser } = stage();
    const { page } = await open(browser, server, null);
    await page.goto('/projects/default/flags/new-checkout?env=development');
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill('not the password at all');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'New checkout!' }).waitFor();
    expect(new URL(page.url()).search).toBe('?env=development');
  });

  it('never follows a login link to another host', async () => {
    const { server, browser } = stage();
    const { page } = await open(browser, server, null);
    await page.goto('/login?next=//example.com/');
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
    expect(new URL(page.url()).origin).toBe(server.url);
  });
});
