import { expect, test } from 'vitest';
import { startPeer } from '../../test/peer.ts';
import { freePort, readmeCode, runCode } from '../../test/readme.ts';
import { ramped, ruleset, until } from '../../test/rulesets.ts';

test('the code of the README runs as it stands, with other ports', async () => {
  const peer = await startPeer(ruleset([ramped('new-checkout', 50, { rollout: 'r' })]));
  const port = await freePort();
  const shop = await runCode(
    await readmeCode('Guard routes'),
    {
      'http://localhost:4400': peer.url,
      '3000': String(port),
      '@burgee/client-sdk/guards': new URL('./index.ts', import.meta.url).href,
      '@burgee/client-sdk/node': new URL('../node/index.ts', import.meta.url).href,
    },
    ['express'],
  );
  await until(() => shop.printed().includes('the shop is open'), 20_000);
  const ask = async (path: string, user: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, { headers: { 'x-user': user, connection: 'close' } });
    return `${response.status} ${await response.text()}`;
  };
  const users = Array.from({ length: 20 }, (_, i) => `user-${i}`);
  const answers = await Promise.all(
    users.map(async (user) => `${await ask('new-checkout', user)}, ${await ask('old-checkout', user)}`),
  );
  expect(new Set(answers)).toEqual(new Set(['200 new checkout, 200 new checkout', '404 Not Found, 200 old checkout']));
  expect(await shop.stop()).toBe(0);
  await peer.close();
});
