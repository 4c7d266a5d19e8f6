import { expect, test } from 'vitest';
import { startPeer } from '../../../test/peer.ts';
import { freePort, readmeCode, runCode } from '../../../test/readme.ts';
import { ramped, ruleset, until } from '../../../test/rulesets.ts';

test('the code of the README runs as it stands, with other ports', async () => {
  const peer = await startPeer(ruleset([ramped('new-checkout', 100, { rollout: 'r' })]));
  const port = await freePort();
  const shop = await runCode(
    await readmeCode('With OpenFeature, on a server'),
    {
      'http://localhost:4400': peer.url,
      '3000': String(port),
      '@burgee/client-sdk/openfeature/server': new URL('./index.ts', import.meta.url).href,
    },
    ['@openfeature/server-sdk'],
  );
  await until(() => shop.printed().includes('the provider is READY'), 20_000);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-user': 'u1', connection: 'close' } });
  expect(await answer.text()).toBe('new checkout');
  expect(await shop.stop()).toBe(0);
  expect(peer.reports.flatMap((report) => report.rollouts)[0]?.arms[0]).toMatchObject({ arm: 'treatment', percent: 100 });
  expect(peer.requests[0]?.headers.authorization).toBe('Bearer bg_srv_readme');
  await peer.close();
});
