import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envelope, type Peer, startPeer } from '../../test/peer.ts';
import { ramped, ruleset, until } from '../../test/rulesets.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const README = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
let peer: Peer;
let folder: string;
beforeEach(async () => {
  peer = await startPeer(ruleset([ramped('new-checkout', 100, { rollout: 'r' })]));
  folder = await mkdtemp(join(tmpdir(), 'burgee-readme-'));
});
afterEach(async () => {
  await peer.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the code under a heading of the README as it stands, with other addresses. */
async function start(heading: string, others: Record<string, string> = {}): Promise<{ child: ChildProcess; printed(): string }> {
  const section = README.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const code = /```js\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
  const entry = new URL('./index.ts', import.meta.url).href;
  const replacements = { "'@burgee/client-sdk/node'": JSON.stringify(entry), 'http://localhost:4400': peer.url, ...others };
  let adapted = code;
  for (const [from, to] of Object.entries(replacements)) {
    expect(adapted).toContain(from);
    adapted = adapted.replace(from, to);
  }
  const file = join(folder, 'shop.mjs');
  await writeFile(file, adapted);
  const child = spawn(process.execPath, ['--conditions=burgee-source', '--import', import.meta.resolve('tsx'), file], {
    cwd: folder,
    env: { ...process.env, SHOP_KEY: 'bg_srv_readme' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return { child, printed: () => printed };
}

async function printedBy(heading: string): Promise<string> {
  const { child, printed } = await start(heading);
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  return printed();
}

test('the code of "Use it" runs as it stands, with other ports', async () => {
  const port = await freePort();
  const { child, printed } = await start('Use it', { '3000': String(port) });
  await until(() => printed().includes('flags come from: live'), 20_000);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-user': 'u1', connection: 'close' } });
  expect(await answer.text()).toBe('new checkout');
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(peer.reports.flatMap((report) => report.rollouts)[0]?.arms[0]).toMatchObject({ arm: 'treatment', percent: 100 });
  expect(peer.requests[0]?.headers.authorization).toBe('Bearer bg_srv_readme');
});

test('a view of a request answers the same all through it', async () => {
  expect(await printedBy('The same answer all through a request')).toBe('true { epoch: 1, n: 1 }\n');
});

test('a file answers without a server', async () => {
  await writeFile(join(folder, 'flags.json'), envelope('ruleset', peer.ruleset));
  expect(await printedBy('Without a server')).toBe('file true\n');
  expect(peer.requests).toEqual([]);
});

test('hooks watch', async () => {
  expect(await printedBy('Watch evaluations')).toBe('new-checkout on STATIC\nno-such-flag FLAG_NOT_FOUND\n');
});
