import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { seed } from './seed.ts';
import { OWNER, type Session, setUp } from './session.ts';

const P = '/api/v1/projects/default';
type Row = { version: number; segment: { name: string; when: unknown } };

browserSuite('segments', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
  });

  it('are made in a panel that names what is wrong, and found again', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/segments?new=true');
    await page.getByLabel('Name', { exact: true }).fill('Große Kunden');
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('gro-e-kunden');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText(/^Condition 1, attribute: /).waitFor();
    await page.getByRole('combobox', { name: 'Attribute' }).fill('team');
    await page.getByRole('combobox', { name: 'Values' }).fill('large');
    await page.getByRole('combobox', { name: 'Values' }).press('Enter');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Große Kunden', level: 1 }).waitFor();
    expect((await session.call<Row>('GET', `${P}/segments/gro-e-kunden`)).segment.when).toEqual({
      all: [{ attribute: 'team', operator: 'in', values: ['large'] }],
    });
    await page.goto('/projects/default/segments?q=kunden');
    await page.getByRole('rowheader').first().waitFor();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual([expect.stringContaining('Große Kunden')]);
    await page.getByLabel('Search segments').fill('nothing like it');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByRole('button', { name: 'Segment', exact: true }).click();
    await page.getByRole('button', { name: 'Segment', exact: true }).click();
    await page.waitForURL(/sort=-name/);
    expect((await page.getByRole('rowheader').allInnerTexts()).map((text) => text.split('\n')[0])).toEqual([
      'Staff',
      'Große Kunden',
    ]);
  });

  it('are saved with one diff that says whom it reaches; another’s change is not overwritten', { timeout: 150_000 }, async () => {
    const { page, context } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/segments/staff');
    await page.getByRole('combobox', { name: 'Attribute' }).fill('mail');
    await page.getByText('1 change, not saved').waitFor();
    await session.call('PATCH', `${P}/segments/staff`, { description: 'Everybody on the payroll.' }, 1);
    await page.getByText('Somebody changed this meanwhile').waitFor();
    expect(await page.getByRole('combobox', { name: 'Attribute' }).inputValue()).toBe('mail');
    await page.getByRole('button', { name: 'Put mine on top' }).click();

    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Who is in it: email ends with @example.com → mail ends with @example.com').waitFor();
    await dialog.getByText('search-ranking-v3').waitFor();
    await context.clearCookies();
    await dialog.getByRole('button', { name: 'Save the segment' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Your session has ended.').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('What you typed before is still here.').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save the segment' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    const { segment } = await session.call<Row>('GET', `${P}/segments/staff`);
    expect(segment).toMatchObject({
      when: { all: [{ attribute: 'mail' }] },
      description: 'Everybody on the payroll.',
    });
  });

  it('cannot be deleted while a rule names them, and say which', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/segments/staff');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('search-ranking-v3').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'search-ranking-v3' }).click();
    await page.getByRole('heading', { name: 'Search ranking v3', level: 1 }).waitFor();

    await session.call('POST', `${P}/segments`, {
      key: 'spare',
      name: 'Spare',
      when: { attribute: 'a', operator: 'exists', values: [] },
    });
    await page.goto('/projects/default/segments/spare');
    await page.getByText('No rule names it yet.').waitFor();
    await expect.poll(() => page.getByText('not known').count()).toBe(2);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: /^Segments/ }).waitFor();
    expect(await page.getByRole('link', { name: 'Spare' }).count()).toBe(0);
  });
});
