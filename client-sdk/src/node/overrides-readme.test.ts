import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { claims, makeKey, signed } from '../../test/override-tokens.ts';
import { startPeer } from '../../test/peer.ts';
import { freePort, readmeCode, runCode } from '../../test/readme.ts';
import { flag, ruleset, until } from '../../test/rulesets.ts';

test('the code of the README runs as it stands, with other ports', async () => {
  const ours = makeKey();
  const peer = await startPeer(ruleset([flag('new-checkout', { enabled: false })], { overrideKey: ours.key }));
  const baggage: unknown[] = [];
  const stock = http.createServer((request, response) => {
    baggage.push(request.headers.baggage);
    response.end('3 left');
  });
  await new Promise<void>((resolve) => stock.listen(0, '127.0.0.1', resolve));
  const port = await freePort();
  const shop = await runCode(await readmeCode('Let testers see what is not released'), {
    'http://localhost:4400': peer.url,
    'http://localhost:3001': `http://127.0.0.1:${(stock.address() as AddressInfo).port}`,
    '3000': String(port),
    '@burgee/client-sdk/node': new URL('./index.ts', import.meta.url).href,
  });
  await until(() => shop.printed().includes('the shop is open'), 20_000);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close', ...headers }, redirect: 'manual' });
  expect(await (await ask('/')).text()).toBe('old checkout, 3 left');
  const token = signed(ours, claims({ 'new-checkout': 'on' }));
  const moved = await ask(`/cart?burgee-override=${token}&id=7`);
  expect([moved.status, moved.headers.get('location')]).toEqual([302, '/cart?id=7']);
  const [cookie = ''] = moved.headers.get('set-cookie')?.split(';') ?? [];
  const again = await ask('/cart?id=7', { cookie });
  expect([await again.text(), again.headers.get('cache-control')]).toEqual(['new checkout, 3 left', 'private, no-store']);
  expect(baggage).toEqual(['', `burgee-override=${token}`]);
  expect(await shop.stop()).toBe(0);
  stock.closeAllConnections();
  stock.close();
  await peer.close();
});
