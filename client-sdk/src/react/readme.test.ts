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
    const open = { browserAccess: 'values' as const };
    const put = (percent: number) => server.putFlag('new-checkout', open, { rules: [percentRule('r', percent)] });
    await put(100);
    const variants = [5, 50].map((value) => ({ key: `v${value}`, value }));
    await server.putFlag('limit', { ...open, type: 'number', variants }, { defaultVariant: 'v50', offVariant: 'v5' });
    const code = (await readmeCode('With React'))
      .replace("'@burgee/client-sdk/browser'", "'./browser/index.ts'")
      .replace("'@burgee/client-sdk/react'", "'./react/index.ts'")
      .replace('https://flags.example.com', server.url)
      .replace('bg_web_…', token);
    const site = await startSite(code, '<div id="app"></div>');
    const browser = await launch();
    const { page, errors } = await openTab(browser, site.url);
    const shows = (wanted: string) =>
      page.waitForFunction((text) => document.querySelector('#app')?.textContent === text, wanted);
    await shows('new checkout, 50 items');
    await put(0);
    await shows('old checkout');
    expect(errors).toEqual([]);
    await browser.close();
    await site.close();
    await server.close();
  },
);
