import type { RolloutView } from '@burgee/server/api';
import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { seed } from './seed.ts';
import { type Session, setUp } from './session.ts';
import { createTraffic, QUICK, startRollout } from './traffic.ts';

const PAGE = (id: string) => `/projects/default/environments/production/rollouts/${id}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

browserSuite('rollouts', (stage) => {
  let session: Session;
  let bad: RolloutView;
  beforeAll(async () => {
    session = await setUp(stage().server);
    await seed(session);
    await session.call('POST', '/api/v1/projects/default/plans', QUICK);
    const send = await createTraffic(stage().server, session, 11);
    bad = await startRollout(session, 'instant-refunds', 'build-4711', 'quick');
    for (let sent = 0; sent < 80 && bad.endedAt === null; sent++) {
      bad = await send(bad.id, 1500, { treatment: bad.percent >= 5 ? 0.1 : 0.01, control: 0.01 });
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

  it('starts, pauses and reverts from the page, and refuses the release afterwards', async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/flags/gift-cards');
    await page.getByRole('button', { name: 'Start a rollout' }).click();
    await page.getByRole('textbox', { name: 'Release' }).fill('v9');
    await page.getByRole('button', { name: 'Start at 1 %' }).click();
    await page.getByRole('heading', { name: 'gift-cards v9' }).waitFor();
    await page.getByText('No evidence yet').waitFor();
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
