import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStream } from './testing.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const SECRET = 'server-key-of-this-test-0123456789';
const BOOTSTRAP = JSON.stringify({
  owner: { email: 'owner@example.com', password: 'correct horse battery staple' },
  tokens: [{ kind: 'server', name: 'shop', project: 'default', environment: 'production', secret: SECRET }],
});

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burgee-goodbye-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function start(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const bootstrap = join(folder, 'bootstrap.yaml');
  await writeFile(bootstrap, BOOTSTRAP);
  const env = {
    PATH: process.env.PATH,
    BURGEE_PORT: String(port),
    BURGEE_DATA_DIR: join(folder, 'data'),
    BURGEE_BOOTSTRAP: bootstrap,
  };
  child = spawn(process.execPath, ['--conditions=burgee-source', '--import', 'tsx', MAIN], { env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false))
  ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, process: child };
}

it('SIGTERM says goodbye to every stream with a spread retry, and the process ends with 0', async () => {
  const server = await start();
  const clients = await Promise.all(Array.from({ length: 100 }, () => openStream(server.url, SECRET)));
  await Promise.all(clients.map((client) => client.next('heartbeat')));
  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  const goodbyes = await Promise.all(clients.map((client) => client.next('goodbye')));
  await Promise.all(clients.map((client) => client.closed));
  const waits = goodbyes.map(({ data }) => (JSON.parse(data) as { retryMs: number }).retryMs);
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1000);
  expect(await exited).toEqual([0, null]);
});

it('control: a process that is killed says nothing', async () => {
  const server = await start();
  const client = await openStream(server.url, SECRET);
  await client.next('heartbeat');
  server.process.kill('SIGKILL');
  await client.closed;
  expect(client.events.map(({ event }) => event)).not.toContain('goodbye');
});
