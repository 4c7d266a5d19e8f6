import type { RolloutView } from '@burgee/server/api';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open, type Tab } from './browser.ts';
import { browserSuite } from './flow.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { createTraffic, startRollout } from './traffic.ts';
import { violationsInBoth } from './violations.ts';

const INJECTIONS = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "javascript:alert('1')//", '{{7*7}}${7*7}'];

browserSuite('every screen', (stage) => {
  let session: Session;
  let rollout: RolloutView;
  let tab: Tab;
  const before: Record<string, string[]> = {};

  beforeAll(async () => {
    const { browser, server } = stage();
    const nobody = await open(browser, server, null);
    await nobody.page.goto(server.setupUrl);
    await nobody.page.getByLabel('Your name').waitFor();
    before.setup = await violationsInBoth(nobody.page);
    session = await setUp(server);
    const { page } = await open(browser, server, session);
    for (const [screen, empty] of Object.entries({ flags: 'No flags yet', rollouts: 'No rollouts yet' })) {
      await page.goto(`/projects/default/${screen}`);
      await page.getByText(empty).waitFor();
      before[`${screen} empty`] = await violationsInBoth(page);
    }
    await seed(session);
    for (const [index, name] of INJECTIONS.entries()) {
      await session.call('POST', '/api/v1/projects/default/flags', { key: `odd-${index}`, name, description: name, tags: [] });
    }
    rollout = await startRollout(session, 'gift-cards', '<b>v1</b>', 'standard');
    const send = await createTraffic(server, session, 3);
    await send(rollout.id, 2000, { treatment: 0.01, control: 0.01 });
    tab = await open(browser, server, session);
  }, 240_000);

  it('has no accessibility violation before the first flag', () => {
    expect(before).toEqual(Object.fromEntries(Object.keys(before).map((name) => [name, []])));
  });

  const screens: Readonly<Record<string, (page: Page) => Promise<void>>> = {
    'the flag list': async (page) => {
      await page.goto('/projects/default/flags');
      await page.getByRole('link', { name: 'Gift cards', exact: true }).waitFor();
    },
    'the panel for a new flag': async (page) => {
      await page.goto('/projects/default/flags?q=saved&new=true');
      await page.getByRole('dialog').getByText('Number', { exact: true }).click();
    },
    'the confirmation of a change': async (page) => {
      await page.goto('/projects/default/flags?q=new');
      await page.getByRole('button', { name: 'Change New checkout in production, now 25 %' }).click();
      await page.getByRole('dialog').waitFor();
    },
    'one flag with a rule open': async (page) => {
      await page.goto('/projects/default/flags/search-ranking-v3');
      await page.getByRole('button', { name: 'Edit rule 3' }).click();
      await page.getByRole('button', { name: 'Edit rule 2' }).click();
      await page.getByRole('slider', { name: 'Percent' }).press('ArrowRight');
    },
    'a killed flag': async (page) => {
      await page.goto('/projects/default/flags/local-currencies');
      await page.getByText('Killed by Ada Lind').waitFor();
    },
    'the rollouts': async (page) => {
      await page.goto('/projects/default/rollouts');
      await page.getByRole('link', { name: 'gift-cards' }).waitFor();
    },
    'one rollout': async (page) => {
      await page.goto(`/projects/default/environments/production/rollouts/${rollout.id}`);
      await page.getByRole('img', { name: /Share of people/ }).waitFor();
    },
    'the start of a rollout': async (page) => {
      await page.goto('/projects/default/flags/price-alerts');
      await page.getByRole('button', { name: 'Start a rollout' }).click();
      await page.getByText('by evidence', { exact: false }).first().waitFor();
    },
    'the audit log with a change open': async (page) => {
      await page.goto('/projects/default/audit?object=flag/search-ranking-v3');
      await page.getByRole('button', { name: 'Show what changed' }).first().click();
    },
    'the palette': async (page) => {
      await page.goto('/projects/default/flags?q=saved');
      await page.getByRole('button', { name: /^Search/ }).click();
      await page.getByRole('combobox', { name: 'Search everything' }).fill('gift');
    },
    'nothing there': async (page) => {
      await page.goto('/projects/default/flags/no-such-flag');
      await page.getByRole('alert').waitFor();
    },
    login: async (page) => {
      await page.goto('/login');
      await page.getByLabel('E-mail').waitFor();
    },
  };

  it.each(Object.keys(screens))('%s has no accessibility or policy violation in the light and in the dark', async (name) => {
    if (name === 'login') await tab.context.clearCookies();
    await screens[name]?.(tab.page);
    expect(await violationsInBoth(tab.page)).toEqual([]);
    expect(tab.complaints).toEqual({ policy: [], scripts: [] });
  });

  it('would notice: text too pale in the light or too dark in the dark, an input without a name, a script that the policy refuses', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags?q=saved');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(() => {
      const pale = Object.assign(document.createElement('p'), { textContent: 'pale' });
      pale.style.color = '#bbb';
      const dark = Object.assign(document.createElement('p'), { textContent: 'dark' });
      dark.style.color = '#222';
      const script = Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = true' });
      document.querySelector('main')?.append(pale, dark, document.createElement('input'), script);
    });
    const found = await violationsInBoth(page);
    expect(found.map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      ...['light: color-contrast', 'light: label', 'dark: color-contrast', 'dark: label'],
    ]);
    expect(found.map((line) => line.match(/>(pale|dark)</)?.[1])).toEqual(['pale', undefined, 'dark', undefined]);
    expect(complaints.policy.length).toBeGreaterThan(0);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });

  it('shows scripts in names as text', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    page.on('dialog', () => complaints.scripts.push('a dialog opened'));
    await page.goto('/projects/default/flags?q=odd-');
    for (const name of INJECTIONS) await page.getByRole('link', { name, exact: true }).waitFor();
    await page.goto('/projects/default/flags/odd-0');
    await page.getByRole('heading', { name: INJECTIONS[0] ?? '' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('fits a phone: nothing scrolls sideways at 360 px', async () => {
    const { page } = await open(stage().browser, stage().server, session, { width: 360, height: 740 });
    for (const path of [
      'flags',
      'flags/search-ranking-v3',
      'rollouts',
      `environments/production/rollouts/${rollout.id}`,
      'audit',
    ]) {
      await page.goto(`/projects/default/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (path === 'flags/search-ranking-v3') await page.getByRole('button', { name: 'Edit rule 2' }).click();
      await page.waitForTimeout(300);
      const over = await page.evaluate(() => {
        const beyond = [...document.querySelectorAll('main *')].filter(
          (part) => part.getBoundingClientRect().right > innerWidth + 1,
        );
        return beyond.filter((part) => !part.closest('svg')).map((part) => part.outerHTML.slice(0, 120));
      });
      expect([path, over]).toEqual([path, []]);
    }
  });
});
