import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { overflowing } from './overflow.ts';
import { seed } from './seed.ts';
import { seedAdmin } from './seed-admin.ts';
import { type Session, setUp } from './session.ts';
import { violationsInBoth } from './violations.ts';

const P = '/api/v1/projects/default';
const HERE = '/projects/default';
const INJECTIONS = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "javascript:alert('1')//", '{{7*7}}${7*7}'];
const LONG = 'w'.repeat(100);

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor();

/** Each screen and dialog, and how one gets there. */
const SCREENS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'the segments': async (page) => {
    await page.goto(`${HERE}/segments`);
    await page.getByRole('link', { name: 'Staff', exact: true }).waitFor();
  },
  'the panel for a segment': async (page) => {
    await page.goto(`${HERE}/segments?new=true`);
    await page.getByRole('button', { name: 'Add a group' }).click();
  },
  'one segment with a change': async (page) => {
    await page.goto(`${HERE}/segments/staff`);
    await page.getByText('at least about').waitFor();
    await page.getByRole('combobox', { name: 'Attribute' }).fill('mail');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'a segment that cannot go': async (page) => {
    await page.goto(`${HERE}/segments/staff`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').waitFor();
  },
  'environments and keys': async (page) => {
    await page.goto(`${HERE}/environments`);
    await page.getByText('deploy on GitHub').first().waitFor();
  },
  'the panel for an environment': (page) =>
    page.goto(`${HERE}/environments?open=edit%20production`).then(() => page.getByRole('dialog').waitFor()),
  'the panel for a key': async (page) => {
    await page.goto(`${HERE}/environments?open=key`);
    await page.getByRole('combobox', { name: 'What for' }).click();
    await page.getByRole('option', { name: 'Browsers and apps' }).click();
  },
  'a key shown once': async (page) => {
    await page.goto(`${HERE}/environments`);
    await page.getByRole('button', { name: 'Rotate deploy on GitHub' }).first().click();
    await page.getByRole('button', { name: 'Make the new key' }).click();
    await page.getByText('Copy it now').waitFor();
  },
  'a key to revoke': async (page) => {
    await page.goto(`${HERE}/environments`);
    await page.getByRole('button', { name: 'Revoke deploy on GitHub' }).first().click();
    await page.getByRole('dialog').waitFor();
  },
  'discovered flags': async (page) => {
    await page.goto(`${HERE}/discovered`);
    await page.getByRole('link', { name: 'Create checkout-v3' }).waitFor();
  },
  'metric sources': async (page) => {
    await page.goto(`${HERE}/sources`);
    await page.getByRole('button', { name: 'Open Shop statistics' }).waitFor();
  },
  'a source tried': async (page) => {
    await page.goto(`${HERE}/sources?open=shop-stats`);
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('It answered', { exact: true }).waitFor();
  },
  'a source with a secret': async (page) => {
    await page.goto(`${HERE}/sources?open=prometheus`);
    await page.getByLabel('Value of header 1', { exact: true }).waitFor();
  },
  'the plans': async (page) => {
    await page.goto(`${HERE}/plans`);
    await page.getByRole('link', { name: 'Office hours', exact: true }).waitFor();
  },
  'a built-in plan': (page) => page.goto(`${HERE}/plans/cautious`).then(() => heading(page, 'Cautious')),
  'a plan with a change': async (page) => {
    await page.goto(`${HERE}/plans/office-hours`);
    await page.getByRole('region', { name: 'Stages' }).getByLabel('Percent').first().fill('2');
    await page.getByRole('button', { name: 'Review and save' }).waitFor();
  },
  'a new plan with mistakes': async (page) => {
    await page.goto(`${HERE}/new-plan?from=fast`);
    await page.getByRole('region', { name: 'Stages' }).getByLabel('Percent').nth(2).fill('1');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.locator('[aria-invalid="true"]').first().waitFor();
  },
  'the notices': async (page) => {
    await page.goto(`${HERE}/notices`);
    await page.getByRole('link', { name: /killed local-currencies/ }).waitFor();
  },
  'the panel for a notice route': async (page) => {
    await page.goto(`${HERE}/notices?open=on-call`);
    await page.getByRole('checkbox', { name: 'A flag is killed' }).waitFor();
  },
  'the audit with a change open': async (page) => {
    await page.goto(`${HERE}/audit?object=flag/search-ranking-v3`);
    await page.getByRole('button', { name: 'Show what changed' }).first().click();
  },
  'a change to undo': async (page) => {
    await page.goto(`${HERE}/audit?object=flag/search-ranking-v3`);
    await page
      .getByRole('button', { name: /^Undo: / })
      .first()
      .click();
    await page.getByText('Then:').waitFor();
  },
  'the people': async (page) => {
    await page.goto(`${HERE}/people`);
    await page.getByText('link not used yet').waitFor();
  },
  'one person': async (page) => {
    await page.goto(`${HERE}/people`);
    await page.getByRole('button', { name: 'Open Bo Lund' }).click();
    await page.getByRole('combobox', { name: 'Role' }).waitFor();
  },
  'the panel to invite': (page) => page.goto(`${HERE}/people?new=true`).then(() => page.getByLabel('E-mail').waitFor()),
  'the account': (page) => page.goto('/profile').then(() => page.getByText('this one').waitFor()),
  'the settings': (page) => page.goto(`${HERE}/settings`).then(() => page.getByText('Compact', { exact: true }).waitFor()),
  'an invitation': (page) =>
    page.goto('/invitation#user=u&email=bo%40example.com&secret=s').then(() => heading(page, 'Welcome to Burgee')),
};

browserSuite('every screen around flags', (stage) => {
  let session: Session;
  let monitoring: Monitoring;
  beforeAll(async () => {
    session = await setUp(stage().server);
    monitoring = await startMonitoring();
    await seed(session);
    await seedAdmin(stage().server, session, monitoring);
    return () => monitoring.close();
  });

  it('has no accessibility or policy violation in the light and in the dark', { timeout: 600_000 }, async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    const found: Record<string, unknown> = {};
    for (const [name, show] of Object.entries(SCREENS)) {
      await page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
      await page.goto('about:blank');
      await show(page).catch((error: Error) => {
        found[name] = error.message;
      });
      const wrong = await violationsInBoth(page);
      if (wrong.length > 0) found[name] = wrong;
    }
    expect(found).toEqual({});
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('fits a phone: nothing stands out of a window of 360 px', { timeout: 300_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session, { width: 360, height: 740 });
    const found: Record<string, string[]> = {};
    for (const [name, show] of Object.entries(SCREENS)) {
      if (name === 'a key shown once') continue;
      await show(page);
      await page.waitForTimeout(250);
      const over = await overflowing(page);
      if (over.length > 0) found[name] = over;
    }
    expect(found).toEqual({});
  });

  it('shows scripts in names and descriptions as text, and long names whole', { timeout: 120_000 }, async () => {
    const when = { attribute: '<b>a</b>', operator: 'in', values: [INJECTIONS[0]] };
    for (const [index, name] of [...INJECTIONS, LONG].entries()) {
      await session.call('POST', `${P}/segments`, { key: `odd-${index}`, name, description: name, when });
      await session.call('POST', `${P}/environments`, { key: `odd-${index}`, name });
      await session.call('PATCH', `${P}/environments/odd-${index}`, { description: name });
      await session.call('POST', `${P}/tokens`, { kind: 'server', name, environment: `odd-${index}` });
      await session.call('POST', `${P}/metric-sources`, {
        key: `odd-${index}`,
        name,
        type: 'json',
        url: `${monitoring.url}/stats`,
      });
      const plan = { name, description: name, stages: [{ percent: 10, bakeMs: 0, advance: 'time' }] };
      await session.call('POST', `${P}/plans`, { key: `odd-${index}`, ...plan });
      const target = { kind: 'slack', url: `${monitoring.url}/hook` };
      await session.call('POST', `${P}/notice-routes`, { key: `odd-${index}`, name, target });
      await session.call('POST', '/api/v1/users', { email: `odd-${index}@example.com`, name, role: 'viewer' });
    }
    const { page, complaints } = await open(stage().browser, stage().server, session);
    page.on('dialog', () => complaints.scripts.push('a dialog opened'));
    for (const path of ['segments', 'environments', 'sources', 'plans', 'notices', 'people']) {
      await page.goto(`${HERE}/${path}`);
      for (const name of [...INJECTIONS, LONG]) await page.getByText(name, { exact: true }).first().waitFor();
    }
    for (const path of ['segments/odd-0', 'plans/odd-0', 'sources?open=odd-0', 'notices?open=odd-0', 'audit']) {
      await page.goto(`${HERE}/${path}`);
      await page
        .getByText(INJECTIONS[0] ?? '')
        .first()
        .waitFor({ timeout: 10_000 })
        .catch(() => page.getByLabel('Name').first().waitFor());
    }
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual({ policy: [], scripts: [] });
    await session.call('PATCH', P, { name: INJECTIONS[1], description: INJECTIONS[0] });
    await page.goto(`${HERE}/settings`);
    await page.getByLabel('Name', { exact: true }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(INJECTIONS[1]);
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('says what failed and keeps what was typed, whatever the server answers', { timeout: 120_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.route('**/api/v1/projects/default/metric-sources', (route) => {
      if (route.request().method() === 'GET') return route.abort();
      return route.fallback();
    });
    await page.goto(`${HERE}/sources`);
    await page.getByText('The server does not answer.').waitFor();
    await page.unroute('**/api/v1/projects/default/metric-sources');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Open Shop statistics' }).waitFor();

    await page.goto(`${HERE}/segments?new=true`);
    await page.getByLabel('Name', { exact: true }).fill('Kept');
    await page.getByRole('combobox', { name: 'Attribute' }).fill('plan');
    for (const status of [500, 409, 403, 412]) {
      await page.route('**/api/v1/projects/default/segments', (route) =>
        route.request().method() === 'POST'
          ? route.fulfill({
              status,
              contentType: 'application/problem+json',
              body: JSON.stringify({ code: 'internal', detail: `no: ${status}` }),
            })
          : route.fallback(),
      );
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      if (status !== 412) await page.getByText(`no: ${status}`).waitFor();
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Kept');
      await page.unroute('**/api/v1/projects/default/segments');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New segment' }).click();
    await page.getByText('What you typed before is still here.').waitFor();
    expect(await page.getByRole('combobox', { name: 'Attribute' }).inputValue()).toBe('plan');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
  });

  it('is worked by keyboard alone: a segment made without the mouse', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto(`${HERE}/segments`);
    await page.getByRole('button', { name: 'New segment' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
    await page.keyboard.type('By hand');
    for (const text of ['', 'country']) {
      await page.keyboard.press('Tab');
      if (text) await page.keyboard.type(text);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('DE');
    await page.keyboard.press('Enter');
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Create') break;
    }
    await page.keyboard.press('Enter');
    await heading(page, 'By hand');
  });
});
