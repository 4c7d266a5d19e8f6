import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { type Session, setUp } from './session.ts';

const P = '/api/v1/projects/default';
const HERE = '/projects/default/environments';
type Token = { id: string; name: string; kind: string; origins: string[]; revokedAt: number | null };

browserSuite('environments and keys', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
  });
  const tokens = async () => (await session.call<{ tokens: Token[] }>('GET', `${P}/tokens`)).tokens;
  const works = async (secret: string) =>
    (await fetch(`${stage().server.url}/sdk/ruleset`, { headers: { authorization: `Bearer ${secret}` } })).status;

  it('are made, described, moved, and go only when their key is typed', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto(HERE);
    await page.getByRole('button', { name: 'New environment' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Quality');
    await page.getByLabel('Description').fill('For testers');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const card = page.getByRole('region', { name: 'Quality' });
    await card.getByText('For testers').waitFor();
    const order = () => page.locator('section h2').allInnerTexts();
    await expect.poll(order).toEqual(['Development', 'Quality', 'Production', 'For more than one environment']);
    await page.getByRole('button', { name: 'Move Quality up' }).click();
    await expect.poll(order).toEqual(['Quality', 'Development', 'Production', 'For more than one environment']);

    await page.getByRole('button', { name: 'More about Quality' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type quality to go on').fill('quality');
    await confirm.click();
    await card.waitFor({ state: 'detached' });
    expect(await order()).not.toContain('Quality');
  });

  it('show a new key once, tell when it was used, and replace it without a gap', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto(HERE);
    const card = page.getByRole('region', { name: 'Production' });
    await card.getByText('No key yet').waitFor();
    await card.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('shop backend');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const shown = page.getByRole('dialog').locator('pre').first();
    const secret = await shown.innerText();
    expect(secret).toMatch(/^bg_srv_\w{43}$/);
    await page.keyboard.press('Escape');
    expect(await shown.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).not.toContain(secret);
    await page.reload();
    await card.getByText('shop backend').waitFor();
    expect(await page.content()).not.toContain(secret);
    await card.getByText('never', { exact: true }).first().waitFor();
    expect(await works(secret)).toBe(200);
    await card
      .getByText(/sec ago|now/)
      .first()
      .waitFor();

    await card.getByRole('button', { name: 'Rotate shop backend' }).click();
    await page.getByRole('button', { name: 'Make the new key' }).click();
    const next = await shown.innerText();
    expect([await works(secret), await works(next)]).toEqual([200, 200]);
    await page.getByRole('button', { name: 'Revoke the old one now' }).click();
    const revoke = page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true });
    expect(await revoke.isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('rotated as every spring');
    await revoke.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([await works(secret), await works(next)]).toEqual([401, 200]);
    await card.getByRole('button', { name: 'Show 1 that no longer works' }).click();
    await card.getByText('revoked', { exact: true }).waitFor();
    const { entries } = await session.call<{ entries: { reason: string }[] }>('GET', `${P}/audit?action=token.revoked`);
    expect(entries[0]?.reason).toBe('rotated as every spring');
  });

  it('take only whole origins for browsers, and say which is wrong', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto(`${HERE}?open=key%20in%20production`);
    await page.getByRole('combobox', { name: 'What for' }).click();
    await page.getByRole('option', { name: 'Browsers and apps' }).click();
    await page.getByLabel('Name', { exact: true }).fill('website');
    const origins = page.getByRole('combobox', { name: 'Origins' });
    await origins.fill('https://shop.example/path');
    await origins.press('Enter');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('must be an exact origin').waitFor();
    await origins.press('Backspace');
    await origins.fill('https://shop.example');
    await origins.press('Enter');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect((await tokens()).find(({ name }) => name === 'website')).toMatchObject({
      kind: 'client',
      origins: ['https://shop.example'],
    });
  });

  it('are hidden from who may not see keys', { timeout: 150_000 }, async () => {
    const { user, password } = await session.call<{ user: { email: string }; password: string }>('POST', '/api/v1/users', {
      ...{ email: 'eddy@example.com', name: 'Eddy', role: 'editor' },
    });
    const { page } = await open(stage().browser, stage().server, null);
    await page.goto(HERE);
    await page.getByLabel('E-mail').fill(user.email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Only admins see keys.').first().waitFor();
    expect(await page.getByRole('button', { name: /New key|New environment|Move/ }).count()).toBe(0);
    await page.goto('/projects/default/people');
    await page.getByText('Your role does not show this').waitFor();
  });
});
