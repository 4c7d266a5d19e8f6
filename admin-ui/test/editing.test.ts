import type { FlagState } from '@burgee/server/api';
import type { Page, Route } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open, type Tab } from './browser.ts';
import { browserSuite, countClicks, tabTo } from './flow.ts';
import { seed } from './seed.ts';
import { OWNER, type Session, setUp } from './session.ts';

const HERE = '/api/v1/projects/default';
const RANKING = `${HERE}/environments/production/flags/search-ranking-v3`;
type State = { version: number; state: FlagState };

browserSuite('editing a flag', (stage) => {
  let session: Session;
  let tab: Tab;
  const ranking = () => session.call<State>('GET', RANKING);
  const go = async (flag = 'search-ranking-v3'): Promise<Page> => {
    await tab.page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
    await tab.page.goto(`/projects/default/flags/${flag}`);
    await tab.page.getByRole('heading', { name: 'Rules' }).waitFor();
    return tab.page;
  };
  const percents = async () => (await ranking()).state.rules.map(({ percent }) => percent);
  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).first();

  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
    tab = await open(stage().browser, stage().server, session);
  }, 240_000);

  it('sets a percent to a thousandth, moves a rule and shares a split, with keys alone', async () => {
    const page = await go();
    const clicks = await countClicks(page);
    await tabTo(page, button(page, 'Edit rule 3'), 80);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('slider', { name: 'Percent' }));
    for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Alt+ArrowRight', 'Alt+ArrowRight']) await page.keyboard.press(key);
    expect(await page.getByRole('textbox', { name: 'Percent' }).inputValue()).toMatch(/^6\.102\s%$/);
    await tabTo(page, page.getByRole('slider', { name: 'Between on and off' }));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await page.getByLabel('Share of on').inputValue()).toMatch(/^68\.9/);
    await page.getByLabel('Share of off').fill('40');
    expect(await page.getByLabel('Share of on').inputValue()).toMatch(/^60\s%$/);
    await button(page, 'Move rule 1: drag, or arrow keys').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('Rule 1 is now rule 2 of 3').waitFor();
    await button(page, 'Review and save').focus();
    await page.keyboard.press('Enter');
    await page.getByText('production: 2 changes').waitFor();
    await page.getByText('Who would move').waitFor();
    await tabTo(page, button(page, 'Save in production'));
    await page.keyboard.press('Enter');
    await page.getByText(/changes?, not saved/).waitFor({ state: 'detached' });
    expect(await clicks()).toBe(0);
    const { state } = await ranking();
    expect(state.rules.map(({ percent, title }) => [title, percent])).toEqual([
      ['Large customers', 50],
      ['Colleagues', 100],
      [undefined, 6.102],
    ]);
    expect(state.rules[2]?.serve).toEqual({
      split: {
        weights: [
          { variant: 'on', weight: 600 },
          { variant: 'off', weight: 400 },
        ],
      },
    });
  });

  it('moves a rule by hand', async () => {
    const page = await go();
    const box = async (n: number) => {
      const found = await button(page, `Move rule ${n}: drag, or arrow keys`).boundingBox();
      return found ? [found.x + found.width / 2, found.y + found.height / 2] : [0, 0];
    };
    const [[x = 0, y = 0], [, below = 0]] = [await box(1), await box(3)];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 3 });
    await page.mouse.move(x, below + 25, { steps: 5 });
    await page.mouse.up();
    await page.getByText('Rule 1 is now rule 3 of 3').waitFor();
    await page.getByText('1 change, not saved').waitFor();
    await button(page, 'Discard').click();
  });

  it('keeps what two people changed where it is different things, and says what the other did', async () => {
    const page = await go();
    await button(page, 'Edit rule 3').click();
    await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
    await page.getByText('1 change, not saved').waitFor();
    const { state, version } = await ranking();
    const rules = state.rules.map((rule, index) => (index === 0 ? { ...rule, percent: 60 } : rule));
    await session.call('PATCH', RANKING, { rules }, version);
    await page.getByText('You changed different things; both can stand.').waitFor();
    await page.getByText(/^Rule 1: 50\s% → 60\s% by companyId$/).waitFor();
    expect(await button(page, 'Review and save').isDisabled()).toBe(true);
    await button(page, 'Keep both changes').click();
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect(await percents()).toEqual([60, 100, 7.102]);
  });

  it('meets a change that came while it was being saved: shows it, keeps what was typed, and saves on top', async () => {
    const page = await go();
    await button(page, 'Edit rule 3').click();
    await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
    const answers: number[] = [];
    page.on('response', (answer) => answer.request().method() === 'PUT' && answers.push(answer.status()));
    await page.route(
      '**/environments/production/flags/search-ranking-v3',
      async (route) => {
        const { state, version } = await ranking();
        const rules = state.rules.map((rule, index) => (index === 0 ? { ...rule, percent: 61 } : rule));
        await session.call('PATCH', RANKING, { rules }, version);
        await route.continue();
      },
      { times: 1 },
    );
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('You changed different things; both can stand.').waitFor();
    await dialog.getByText(/^Rule 1: 60\s% → 61\s% by companyId$/).waitFor();
    expect(await percents()).toEqual([61, 100, 7.102]);
    await dialog.getByRole('button', { name: 'Keep both changes' }).click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect([await percents(), answers]).toEqual([
      [61, 100, 8.102],
      [412, 200],
    ]);
  });

  it('follows a kill under a draft without losing it', async () => {
    const page = await go();
    await button(page, 'Edit rule 3').click();
    await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
    await session.call('POST', `${RANKING}/kill`, { reason: 'on fire' });
    await page.getByText('Killed by Ada Lind').waitFor();
    await page.getByText('1 change, not saved').waitFor();
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    await session.call('POST', `${RANKING}/restore`, { reason: 'out' });
    expect(await percents()).toEqual([61, 100, 9.102]);
  });

  const faults: Readonly<Record<string, { answer: (route: Route) => Promise<unknown>; says: RegExp }>> = {
    'the server is down': { answer: (route) => route.abort(), says: /The server does not answer/ },
    'the answer is a 500': {
      answer: (route) =>
        route.fulfill({ status: 500, json: { code: 'internal', detail: 'unexpected error, logged as request 1' } }),
      says: /unexpected error/,
    },
    'the answer is a 409': {
      answer: (route) => route.fulfill({ status: 409, json: { code: 'flag_archived', detail: 'search-ranking-v3 is archived' } }),
      says: /is archived/,
    },
    'the answer is no JSON': { answer: (route) => route.fulfill({ status: 502, body: '<html>Bad gateway' }), says: /502/ },
    'a field is refused': {
      answer: (route) =>
        route.fulfill({
          status: 400,
          json: { code: 'invalid', detail: 'x', fields: [{ field: 'rules[2].percent', message: 'must be 0 to 100' }] },
        }),
      says: /rules\[2\]\.percent: must be 0 to 100/,
    },
    'the answer is slow, then lost': {
      answer: async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 2500));
        await route.abort();
      },
      says: /The server does not answer/,
    },
  };
  it.each(Object.keys(faults))('loses nothing that was typed when %s', async (name) => {
    const fault = faults[name];
    const page = await go();
    await button(page, 'Edit rule 3').click();
    await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
    const typed = await page.getByRole('textbox', { name: 'Percent' }).inputValue();
    const before = await percents();
    await page.route('**/environments/production/flags/search-ranking-v3', (route) =>
      route.request().method() === 'PUT' ? fault?.answer(route) : route.continue(),
    );
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(fault?.says ?? '').waitFor();
    await dialog.getByText('nothing you made is lost').waitFor();
    expect(await percents()).toEqual(before);
    await page.unroute('**/environments/production/flags/search-ranking-v3');
    await page.reload();
    await page.getByText('Your unsaved changes from before are still here.').waitFor();
    await button(page, 'Edit rule 3').click();
    expect(await page.getByRole('textbox', { name: 'Percent' }).inputValue()).toBe(typed);
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: 'Save in production' }).click();
    await page.getByText('1 change, not saved').waitFor({ state: 'detached' });
    expect((await percents())[2]).toBe(Number.parseFloat(typed));
  });

  it('keeps the panel of a new flag over an expired session and a reload', async () => {
    const { page, context } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags?new=true');
    await page.getByLabel('Name', { exact: true }).fill('Kept flag');
    await page.getByText('Kill switch', { exact: true }).last().click();
    await context.clearCookies();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Your session has ended.').waitFor({ state: 'detached' });
    await page.reload();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Kept flag');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Kept flag' }).waitFor();
    const { flag } = await session.call<{ flag: { kind: string } }>('GET', `${HERE}/flags/kept-flag`);
    expect(flag.kind).toBe('kill-switch');
    await context.close();
  });
});
