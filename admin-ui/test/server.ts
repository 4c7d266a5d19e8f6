import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../server/dist/main.js');
const INDEX = join(import.meta.dirname, '../dist/index.html');

/** Why the tests cannot run here, or null: they need `npm run build`. */
export const notBuilt = existsSync(MAIN) && existsSync(INDEX) ? null : 'the server or the UI is not built: npm run build';

export interface TestServer {
  readonly url: string;
  /** The one-time link that the server printed. */
  readonly setupUrl: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function setupLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /https?:\/\/\S+\/setup#\S+/.exec(output);
      if (found) resolve(found[0]);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
}

/** The real server as its own process, on a free port, with an empty SQLite database. It may ask addresses of this machine. */
export async function startServer(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'burgee-ui-'));
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      BURGEE_PORT: String(port),
      BURGEE_DATA_DIR: dataDir,
      BURGEE_LOG_LEVEL: 'error',
      BURGEE_OUTBOUND_ALLOW: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const setupUrl = await setupLink(child);
  return {
    url: new URL(setupUrl).origin,
    setupUrl,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
