import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { type Session, setUp } from './session.ts';

const P = '/api/v1/projects/default';

browserSuite('plans and metric sources', (stage) => {
  let session: Session;
  let monitoring: Monitoring;
  beforeAll(async () => {
    session = await setUp(stage().server);
    monitoring = await startMonitoring();
    return () => monitoring.close();
  });

  it('a source is made, tried, and tells what came back and why not', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/sources');
    await page.getByText('No metric source yet').waitFor();
    await page.getByRole('button', { name: 'New source' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Shop statistics');
    await page.getByText('JSON over HTTP', { exact: true }).click();
    await page.getByLabel('Address').fill('http://169.254.169.254/latest');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await page.getByLabel('Address').fill(`${monitoring.url}/stats`);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('3 errors of 1,200, a rate of 0.25 %').waitFor();
    await page.getByText(/newest data from .* old/).waitFor();

    await page.getByLabel('Address').fill(`${monitoring.url}/broken`);
    expect(await page.getByRole('button', { name: 'Ask now' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('It could not be read').waitFor();
    await page.getByLabel('Address').fill(`${monitoring.url}/empty`);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Ask now', disabled: false }).click();
    await page.getByText('It answered nothing that counts').waitFor();
  });

  it('a built-in plan is duplicated, and every mistake stands at its field', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/plans/standard');
    await page.getByText('Built-in plans stay as they are.').waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Office hours');
    const stages = page.getByRole('region', { name: 'Stages' }).getByRole('listitem');
    await stages.nth(1).getByLabel('Percent').fill('0.5');
    await page.getByRole('button', { name: 'Add a guard' }).click();
    await page.getByRole('menuitem', { name: 'A share of errors in your monitoring' }).click();
    await page.getByRole('button', { name: 'Add a freeze' }).click();
    await page.getByRole('checkbox', { name: 'Fri' }).uncheck();
    await page.getByRole('checkbox', { name: 'Sat' }).uncheck();
    await page.getByRole('checkbox', { name: 'Sun' }).uncheck();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const wrong = () => page.locator('[aria-invalid="true"]').count();
    await expect.poll(wrong).toBeGreaterThan(1);
    await page.getByLabel('Query for the errors').fill('/errors');
    await page.getByLabel('Query for the total').fill('/total');
    await page.getByRole('checkbox', { name: 'Sat' }).check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await stages.nth(1).getByText('must be above the stage before it, 1').waitFor();
    await stages.nth(1).getByLabel('Percent').fill('7.5');
    await page.getByRole('combobox', { name: 'Time zone' }).click();
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Office hours', level: 1 }).waitFor();
    const plan = await session.call<Record<string, unknown>>('GET', `${P}/plans/office-hours`);
    expect(plan).toMatchObject({
      stages: [{ percent: 1 }, { percent: 7.5, advance: 'evidence', bakeMs: 300_000 }, {}, {}, { percent: 98 }],
      guards: [{ kind: 'outcomes' }, { kind: 'query', source: 'shop-statistics', errors: '/errors', limit: 0.05 }],
      freeze: [{ days: ['sat'], from: '16:00', to: '00:00', timeZone: 'Europe/Berlin' }],
      holdback: 2,
    });
  });

  it('a plan is saved with one diff and keeps what another typed; its source cannot go', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/plans/office-hours');
    const first = page.getByRole('region', { name: 'Stages' }).getByRole('listitem').first();
    await first.getByLabel('Stays at least', { exact: true }).fill('4');
    await page.getByText('1 change, not saved').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Stages: 1.% by time, 2.min .* → 1.% by time, 4.min/).waitFor();
    await dialog.getByRole('button', { name: 'Save the plan' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await session.call('GET', `${P}/plans/office-hours`)).toMatchObject({
      version: 2,
      stages: [{ bakeMs: 240_000 }, {}, {}, {}, {}],
    });

    await page.goto('/projects/default/sources?open=shop-statistics');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByText('Office hours').waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).isDisabled()).toBe(true);

    await page.goto('/projects/default/plans/office-hours');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: /^Plans/ }).waitFor();
    expect(await page.getByRole('link', { name: 'Office hours' }).count()).toBe(0);
  });
});
