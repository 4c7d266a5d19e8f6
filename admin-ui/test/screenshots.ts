/**
 * Writes every screen, light and dark, at 1440 × 900 and 390 × 844, as `<screen>-<scheme>-<width>.png` into a folder: the one
 * named, or `screenshots`. Against the real server with a project as it is after a few months, a rollout that goes up and one that was reverted.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, open } from './browser.ts';
import { startMonitoring } from './monitoring.ts';
import { type ScreenPath, screenPaths } from './screen-paths.ts';
import { seed } from './seed.ts';
import { seedAdmin } from './seed-admin.ts';
import { startServer } from './server.ts';
import { setUp } from './session.ts';
import { createTraffic, QUICK, startRollout } from './traffic.ts';

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const folder = positionals[0] ?? 'screenshots';
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

const server = await startServer();
const browser = await launch();
const session = await setUp(server);
await seed(session);
await session.call('POST', '/api/v1/projects/default/plans', QUICK);
let reverted = await startRollout(session, 'gift-cards', 'v42', 'quick');
const send = await createTraffic(server, session, 3);
for (let sent = 0; sent < 120 && reverted.endedAt === null; sent++) {
  reverted = await send(reverted.id, 900, { treatment: reverted.percent >= 25 ? 0.06 : 0.01, control: 0.01 });
  await new Promise((resolve) => setTimeout(resolve, 300));
}
await startRollout(session, 'price-alerts', 'v7', 'standard');
const monitoring = await startMonitoring();
await seedAdmin(server, session, monitoring);
await mkdir(folder, { recursive: true });

const addressOf = ({ path }: ScreenPath): string => (path.startsWith('//') ? path.slice(1) : `/projects/default${path}`);
let [written, missed] = [0, 0];
for (const screen of screenPaths(reverted.id).filter(({ name }) => values.only === undefined || name === values.only)) {
  const { page, context } = await open(browser, server, screen.loggedOut ? null : session);
  for (const size of SIZES) {
    try {
      await page.setViewportSize(size);
      await page.goto(addressOf(screen));
      await page.getByText(screen.shown).first().waitFor({ timeout: 15_000 });
      for (const step of screen.after ?? []) {
        if ('press' in step) await page.keyboard.press(step.press);
        else await page.getByRole('button', { name: step.click }).first().click();
      }
      await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(folder, `${screen.name}-${colorScheme}-${size.width}.png`) });
        written += 1;
      }
    } catch (error) {
      missed += 1;
      console.error(`${screen.name} at ${size.width}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    }
  }
  await context.close();
}
await browser.close();
await server.stop();
await monitoring.close();
console.log(`${written} screens in ${folder}${missed > 0 ? `, ${missed} not` : ''}`);
process.exit(missed === 0 ? 0 : 1);
