import { expect, test } from 'vitest';
import { startPeer } from '../../../test/peer.ts';
import { readmeCode, runCode } from '../../../test/readme.ts';
import { ramped, ruleset, until } from '../../../test/rulesets.ts';

test('the code of the README runs as it stands, and Sentry hears of a flag', async () => {
  const peer = await startPeer(ruleset([ramped('checkout', 100, { rollout: 'r' })]));
  const code = `${await readmeCode('With OpenTelemetry and Sentry')}
    const { createProvider } = await import(process.env.PROVIDER);
    await OpenFeature.setProviderAndWait(createProvider({ url: '${peer.url}', key: 'key' }));
    await OpenFeature.getClient().getBooleanValue('checkout', false, { targetingKey: 'u' });
    console.log('tags: ' + JSON.stringify(Sentry.getIsolationScope().getScopeData().tags));
    await OpenFeature.close();`;
  process.env.PROVIDER = new URL('../server/index.ts', import.meta.url).href;
  const entry = new URL('./index.ts', import.meta.url).href;
  const shop = await runCode(code, { '@burgee/client-sdk/openfeature/hooks': entry }, [
    '@openfeature/server-sdk',
    '@opentelemetry/api',
    '@sentry/node',
  ]);
  await until(() => shop.printed().includes('tags: '), 50_000);
  expect(shop.printed()).toContain('tags: {"flag.checkout":"on","flag.checkout.arm":"treatment"}');
  await shop.stop();
  await peer.close();
}, 60_000);
