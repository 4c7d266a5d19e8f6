import type { RolloutView } from '@burgee/server/api';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { createTraffic, startRollout, TIMED } from './traffic.ts';
import { violations } from './violations.ts';

const PAGE = (id: string) => `/projects/default/environments/production/rollouts/${id}`;
const SLOW = { treatment: [0.7, 0.2, 0.03], control: [0.5, 0.1, 0.01] };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

browserSuite('rollouts', (stage) => {
  let session: Session;
  let bad: RolloutView;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
    await session.call('POST', '/api/v1/projects/default/plans', TIMED);
    const send = await createTraffic(stage().server, session, 11);
    bad = await startRollout(session, 'instant-refunds', 'build-4711', 'timed');
    for (let sent = 0; sent < 80 && bad.endedAt === null; sent++) {
      bad = await send(bad.id, 1500, { treatment: bad.percent >= 5 ? 0.1 : 0.01, control: 0.01, slow: SLOW });
      await pause(300);
    }
  });

  it('says first what happened and on what evidence, and marks the moment', async () => {
    expect(bad.state).toBe('reverted');
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto(PAGE(bad.id));
    await page
      .getByText(/^Reverted to 0\s%: \d+ of [\d,]+ users/)
      .first()
      .waitFor();
    await page.getByRole('img', { name: /Share of people whose work failed/ }).waitFor();
    await page.locator('svg').getByText('reverted').waitFor();
    expect(await page.getByRole('meter', { name: 'Towards revert' }).getAttribute('aria-valuenow')).toBe('100');
    await page.getByRole('button', { name: 'As a table' }).click();
    expect(await page.getByRole('row').count()).toBeGreaterThan(2);
    expect(await page.getByRole('button', { name: 'Revert' }).count()).toBe(0);
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('shows how many were slow at each cut-off, and whether the arms are split as wanted', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto(PAGE(bad.id));
    await page.getByRole('radiogroup').getByText('Latency').click();
    for (const limit of ['120', '480', '1,900']) {
      const chart = page.getByRole('region', { name: new RegExp(`^Slower than ${limit}\\sms$`) });
      await chart.getByRole('img').waitFor();
      await chart.locator('svg').getByText('reverted').waitFor();
    }
    await page
      .getByText(/\d of [\d,]+ slower/)
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('radiogroup').getByText('Exposure share').click();
    await page.getByText('The split is as wanted: what differs is luck.').waitFor();
    await page.getByRole('img', { name: /^Share of the people met in a stage/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'As a table' }).click();
    const [told = ''] = await page.getByRole('row').filter({ hasText: /^5\s%/ }).allInnerTexts();
    const [share, wanted, got, people] = told
      .split('\t')
      .slice(2)
      .map((cell) => Number.parseFloat(cell.replace(',', '')));
    expect(wanted).toBe(5);
    expect(share).toBeCloseTo((100 * (got ?? 0)) / (people ?? 1), 1);
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('stands on its flag’s page with what failed in the last hour, by arm', async () => {
    const { page, complaints } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/instant-refunds');
    const failures = page.getByRole('region', { name: 'Failures by arm, last hour' });
    await failures.getByRole('img', { name: /^Share of people whose work failed in the last hour/ }).waitFor();
    expect(await failures.innerText()).toMatch(/With the change\s+[\d.]+\s%\s+\d+ of [\d,]+ failed/);
    await failures.getByRole('link', { name: 'Rollout of build-4711' }).click();
    await page.waitForURL((url) => url.pathname === PAGE(bad.id));
    expect(complaints).toEqual({ policy: [], scripts: [] });
  });

  it('starts, pauses and reverts from the page, and refuses the release afterwards', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/gift-cards');
    await page.getByText(/^Failures: not reported\. They are counted by arm while a rollout raises this flag/).waitFor();
    await page.getByRole('button', { name: 'Start a rollout' }).click();
    await page.getByRole('textbox', { name: 'Release' }).fill('v9');
    await page.getByRole('button', { name: 'Start at 1 %' }).click();
    await page.getByRole('heading', { name: 'gift-cards v9' }).waitFor();
    await page.getByText('No evidence yet').waitFor();
    await page.getByRole('radiogroup').getByText('Latency').click();
    await page.getByText('This plan has no latency guard, so latency is not measured.').waitFor();
    for (const [action, done] of [
      ['Pause', 'Paused'],
      ['Revert', 'Reverted'],
    ] as const) {
      await page.getByRole('button', { name: action, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('because of the sale');
      await dialog.getByRole('button', { name: action, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.locator('header').getByText(done, { exact: true }).waitFor();
    }
    await page.goto('/projects/default/flags/gift-cards');
    await page.getByRole('button', { name: 'Start a rollout' }).click();
    await page.getByRole('textbox', { name: 'Release' }).fill('v9');
    await page.getByRole('button', { name: 'Start at 1 %' }).click();
    await page.getByText('This release was reverted here before.').waitFor();
    await page.getByLabel('Start it all the same, because').waitFor();
  });
});
