import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { createDeliveryServer, type DeliveryServer, percentRule } from '../../server/src/http/sdk/testing.ts';
import type { ClientOptions } from '../src/browser/index.ts';
import { launch } from './chromium.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Site, startSite } from './site.ts';
import { openTab, SITE, type Tab } from './tab.ts';

/** A browser at a site whose pages talk to a real server through a gateway: set up for every test of a `describe`. */
export interface Stage {
  browser: Browser;
  site: Site;
  server: DeliveryServer;
  gateway: Gateway;
  /** A client key for pages of the site. */
  key: string;
  tab: Tab;
  /** For a client of user `u1` in Germany. */
  options(more?: Partial<ClientOptions>): ClientOptions;
  /** `on` for everybody or nobody; open to browsers. */
  put(flag: string, isOn: boolean): Promise<unknown>;
}

export const VALUES = { browserAccess: 'values' as const };
export const RULES = { browserAccess: 'rules' as const };
const german = { attribute: 'country', operator: 'in' as const, values: ['de'] };
/** A string flag that answers to each of some users with their own id. */
const USERS = ['a', 'b', 'c', 'd'];

/** Flags: `half` (50 %), `german`, `who` (the user's own id, of a–d), `secret` (not for browsers, or not its rules). */
export function useStage(contents = SITE, limits = { heartbeatMs: 300 }, access: typeof VALUES | typeof RULES = VALUES): Stage {
  const stage = {} as Stage;
  vi.setConfig({ testTimeout: Math.max(120_000, Number(process.env.BURGEE_TEST_TIMEOUT ?? 0)) });
  beforeAll(async () => {
    [stage.browser, stage.site] = await Promise.all([launch(), startSite(contents)]);
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.site?.close();
  });
  beforeEach(async () => {
    const server = await createDeliveryServer({ limits });
    const gateway = await startGateway(server.url);
    const { token: key } = await server.token('client', { origins: [stage.site.url] });
    await server.putFlag('half', access, { rules: [percentRule('r', 50)] });
    await server.putFlag('german', access, { rules: [percentRule('r', 100, { when: german })] });
    await server.putFlag('secret', access === RULES ? VALUES : {}, { rules: [percentRule('r', 100)] });
    const variants = ['nobody', ...USERS].map((value) => ({ key: value, value }));
    const rules = USERS.map((id) =>
      percentRule(id, 100, { when: { attribute: 'targetingKey', operator: 'in', values: [id] }, serve: { variant: id } }),
    );
    await server.putFlag(
      'who',
      { ...access, type: 'string', variants },
      { rules, defaultVariant: 'nobody', offVariant: 'nobody' },
    );
    Object.assign(stage, { server, gateway, key, tab: await openTab(stage.browser, stage.site.url) });
  });
  afterEach(async () => {
    await stage.tab.context.close();
    await stage.gateway.close();
    await stage.server.close();
    expect(stage.tab.errors).toEqual([]);
  });
  return Object.assign(stage, {
    options: (more: Partial<ClientOptions> = {}) => ({
      url: stage.gateway.url,
      key: stage.key,
      context: { targetingKey: 'u1', country: 'de' },
      ...more,
    }),
    put: (flag: string, isOn: boolean) => stage.server.putFlag(flag, access, { rules: [percentRule('r', isOn ? 100 : 0)] }),
  });
}
