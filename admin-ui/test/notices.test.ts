import { beforeAll, expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { sendReport } from './seed-admin.ts';
import { type Session, setUp } from './session.ts';

const P = '/api/v1/projects/default';

browserSuite('notices and discovered flags', (stage) => {
  let session: Session;
  let monitoring: Monitoring;
  beforeAll(async () => {
    session = await setUp(stage().server);
    monitoring = await startMonitoring();
    return () => monitoring.close();
  });

  it('a webhook is set up, tested, and told of a kill', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await page.goto('/projects/default/notices');
    await page.getByText('Nobody is told yet').waitFor();
    await page.getByRole('button', { name: 'New route' }).click();
    await page.getByLabel('Name', { exact: true }).fill('On call');
    await page.getByText('Webhook', { exact: true }).click();
    expect(await page.getByRole('radio', { name: 'E-mail' }).isDisabled()).toBe(true);
    await page.getByLabel('Address').fill(`${monitoring.url}/hook`);
    await page.getByText('Only these', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'A rollout starts' }).check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const secret = await page.getByRole('dialog').locator('pre').first().innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('button', { name: 'Test On call' }).click();
    await page.getByText('The test to On call arrived.').waitFor();
    expect(monitoring.received.join()).toContain('tests the notice route On call');
    expect(await page.content()).not.toContain(secret);

    await session.call('POST', `${P}/flags`, { key: 'checkout', name: 'Checkout' });
    await session.call('POST', `${P}/environments/production/flags/checkout/kill`, { reason: 'it is on fire' });
    await page.reload();
    const log = page.getByRole('region', { name: 'What was told' });
    await log.getByRole('link', { name: /killed checkout in production: it is on fire/ }).waitFor();
    await expect.poll(() => monitoring.received.length, { timeout: 20_000 }).toBe(2);
  });

  it('a route that fails says why, and its address is never shown again', { timeout: 150_000 }, async () => {
    const { page } = await open(stage().browser, stage().server, session);
    await session.call('POST', `${P}/notice-routes`, {
      ...{ key: 'chat', name: 'Chat', target: { kind: 'slack', url: `${monitoring.url}/broken?token=very-secret` } },
    });
    await page.goto('/projects/default/notices');
    await page.getByRole('button', { name: 'Test Chat' }).click();
    await page.getByText(/It did not arrive: /).waitFor();
    await page.getByRole('button', { name: 'Open Chat' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Team chat');
    expect(await page.content()).not.toContain('very-secret');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Open Team chat' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Open Team chat' }).waitFor({ state: 'detached' });
  });

  it('what applications ask for in vain becomes a flag that changes nothing, or is dismissed', { timeout: 150_000 }, async () => {
    const { server, browser } = stage();
    const { page } = await open(browser, server, session);
    await page.goto('/projects/default/discovered');
    await page.getByText('Nothing is asked for in vain').waitFor();
    const token = await session.call<{ secret: string }>('POST', `${P}/tokens`, {
      ...{ kind: 'server', name: 'shop', environment: 'production' },
    });
    await sendReport(server, token.secret, {
      unknown: [
        { flag: 'hero-text', type: 'string', fallback: '"Summer sale"', count: 12 },
        { flag: 'old-one', type: 'boolean', fallback: 'true', count: 5 },
        { flag: 'NotOurs', type: 'boolean', fallback: null, count: 1 },
      ],
    });
    await page.getByRole('button', { name: 'Dismiss old-one' }).click({ timeout: 30_000 });
    await page.getByLabel('Reason').fill('the job was removed');
    await page.getByRole('dialog').getByRole('button', { name: 'Dismiss', exact: true }).click();
    await page.getByRole('button', { name: 'Dismiss old-one' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('link', { name: 'Create NotOurs' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Create hero-text' }).click();
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('hero-text');
    expect(await page.getByLabel('Variants').inputValue()).toBe('default = Summer sale\nother = ');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'hero-text', level: 1 }).waitFor();
    expect(await session.call('GET', `${P}/flags/hero-text`)).toMatchObject({
      flag: { type: 'string', variants: [{ key: 'default', value: 'Summer sale' }, { key: 'other' }] },
      states: [{ state: { offVariant: 'default' } }, { state: { offVariant: 'default' } }],
    });
    await page.goto('/projects/default/discovered');
    await page.getByRole('button', { name: 'Dismiss NotOurs' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });
});
