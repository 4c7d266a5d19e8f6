import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite, countClicks, tabTo } from './flow.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { createTraffic, startRollout } from './traffic.ts';
import { violationsInBoth } from './violations.ts';

browserSuite('the home page and the kill switches', (stage) => {
  let session: Session;

  beforeAll(async () => {
    const { server } = stage();
    session = await setUp(server);
  });

  const stateOf = async (flag: string) =>
    (
      await session.call<{ state: { killed: { reason: string } | null } }>(
        'GET',
        `/api/v1/projects/default/environments/production/flags/${flag}`,
      )
    ).state;

  it('begins with how to make the first flag', async () => {
    const { browser, server } = stage();
    const { page, context } = await open(browser, server, session);
    for (const path of ['/', '/projects/default/kill-switches']) {
      await page.goto(path);
      await page.getByText('No flags yet').waitFor();
      expect(await violationsInBoth(page)).toEqual([]);
    }
    await context.close();
    await seed(session);
  });

  it('says what needs a person: a revert with its evidence, a kill with its reason', async () => {
    const { browser, server } = stage();
    const rollout = await startRollout(session, 'gift-cards', 'v42', 'standard');
    const send = await createTraffic(server, session, 3);
    await send(rollout.id, 2_000, { treatment: 0.5, control: 0.01 });
    const { page, context, complaints } = await open(browser, server, session);
    await page.goto('/');
    const needs = page.getByRole('region', { name: 'Needs a person' });
    await needs.getByText('was reverted').waitFor();
    expect(await needs.getByText(/users on the new version failed/).count()).toBe(1);
    expect(await needs.getByText('Ada Lind: “Rounding is wrong for yen, INC-482”').count()).toBe(1);
    await needs.getByRole('link', { name: 'gift-cards v42' }).click();
    await page.waitForURL(new RegExp(rollout.id));
    expect(complaints).toEqual({ policy: [], scripts: [] });
    await context.close();
  });

  it('kills from the home page in two clicks, and restores with a reason', async () => {
    const { browser, server } = stage();
    await session.call('POST', '/api/v1/projects/default/flags', { key: 'payments', name: 'Payments', kind: 'kill-switch' });
    const path = '/api/v1/projects/default/environments/production/flags/payments';
    await session.call('PATCH', path, { enabled: true, defaultVariant: 'on' }, 1);
    const { page, context } = await open(browser, server, session);
    await page.goto('/');
    const handle = page.getByRole('button', { name: 'Kill Payments in production' });
    await handle.waitFor();
    const clicks = await countClicks(page);
    await handle.click();
    await page.getByLabel('Reason').fill('Cards are charged twice');
    await page.getByRole('dialog').getByRole('button', { name: /Kill/ }).click();
    await page.getByRole('button', { name: 'Restore Payments in production' }).waitFor();
    expect(await clicks()).toBe(2);
    expect((await stateOf('payments')).killed?.reason).toBe('Cards are charged twice');

    // and back, without a mouse
    await page.getByRole('button', { name: 'Restore Payments in production' }).press('Enter');
    await page.getByLabel('Reason').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Fixed in v43');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await handle.waitFor();
    expect((await stateOf('payments')).killed).toBeNull();

    // and once more with keys alone
    await tabTo(page, handle);
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Again');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: /Kill/ }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Restore Payments in production' }).waitFor();
    expect([await clicks(), (await stateOf('payments')).killed?.reason]).toEqual([2, 'Again']);
    await context.close();
  });

  it('finds any flag on the page for bad days, in the environment that the address names', async () => {
    const { browser, server } = stage();
    const { page, context } = await open(browser, server, session, { width: 390, height: 844 });
    await page.goto('/projects/default/kill-switches?env=development');
    await page.getByRole('searchbox', { name: 'Find a flag' }).fill('gift');
    await page.getByRole('button', { name: 'Kill Gift cards in development' }).waitFor();
    await page.waitForURL(/env=development.*q=gift/);
    expect(await page.getByRole('button', { name: /^Kill / }).count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Find a flag' }).fill('no such thing');
    await page.getByText('No flag matches').waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await context.close();
  });

  it('goes anywhere by keys: the palette, letters, and the list of them', async () => {
    const { browser, server } = stage();
    const { page, context } = await open(browser, server, session);
    await page.goto('/projects/default/home');
    await page.getByRole('heading', { name: 'Recent changes' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search everything' }).fill('kill gift');
    await page.getByRole('option', { name: 'Kill Gift cards' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/kill-switches\?q=gift-cards/);
    await page.getByRole('heading', { name: 'Kill switches', level: 1 }).click();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.waitForURL(/playground/);
    await context.close();
  });

  it('tells what every flag answers to somebody, and hands the question on as a link', async () => {
    const { browser, server } = stage();
    const { page, context } = await open(browser, server, session);
    const asked = encodeURIComponent(JSON.stringify({ targetingKey: 'u1', email: 'ada@example.com' }));
    await page.goto(`/projects/default/playground?context=${asked}&env=production&q=ranking`);
    const row = page.getByRole('row', { name: /Search ranking v3/ });
    await row.getByText('rule 1 “Colleagues”').waitFor();
    await page.getByRole('textbox', { name: 'Context' }).fill('{"targetingKey": ');
    await page.getByText('This is not JSON yet', { exact: false }).waitFor();
    await page.getByRole('textbox', { name: 'Context' }).fill('{"targetingKey": "u2"}');
    await row.getByText(/stands at [\d.]+ by targetingKey/).waitFor();
    expect(new URL(page.url()).searchParams.get('context')).toContain('u2');
    await context.close();
  });

  it.each([
    ['the home page', '/projects/default/home', 'Recent changes'],
    ['the kill switches', '/projects/default/kill-switches', 'Every other flag that is on'],
    ['the playground', '/projects/default/playground', 'Playground'],
  ])('%s has no accessibility or policy violation in the light and in the dark', async (_name, path, shown) => {
    const { browser, server } = stage();
    const { page, context, complaints } = await open(browser, server, session);
    await page.goto(path);
    await page.getByRole('heading', { name: shown }).waitFor();
    await page.getByText('Local currencies').first().waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    expect(complaints).toEqual({ policy: [], scripts: [] });
    await context.close();
  });
});
