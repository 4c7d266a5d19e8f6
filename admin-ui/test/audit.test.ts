import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { violations } from './violations.ts';

const P = '/api/v1/projects/default';
const STATE = (flag: string) => `${P}/environments/production/flags/${flag}`;
type Answer = { version: number; state: { killed: object | null; rules: { id: string; percent: number; title?: string }[] } };

browserSuite('the audit', (stage) => {
  let session: Session;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
  });

  it('shows at least 15 changes on a screen, filtered by what the address says', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/audit');
    await page.getByRole('button', { name: 'Show what changed' }).first().waitFor();
    const visible = await page
      .locator('tbody tr')
      .evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length);
    expect(visible).toBeGreaterThanOrEqual(15);
    await page.getByRole('combobox', { name: 'What' }).click();
    await page.getByRole('option', { name: 'Flag killed' }).click();
    await page.waitForURL(/action=state\.killed/);
    await page.getByRole('button', { name: 'Undo: ' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.goto('/projects/default/audit?until=2001-01-01');
    await page.getByText('No entry matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('button', { name: 'Older entries' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBeGreaterThan(60);
    await page.getByLabel('The whole server').check();
    await page
      .getByText('ada@example.com set Burgee up')
      .first()
      .waitFor({ timeout: 15_000 })
      .catch(() => undefined);
    await page.waitForURL(/whole=true/);
  });

  it('takes a change of a flag back as a new one, and what came later stays', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    const first = await session.call<Answer>('GET', STATE('dark-mode'));
    const [rule] = first.state.rules;
    await session.call('PATCH', STATE('dark-mode'), { rules: [{ ...rule, percent: 30 }] }, first.version);
    await session.call(
      'PATCH',
      STATE('dark-mode'),
      {
        rules: [
          { ...rule, percent: 30 },
          { percent: 2, serve: { variant: 'on' }, title: 'Later' },
        ],
      },
      first.version + 1,
    );
    await page.goto('/projects/default/audit?object=flag/dark-mode');
    await page
      .getByRole('button', { name: /^Undo: .*30/ })
      .last()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Rule 1: 30 % → 100 % by user').waitFor();
    await dialog.getByRole('button', { name: 'Undo it' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { state } = await session.call<Answer>('GET', STATE('dark-mode'));
    expect(state.rules.map(({ percent }) => percent)).toEqual([100, 2]);
    const { entries } = await session.call<{ entries: unknown[] }>(
      'GET',
      `${P}/audit?object=flag/dark-mode&action=state.changed`,
    );
    expect(entries.length).toBeGreaterThanOrEqual(4);
  });

  it('tells rules by their sentence and their place, and the id beside', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    const { version, state } = await session.call<Answer>('GET', STATE('product-video'));
    const [rule] = state.rules;
    await session.call('PATCH', STATE('product-video'), { rules: [{ ...rule, percent: 44 }] }, version);
    await page.goto('/projects/default/audit?object=flag/product-video');
    const row = page.getByRole('row', { name: /product-video in production: rule 1: 33\.333 % → 44 %/ });
    await row.getByRole('button', { name: 'Show what changed' }).click();
    const after = page.getByRole('figure', { name: /After/ }).first();
    await after.getByText(/^44\s% by user → on/).waitFor();
    await after.getByText('rule 1 now').waitFor();
    expect(await after.innerText()).toContain(rule?.id);
    expect(await violations(page)).toEqual([]);
    const stored = page.locator('pre').getByText('"percent": 44');
    expect(await stored.isVisible()).toBe(false);
    await page.getByText('As it is stored').click();
    await stored.waitFor();
  });

  it('lifts a kill with a reason, and puts names and segments back', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/audit?object=flag/local-currencies&action=state.killed');
    await page.getByRole('button', { name: /^Undo: / }).click();
    await page.getByLabel('Reason').fill('rounding is fixed');
    await page.getByRole('button', { name: 'Undo it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await session.call<Answer>('GET', STATE('local-currencies'))).state.killed).toBeNull();

    await session.call('PATCH', `${P}/segments/staff`, { name: 'Stuff' }, 1);
    await page.goto('/projects/default/audit?action=segment.changed');
    await page.getByRole('button', { name: /^Undo: / }).click();
    await page.getByRole('button', { name: 'Undo it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await session.call('GET', `${P}/segments/staff`)).toMatchObject({ segment: { name: 'Staff' } });
  });

  it('says why something cannot be taken back', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/audit?action=flag.created');
    await page.getByRole('button', { name: 'Show what changed' }).first().click();
    await page.getByText('It cannot be undone from here: what was made is removed on its own page.').waitFor();
    expect(await page.getByRole('button', { name: /^Undo: / }).count()).toBe(0);
  });
});
