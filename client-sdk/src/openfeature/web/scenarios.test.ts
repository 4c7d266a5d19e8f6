import type { EvaluationDetails, FlagValue } from '@openfeature/web-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeliveryServer, type DeliveryServer } from '../../../../server/src/http/sdk/testing.ts';
import { launch, noBrowser } from '../../../test/chromium.ts';
import { FLAGS, SCENARIOS, type Scenario, withoutRules } from '../../../test/openfeature-scenarios.ts';
import { PAGE } from '../../../test/openfeature-tab.ts';
import { type Site, startSite } from '../../../test/site.ts';
import { openTab } from '../../../test/tab.ts';

type Details = EvaluationDetails<FlagValue>;
const SLOW = 120_000;

let browser: Browser;
let site: Site;
let server: DeliveryServer;
let key: string;
beforeAll(async () => {
  if (noBrowser !== null) return;
  [browser, site, server] = await Promise.all([launch(), startSite(PAGE), createDeliveryServer()]);
  key = (await server.token('client')).token;
  for (const { key: flag, type, variants, ...state } of FLAGS) {
    const { enabled, rules, defaultVariant, offVariant } = state;
    await server.putFlag(
      flag,
      { type, variants, browserAccess: 'values' },
      { enabled, rules: [...rules], defaultVariant, offVariant },
    );
  }
}, SLOW);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await server?.close();
});

const open = async (): Promise<Page> => (await openTab(browser, site.url)).page;

/** Evaluates scenarios in a page, each in its context; `settled: false` while the provider is still initializing. */
const evaluate = (page: Page, scenarios: readonly Scenario[], url: string, settled = true): Promise<Details[]> =>
  page.evaluate(
    async ([listed, url, key, settled]) => {
      const { OpenFeature } = window.openfeature;
      const set = OpenFeature.setProviderAndWait(window.web.createProvider({ url, key, log: false }, { timeout: 30_000 }));
      if (settled) await set.catch(() => undefined);
      const flags = OpenFeature.getClient();
      const ask: Record<Scenario['type'], (flag: string, fallback: never) => Details> = {
        boolean: (flag, fallback) => flags.getBooleanDetails(flag, fallback),
        string: (flag, fallback) => flags.getStringDetails(flag, fallback),
        number: (flag, fallback) => flags.getNumberDetails(flag, fallback),
        object: (flag, fallback) => flags.getObjectDetails(flag, fallback),
      };
      const found: Details[] = [];
      let before = '{}';
      for (const { flag, type, fallback, context = {} } of JSON.parse(listed) as Scenario[]) {
        const now = JSON.stringify(context);
        if (now !== before) await OpenFeature.setContext(context);
        before = now;
        found.push({ ...ask[type](flag, fallback as never) });
      }
      await OpenFeature.clearProviders();
      await set.catch(() => undefined);
      return found;
    },
    [JSON.stringify(scenarios), url, key, settled] as const,
  );

function check(details: Details | undefined, { flag, value, variant, reason, errorCode }: Scenario): void {
  expect(details).toMatchObject({ flagKey: flag, value, reason });
  if (variant !== undefined) expect(details?.variant).toBe(variant);
  expect(details?.errorCode).toBe(errorCode);
  expect(details?.errorMessage === undefined).toBe(errorCode === undefined);
}

const title = ({ flag, type, context, fallback }: Scenario): string =>
  `${flag} as ${type} for ${JSON.stringify(context ?? {})}, else ${JSON.stringify(fallback)}`;

describe.skipIf(noBrowser !== null)('the specification’s scenarios, in a page', () => {
  let answers: Details[];
  beforeAll(async () => {
    answers = await evaluate(await open(), SCENARIOS, server.url);
  }, SLOW);

  test.each(SCENARIOS.map((scenario, i) => [title(scenario), scenario, i] as const))('%s', (_, scenario, i) =>
    check(answers[i], scenario),
  );

  test('there are as many as the suites have', () => {
    expect([SCENARIOS.length, answers.length]).toEqual([70, 70]);
  });
});

describe.skipIf(noBrowser !== null)('a provider without values answers defaults and says so', () => {
  test('while it initializes', { timeout: SLOW }, async () => {
    const scenarios = withoutRules('PROVIDER_NOT_READY');
    const answers = await evaluate(await open(), scenarios, server.url, false);
    for (const [i, scenario] of scenarios.entries()) check(answers[i], scenario);
  });

  test('when its key is refused', { timeout: SLOW }, async () => {
    const scenarios = withoutRules('PROVIDER_FATAL');
    const known = key;
    key = 'bg_web_refused';
    const answers = await evaluate(await open(), scenarios, server.url);
    key = known;
    for (const [i, scenario] of scenarios.entries()) check(answers[i], scenario);
  });
});
