import { expect, test } from 'vitest';
import { createDeliveryServer, percentRule } from '../../../server/src/http/sdk/testing.ts';
import { launch, noBrowser } from '../../test/chromium.ts';
import { readmeCode } from '../../test/readme.ts';
import { startSite } from '../../test/site.ts';
import { openTab } from '../../test/tab.ts';

test.skipIf(noBrowser !== null)(
  'the code of the README runs as it stands, with another address and key',
  { timeout: 120_000 },
  async () => {
    const server = await createDeliveryServer();
    const { token } = await server.token('client');
    const forPros = { when: { attribute: 'plan', operator: 'in' as const, values: ['pro'] } };
    const put = (percent: number) =>
      server.putFlag('new-checkout', { browserAccess: 'rules' }, { rules: [percentRule('r', percent, forPros)] });
    await put(100);
    const code = (await readmeCode('In a browser, with rules'))
      .replace("'@burgee/client-sdk/browser-rules'", "'./browser-rules/index.ts'")
      .replace('https://flags.example.com', server.url)
      .replace('bg_web_…', token);
    const site = await startSite(code, '<button id="login">log in</button>');
    const browser = await launch();
    const { page, errors } = await openTab(browser, site.url);
    const title = (wanted: string) => page.waitForFunction((text) => document.title === text, wanted);
    await title('old checkout');
    await page.click('#login');
    await title('new checkout');
    await put(0);
    await title('old checkout');
    expect(errors).toEqual([]);
    await browser.close();
    await site.close();
    await server.close();
  },
);
