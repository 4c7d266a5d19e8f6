import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { OWNER, type Session, setUp } from './session.ts';

const PASSWORD = 'seven red sails out there';
type Users = { users: { version: number; user: { id: string; email: string; role: string; disabled: boolean } }[] };

async function logIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

browserSuite('people and one’s own account', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
  });
  const userOf = async (email: string) =>
    (await session.call<Users>('GET', '/api/v1/users')).users.find(({ user }) => user.email === email);

  it('somebody is invited by link, chooses a password once, and is in', { timeout: 150_000 }, async () => {
    const { server, browser } = stage();
    const { page, complaints } = await open(browser, server, session);
    await page.goto('/projects/default/people');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await page.getByLabel('E-mail').fill('not an address');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByText('must be an e-mail address').waitFor();
    await page.getByLabel('E-mail').fill('bo@example.com');
    await page.getByLabel('Name', { exact: true }).fill('Bo Lund');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.getByRole('dialog').locator('pre').first().innerText();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('link not used yet').waitFor();
    expect(await page.content()).not.toContain(link);

    const guest = await open(browser, server, null);
    await guest.page.goto(link.replace(/^https?:\/\/[^/]+/, server.url));
    expect(await guest.page.getByLabel('E-mail').inputValue()).toBe('bo@example.com');
    await guest.page.getByLabel('Password', { exact: true }).fill('password1234');
    await guest.page.getByRole('button', { name: 'Choose it and log in' }).click();
    await guest.page.getByText('is one of those that are tried first').waitFor();
    await guest.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await guest.page.getByRole('button', { name: 'Choose it and log in' }).click();
    await guest.page.getByText('No flags yet').waitFor();
    expect(guest.page.url()).not.toContain('secret');

    const late = await open(browser, server, null);
    await late.page.goto(link.replace(/^https?:\/\/[^/]+/, server.url));
    await late.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await late.page.getByRole('button', { name: 'Choose it and log in' }).click();
    await late.page.getByRole('alert').getByText('ask for another').waitFor();
    await page.getByText('link not used yet').waitFor({ state: 'detached' });
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('a role is changed and an account disabled; the last admin stays', { timeout: 150_000 }, async () => {
    const { server, browser } = stage();
    const { page } = await open(browser, server, session);
    await page.goto('/projects/default/people');
    await page.getByRole('button', { name: 'Open Bo Lund' }).click();
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByText('Role: Editor → Viewer').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await userOf('bo@example.com'))?.user.role).toBe('viewer');

    await page.getByRole('button', { name: 'Open Bo Lund' }).click();
    await page.getByRole('switch', { name: 'May not log in' }).click();
    const seen = await userOf('bo@example.com');
    await session.call('PATCH', `/api/v1/users/${seen?.user.id}`, { name: 'Bo Lund-Berg' }, seen?.version);
    await page.getByText('Name: Bo Lund → Bo Lund-Berg').waitFor();
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Put mine on top' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Bo Lund-Berg');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('disabled', { exact: true }).waitFor();
    expect((await userOf('bo@example.com'))?.user.disabled).toBe(true);

    await page.getByRole('button', { name: `Open ${OWNER.name}` }).click();
    await page.getByText('This is you').waitFor();
    expect(await page.getByRole('combobox', { name: 'Role' }).isDisabled()).toBe(true);
  });

  it('somebody sees where they are logged in, ends it, and changes the password', { timeout: 150_000 }, async () => {
    const { server, browser } = stage();
    const other = await open(browser, server, null);
    await other.page.goto('/login');
    await logIn(other.page, OWNER.email, OWNER.password);
    await other.page.getByText('No flags yet').waitFor();

    const { page } = await open(browser, server, session);
    await page.goto('/projects/default/flags');
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByText('this one').waitFor();
    await page
      .getByRole('button', { name: /^End the session in Chrome/ })
      .first()
      .click();
    await page.getByText('You are logged in nowhere else.').waitFor();
    await other.page.reload();
    await other.page.getByRole('button', { name: 'Log in' }).waitFor();

    await page.getByLabel('Present password').fill('not this one');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('is not your password').waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe(PASSWORD);
    await page.getByLabel('Present password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is changed').waitFor();
    await logIn(other.page, OWNER.email, PASSWORD);
    await other.page.getByText('No flags yet').waitFor();
  });

  it('the project is renamed, and lists stand closer when they are told to', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/settings');
    await page.getByLabel('Name', { exact: true }).fill('Shop');
    await page.getByLabel('Description').fill('Everything that sells.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    expect(await session.call('GET', '/api/v1/projects/default')).toMatchObject({
      project: { name: 'Shop', description: 'Everything that sells.' },
    });
    const height = async () => {
      await page.goto('/projects/default/people');
      const box = await page.getByRole('row').nth(1).boundingBox();
      return box?.height ?? 0;
    };
    const comfortable = await height();
    await page.goto('/projects/default/settings');
    await page.getByText('Compact', { exact: true }).click();
    expect(await height()).toBeLessThan(comfortable);
  });
});
