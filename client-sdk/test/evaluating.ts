import { OpenFeature } from '@openfeature/server-sdk';
import { createProvider } from '../src/openfeature/server/index.ts';
import { startPeer } from './peer.ts';
import { flag, ramped, ruleset } from './rulesets.ts';

/**
 * The global OpenFeature with flags of a real ruleset: `checkout` is being ramped and at 50 %, `search` is plainly on, `theme` is
 * a text. Returns the way to end it.
 */
export async function startEvaluating(): Promise<() => Promise<void>> {
  const dark = [
    { key: 'night', value: 'dark' },
    { key: 'day', value: 'light' },
  ];
  const peer = await startPeer(
    ruleset([
      ramped('checkout', 50, { rollout: 'r1' }),
      flag('search'),
      flag('theme', { type: 'string', variants: dark, defaultVariant: 'night', offVariant: 'day' }),
    ]),
  );
  await OpenFeature.setProviderAndWait(createProvider({ url: peer.url, key: 'key', log: false }));
  return async () => {
    await OpenFeature.clearProviders();
    OpenFeature.clearHooks();
    await peer.close();
  };
}
