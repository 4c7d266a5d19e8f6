import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open, type Tab } from './browser.ts';
import { browserSuite } from './flow.ts';
import { reportUsage } from './reports.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { violationsInBoth } from './violations.ts';

const HERE = '/api/v1/projects/default';

browserSuite('every screen and dialog about flags', (stage) => {
  let session: Session;
  let tab: Tab;
  beforeAll(async () => {
    const { server } = stage();
    session = await setUp(server);
    await seed(session);
    const ranking = `${HERE}/environments/production/flags/search-ranking-v3`;
    const { version } = await session.call<{ version: number }>('GET', `${HERE}/flags/search-ranking-v3`);
    await session.call(
      'PATCH',
      `${HERE}/flags/search-ranking-v3`,
      {
        description:
          '# Why\n**People** buy _other_ things.\n\n- `rank-v3`\n- [the team](https://example.com)\n\n> quoted\n\n```\ncode\n```',
        links: [{ title: 'Design', url: 'https://example.com/design' }],
      },
      version,
    );
    await session.call('POST', `${ranking}/schedule`, {
      ...{ at: new Date(Date.now() + 3_600_000).toISOString(), change: { kind: 'kill' }, reason: 'the sale ends' },
    });
    await reportUsage(server, session, 'search-ranking-v3');
    tab = await open(stage().browser, server, session);
  }, 240_000);

  const ranking = async (page: Page) => {
    await page.goto('/projects/default/flags/search-ranking-v3');
    await page.getByRole('heading', { name: 'Evaluations, last hour' }).waitFor();
    await page.getByText('Is killed').waitFor();
  };
  const button = (page: Page, name: string | RegExp) =>
    page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  const screens: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'the list with a filter that finds nothing': async (page) => {
      await page.goto('/projects/default/flags?q=nothing-is-called-so');
      await page.getByText('No flag matches').waitFor();
    },
    'the list, compact, sorted, with flags chosen': async (page) => {
      await page.goto('/projects/default/flags?sort=-name');
      await button(page, 'Compact rows');
      await page.getByLabel('Choose Warehouse routing').check();
      await page.getByRole('region', { name: 'The chosen flags' }).waitFor();
    },
    'one diff for many': async (page) => {
      await page.goto('/projects/default/flags?sort=name');
      await page.getByLabel('Choose Gift cards').check();
      await page.getByLabel('Choose Local currencies').check();
      await button(page, 'Turn on …');
      await page.getByText('is killed: restore it first').waitFor();
    },
    'tags of many': async (page) => {
      await page.goto('/projects/default/flags');
      await page.getByLabel('Choose all').check();
      await button(page, 'Tags …');
      await page.getByLabel('Add these tags').first().fill('q4,');
    },
    'the views': async (page) => {
      await page.goto('/projects/default/flags?tag=checkout');
      await button(page, 'Views');
      await page.getByRole('menuitem', { name: 'Ready to clean up' }).waitFor();
    },
    'saving a view': async (page) => {
      await page.goto('/projects/default/flags?tag=checkout');
      await button(page, 'Views');
      await page.getByRole('menuitem', { name: 'Save these filters …' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Favourites');
      await page.getByText('Every project has a view of this name already.').waitFor();
    },
    'one flag, all of it': async (page) => {
      await ranking(page);
      await button(page, 'As a table');
      await button(page, /^What changed: /);
      await page.getByRole('tab', { name: 'Browser' }).click();
      await page.getByText('Browsers do not see this flag yet').waitFor();
    },
    'a rule with groups, a split and what is wrong': async (page) => {
      await ranking(page);
      await button(page, 'Edit rule 3');
      await page.getByRole('slider', { name: 'Between on and off' }).press('ArrowRight');
      await page.getByRole('button', { name: 'Add “does not hold”' }).first().click();
      await page.getByText('A condition is not finished yet.').waitFor();
    },
    'the confirmation with who would move': async (page) => {
      await ranking(page);
      await button(page, 'Edit rule 3');
      await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
      await button(page, 'Review and save');
      await page.getByText('Who would move').waitFor();
    },
    'the details': async (page) => {
      await ranking(page);
      await button(page, 'Edit details');
      await button(page, 'Add a link');
      await page.getByLabel('Who may see it in browsers').selectOption('rules');
    },
    'comparing and promoting': async (page) => {
      await ranking(page);
      await button(page, 'Compare and promote');
      await page.getByRole('region', { name: 'Afterwards' }).waitFor();
    },
    'scheduling a change': async (page) => {
      await ranking(page);
      await button(page, 'Schedule');
      await page.getByLabel('What', { exact: true }).selectOption({ index: 1 });
      await button(page, 'In an hour');
    },
    'reverting a change': async (page) => {
      await ranking(page);
      await button(page, /^Revert: /);
      await page.getByRole('dialog').getByText('Revert this change').waitFor();
    },
    'a flag with warnings': async (page) => {
      await session.call('POST', `${HERE}/flags`, { key: 'idle', name: 'Idle' }).catch(() => undefined);
      const path = `${HERE}/environments/production/flags/idle`;
      const { version } = await session.call<{ version: number }>('GET', path);
      await session.call('PATCH', path, { enabled: true }, version);
      await page.goto('/projects/default/flags/idle');
      await page.getByText('It is on, but gives nobody anything but the off variant.').waitFor();
    },
  };

  it.each(Object.keys(screens))('%s has no accessibility or policy violation in the light and in the dark', async (name) => {
    await tab.page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
    await screens[name]?.(tab.page);
    expect(await violationsInBoth(tab.page)).toEqual([]);
    expect(tab.complaints).toEqual({ policy: [], scripts: [] });
  });

  it('fits a phone: nothing scrolls sideways at 360 px', async () => {
    const { page } = await open(stage().browser, stage().server, session, { width: 360, height: 740 });
    for (const name of ['one flag, all of it', 'the details', 'comparing and promoting', 'one diff for many']) {
      await screens[name]?.(page);
      await page.waitForTimeout(300);
      const over = await page.evaluate(() =>
        [...document.querySelectorAll('main *, [role="dialog"] *')]
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest('svg, pre, table'))
          .map((part) => part.outerHTML.slice(0, 120)),
      );
      expect([name, over]).toEqual([name, []]);
    }
  });
});
