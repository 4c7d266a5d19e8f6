import type * as OpenFeatureWeb from '@openfeature/web-sdk';
import type { ClientOptions } from '../src/browser/index.ts';
import type * as Web from '../src/openfeature/web/index.ts';
import type { BurgeeProvider, ProviderOptions } from '../src/openfeature/web/index.ts';
import type { Tab } from './tab.ts';

declare global {
  interface Window {
    openfeature: typeof OpenFeatureWeb;
    web: typeof Web;
    provider: BurgeeProvider;
    flags: OpenFeatureWeb.Client;
    /** The events that OpenFeature told, in order, without what all begin with: `READY`, `CONFIGURATION_CHANGED a,b`. */
    heard: string[];
  }
}

export const PAGE = `
  import * as openfeature from '@openfeature/web-sdk';
  import * as sdk from './browser/index.ts';
  import * as web from './openfeature/web/index.ts';
  openfeature.OpenFeature.setLogger({ debug() {}, info() {}, warn() {}, error() {} });
  Object.assign(window, { openfeature, sdk, web });
`;

/** Gives the page's OpenFeature a provider and waits for it: `READY`, or the code of the error. It is `window.provider`. */
export function setProvider(
  { page }: Pick<Tab, 'page'>,
  client: ClientOptions,
  options: ProviderOptions = {},
  context?: Readonly<Record<string, string>>,
): Promise<string> {
  return page.evaluate(
    async ([client, options, context]) => {
      const { OpenFeature, ProviderEvents } = window.openfeature;
      window.heard = [];
      window.flags = OpenFeature.getClient();
      for (const event of Object.values(ProviderEvents))
        window.flags.addHandler(event, (details) => {
          const flags = (details as { flagsChanged?: string[] }).flagsChanged?.join(',') ?? '';
          window.heard.push(`${event.replace('PROVIDER_', '')} ${flags}`.trim());
        });
      window.provider = window.web.createProvider({ log: false, ...client }, options);
      const set = context
        ? OpenFeature.setProviderAndWait(window.provider, context)
        : OpenFeature.setProviderAndWait(window.provider);
      return set.then(
        () => 'READY',
        (error: { code: string }) => error.code,
      );
    },
    [client, options, context] as const,
  );
}

/** What the page's OpenFeature says now: status, events so far, and a flag of users `a`–`d`. */
export function look({ page }: Pick<Tab, 'page'>): Promise<{ status: string; heard: string[]; who: string }> {
  return page.evaluate(() => ({
    status: window.flags.providerStatus,
    heard: [...window.heard],
    who: window.flags.getStringValue('who', '-'),
  }));
}
