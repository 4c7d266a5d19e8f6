import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPeer } from '../../test/peer.ts';
import { ramped, ruleset, until } from '../../test/rulesets.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

test('the code of "Use it" runs as it stands, with other ports', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const code = /## Use it\n+```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const peer = await startPeer(ruleset([ramped('new-checkout', 100, { rollout: 'r' })]));
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'burgee-readme-'));
  const file = join(folder, 'shop.mjs');
  const entry = new URL('./index.ts', import.meta.url).href;
  const adapted = code
    .replace("'@burgee/client-sdk/node'", JSON.stringify(entry))
    .replace('http://localhost:4400', peer.url)
    .replace('3000', String(port));
  expect(adapted).not.toBe(code);
  await writeFile(file, adapted);
  const child = spawn(process.execPath, ['--conditions=burgee-source', '--import', import.meta.resolve('tsx'), file], {
    env: { ...process.env, SHOP_KEY: 'bg_srv_readme' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await until(() => printed.includes('flags come from: live'), 20_000);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-user': 'u1', connection: 'close' } });
  expect(await answer.text()).toBe('new checkout');
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(peer.reports.flatMap((report) => report.rollouts)[0]?.arms[0]).toMatchObject({ arm: 'treatment', percent: 100 });
  expect(peer.requests[0]?.headers.authorization).toBe('Bearer bg_srv_readme');
  await peer.close();
  await rm(folder, { recursive: true, force: true });
});
