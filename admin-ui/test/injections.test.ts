import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type Complaints, open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { PAYLOADS } from './payloads.ts';
import { type Session, setUp } from './session.ts';

const HERE = '/api/v1/projects/default';

/** What of a page could run: elements that nobody put there, handlers in attributes, links that are scripts. */
const live = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter(
        (part) =>
          /^(img|iframe|object|embed|video|audio|base|meta|marquee|template|math)$/i.test(part.tagName) ||
          [...part.attributes].some(
            ({ name, value }) =>
              name.startsWith('on') ||
              (/^(xlink:)?(href|src|action|formaction)$/.test(name) && /^\s*(java|vb|data)/i.test(value)),
          ) ||
          (part.tagName === 'SCRIPT' && !(part as HTMLScriptElement).src.startsWith(location.origin)),
      )
      .map((part) => part.outerHTML.slice(0, 160)),
  );

browserSuite('sixty script injections', (stage) => {
  let session: Session;
  const visit = async (look: (page: Page) => Promise<unknown>): Promise<{ complaints: Complaints; live: string[] }> => {
    const { page, complaints, context } = await open(stage().browser, stage().server, session);
    page.on('dialog', (dialog) => {
      complaints.scripts.push(`a dialog opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await look(page);
    await page.waitForTimeout(200);
    const found = { complaints, live: await live(page) };
    await context.close();
    return found;
  };
  const nothing = { complaints: { policy: [], scripts: [] }, live: [] };

  beforeAll(async () => {
    session = await setUp(stage().server);
    expect(new Set(PAYLOADS).size).toBe(60);
    for (const [index, name] of PAYLOADS.entries()) {
      const description = `${name}\n\n- ${name}\n> ${name}\n\n[${name.replaceAll(/[[\]]/g, '')}](${name.replaceAll(/[\s()]/g, '')}) **${name}** \`${name}\``;
      const links = [{ title: name, url: `https://example.com/${encodeURI(name).replaceAll('#', '')}` }];
      await session.call('POST', `${HERE}/flags`, { key: `odd-${index}`, name, description, tags: [name], links });
    }
    const segment = { attribute: 'email', operator: 'in', values: [...PAYLOADS] };
    await session.call('POST', `${HERE}/segments`, { key: 'odd', name: PAYLOADS[0], description: PAYLOADS[9], when: segment });
    const rules = PAYLOADS.map((title) => ({
      ...{ title, percent: 1, serve: { variant: 'on' }, segments: [{ segment: 'odd' }] },
      when: { attribute: title, operator: 'contains', values: [title] },
    }));
    await session.call('PATCH', `${HERE}/environments/production/flags/odd-0`, { enabled: true, rules }, 1);
    await session.call('POST', `${HERE}/environments/production/flags/odd-1/kill`, { reason: PAYLOADS[9] });
  }, 240_000);

  it('are text in the list: names, tags, owners', async () => {
    const seen = await visit(async (page) => {
      await page.setViewportSize({ width: 1440, height: 3200 });
      await page.goto('/projects/default/flags?q=odd-');
      for (const name of PAYLOADS) await page.getByRole('link', { name, exact: true }).waitFor();
      await page.getByLabel('Choose all').check();
      await page.getByRole('button', { name: 'Turn on …' }).click();
      await page
        .getByRole('dialog')
        .getByText(PAYLOADS[0] ?? '')
        .first()
        .waitFor();
    });
    expect(seen).toEqual(nothing);
  });

  it('are text on a flag’s page: rules, conditions, segments, reasons, history, dialogs', async () => {
    const seen = await visit(async (page) => {
      await page.goto('/projects/default/flags/odd-0');
      await page.getByRole('heading', { level: 1, name: PAYLOADS[0] ?? '' }).waitFor();
      for (const name of PAYLOADS) await page.getByText(name).first().waitFor();
      await page.getByRole('button', { name: 'Edit rule 1', exact: true }).click();
      await page
        .getByRole('button', { name: /^What changed: / })
        .first()
        .click();
      await page.getByRole('button', { name: 'Compare and promote' }).click();
      await page.getByRole('region', { name: 'Now' }).waitFor();
    });
    expect(seen).toEqual(nothing);
    const killed = await visit(async (page) => {
      await page.goto('/projects/default/flags/odd-1');
      await page
        .getByText(PAYLOADS[9] ?? '')
        .first()
        .waitFor();
    });
    expect(killed).toEqual(nothing);
  });

  it('are text in every description, whatever Markdown they stand in', async () => {
    const seen = await visit(async (page) => {
      for (const index of PAYLOADS.keys()) {
        if (index === 0) await page.goto('/projects/default/flags/odd-0');
        // without a reload, as a person does it: through the router
        else
          await page.evaluate((to) => {
            history.pushState({}, '', to);
            dispatchEvent(new PopStateEvent('popstate'));
          }, `/projects/default/flags/odd-${index}`);
        await page
          .locator('.key', { hasText: new RegExp(`^odd-${index}$`) })
          .first()
          .waitFor();
        expect([PAYLOADS[index], await live(page)]).toEqual([PAYLOADS[index], []]);
      }
    });
    expect(seen).toEqual(nothing);
  });

  it('would be noticed if they were markup', async () => {
    const seen = await visit(async (page) => {
      await page.goto('/projects/default/flags?q=odd-1');
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.evaluate(
        (all) => {
          for (const one of all) document.querySelector('main')?.insertAdjacentHTML('beforeend', `<div>${one}</div>`);
        },
        PAYLOADS.slice(0, 24),
      );
      await page.waitForTimeout(300);
    });
    expect(seen.complaints.policy.length).toBeGreaterThan(0);
    expect(seen.live.length).toBeGreaterThan(5);
  });
});
