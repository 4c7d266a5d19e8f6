import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite, countClicks, countKeys, raiseByKeys, tabTo } from './flow.ts';
import { OWNER } from './session.ts';

/** Runs the code of a page as an application in Node does, and then asks for 400 people: how many see it. */
async function ask(snippet: string, key: string): Promise<number> {
  const code = `const user = { id: 'user-0' };
${snippet}
let sees = 0;
for (let n = 0; n < 400; n++) sees += flags.boolean('new-checkout', { targetingKey: 'user-' + n }, false) ? 1 : 0;
if (isOn !== flags.boolean('new-checkout', { targetingKey: 'user-0' }, false)) throw new Error('two answers for one user');
await flags.close();
console.log(sees);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    env: { ...process.env, BURGEE_KEY: key },
  });
  return Number(stdout);
}

browserSuite('first start', (stage) => {
  it('leads from the setup link to a flag at 25 % in production and to code that asks for it', async () => {
    const { server, browser } = stage();
    const { page, complaints } = await open(browser, server, null);

    await page.goto(server.setupUrl);
    await page.getByLabel('Your name').fill(OWNER.name);
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Create the owner' }).click();
    await page.getByText('No flags yet').waitFor();

    const [clicks, keys] = [await countClicks(page), await countKeys(page)];
    await page.getByRole('button', { name: 'New flag' }).first().click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    await page.keyboard.type('New checkout!');
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
    expect(await clicks()).toBe(5);
    const { state } = await page.evaluate(async () =>
      (await fetch('/api/v1/projects/default/environments/production/flags/new-checkout')).json(),
    );
    expect(state).toMatchObject({ enabled: true, rules: [{ percent: 25, by: 'default', serve: { variant: 'on' } }] });

    const snippet = await page.getByRole('tabpanel', { name: 'Node' }).innerText();
    await page.getByRole('link', { name: 'Make a key for production' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    await page.keyboard.type('shop');
    await page.keyboard.press('Enter');
    const key = await page.getByRole('dialog').locator('pre').first().innerText();
    expect([await clicks(), await keys()]).toEqual([6, 'New checkout!'.length + 'shop'.length + 1]);

    // 100 of 400 by their hashes, ± 4 standard deviations of 8.7
    const sees = await ask(snippet, key);
    expect(sees).toBeGreaterThan(65);
    expect(sees).toBeLessThan(135);
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

browserSuite('first start without a mouse', (stage) => {
  it('leads from the setup link to code that asks for a flag', async () => {
    const { server, browser } = stage();
    const { page } = await open(browser, server, null);
    await page.goto(server.setupUrl);
    const clicks = await countClicks(page);
    for (const [label, typed] of Object.entries({ 'Your name': OWNER.name, 'E-mail': OWNER.email, Password: OWNER.password })) {
      await tabTo(page, page.getByLabel(label, { exact: true }));
      await page.keyboard.type(typed);
    }
    await page.keyboard.press('Enter');
    await page.getByText('No flags yet').waitFor();
    await raiseByKeys(page, 'New checkout');
    const snippet = await page.getByRole('tabpanel', { name: 'Node' }).innerText();
    await tabTo(page, page.getByRole('link', { name: 'Make a key for production' }), 120);
    await page.keyboard.press('Enter');
    await page.getByLabel('Name', { exact: true }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('shop');
    await page.keyboard.press('Enter');
    const key = await page.getByRole('dialog').locator('pre').first().innerText();
    expect(await clicks()).toBe(0);
    expect(await ask(snippet, key)).toBeGreaterThan(0);
  });
});
