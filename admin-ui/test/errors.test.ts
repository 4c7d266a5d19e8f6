import { expect, it } from 'vitest';
import { open } from './browser.ts';
import { browserSuite } from './flow.ts';
import { setUp } from './session.ts';

browserSuite('when something goes wrong', (stage) => {
  it('names the field, says what exists already, and tells a viewer no lies', async () => {
    const { browser, server } = stage();
    const session = await setUp(server);
    await session.call('POST', '/api/v1/projects/default/flags', { key: 'taken', name: 'Taken' });
    const { page } = await open(browser, server, session);
    await page.goto('/projects/default/flags?new=true');
    await page.getByLabel('Name', { exact: true }).fill('Taken');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const key = page.getByLabel('Key', { exact: true });
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await key.getAttribute('aria-invalid')).toBe('true');
    await key.fill('Not A Key');
    await page.getByText('Small letters, digits').waitFor();
    expect(await page.getByRole('button', { name: 'Create', exact: true }).isDisabled()).toBe(true);

    const made = await session.call<{ user: { id: string }; password: string }>('POST', '/api/v1/users', {
      ...{ email: 'viewer@example.com', name: 'Vera', role: 'viewer' },
    });
    const viewer = await open(browser, server, null);
    await viewer.page.goto('/projects/default/flags/taken');
    await viewer.page.getByLabel('E-mail').fill('viewer@example.com');
    await viewer.page.getByLabel('Password', { exact: true }).fill(made.password);
    await viewer.page.getByRole('button', { name: 'Log in' }).click();
    await viewer.page.getByRole('heading', { name: 'Taken' }).waitFor();
    expect(await viewer.page.getByLabel('Taken in production').isDisabled()).toBe(true);
    expect(await viewer.page.getByRole('button', { name: /Kill|Add a rule|Start a rollout/ }).count()).toBe(0);

    await viewer.page.goto('/projects/no-such-project/flags');
    await viewer.page.getByRole('alert').waitFor();

    await server.stop();
    await page.getByText('Offline, trying again').waitFor();
    await page.goto('about:blank').catch(() => undefined);
  });

  it('says that the server does not answer, and comes back when it does', async () => {
    const { browser } = stage();
    const { startServer } = await import('./server.ts');
    const server = await startServer();
    const session = await setUp(server);
    await session.call('POST', '/api/v1/projects/default/flags', { key: 'calm', name: 'Calm' });
    const { page } = await open(browser, server, session);
    await page.route('**/api/v1/projects/default/flags?*', (route) => route.abort());
    await page.goto('/projects/default/flags');
    await page.getByText('The server does not answer.').waitFor();
    await page.unroute('**/api/v1/projects/default/flags?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Calm' }).waitFor();
    await server.stop();
  });
});
