import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** What one run of the command gave. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Rig {
  readonly url: string;
  readonly folder: string;
  readonly keys: { readonly admin: string; readonly pipeline: string; readonly server: string };
  /** Runs the built command without a terminal, as the admin token unless `env` says otherwise. */
  burgee(args: readonly string[], options?: { env?: Record<string, string>; input?: string }): Promise<Ran>;
  /** Starts the command and gives the process, for signals. */
  spawn(args: readonly string[]): { child: ChildProcess; ended: Promise<Ran> };
  /** Asks as the admin token; `version` becomes If-Match. */
  api<T>(method: string, path: string, body?: unknown, version?: number): Promise<T>;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** A built server of its own with a new database, and the built command pointed at it. */
export async function startRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-cli-'));
  const key = (): string => randomBytes(24).toString('base64url');
  const keys = { admin: key(), pipeline: key(), server: key() };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bootstrap = join(folder, 'bootstrap.yaml');
  writeFileSync(
    bootstrap,
    `owner: { email: owner@example.com, password: "a long enough secret" }
projects: [ { key: default, name: Default, environments: [ { key: staging, name: Staging }, { key: production, name: Production } ] } ]
tokens:
  - { kind: admin, name: admin, secret: ${keys.admin} }
  - { kind: pipeline, name: pipeline, project: default, environment: production, secret: ${keys.pipeline} }
  - { kind: server, name: server, project: default, environment: production, secret: ${keys.server} }
`,
  );
  const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BURGEE_')));
  const server = spawn(process.execPath, [join(ROOT, 'server/dist/main.js')], {
    env: { ...base, BURGEE_PORT: String(port), BURGEE_DATA_DIR: join(folder, 'data'), BURGEE_BOOTSTRAP: bootstrap },
    stdio: 'ignore',
  });
  const gone = new Promise<void>((done) => server.once('exit', () => done()));
  const env = {
    ...base,
    BURGEE_URL: url,
    BURGEE_TOKEN: keys.admin,
    BURGEE_ENVIRONMENT: 'production',
    XDG_CONFIG_HOME: join(folder, 'config'),
  };
  const command = join(ROOT, 'cli/bin/burgee.js');

  const rig: Rig = {
    url,
    folder,
    keys,
    burgee(args, options = {}) {
      return new Promise((done) => {
        const child = execFile(
          process.execPath,
          [command, ...args],
          { env: { ...env, ...options.env } },
          (error, stdout, stderr) => {
            done({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
          },
        );
        child.stdin?.end(options.input ?? '');
      });
    },
    spawn(args) {
      const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += String(chunk);
      });
      child.stderr.on('data', (chunk) => {
        stderr += String(chunk);
      });
      return { child, ended: new Promise((done) => child.once('close', (code) => done({ exit: code ?? -1, stdout, stderr }))) };
    },
    async api<T>(method: string, path: string, body?: unknown, version?: number): Promise<T> {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${keys.admin}`,
          'content-type': 'application/json',
          ...(version !== undefined && { 'if-match': `"${version}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async close() {
      server.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let i = 0; i < 1_000; i += 1) {
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return rig;
    await new Promise((done) => setTimeout(done, 50));
  }
  await rig.close();
  throw new Error('the server did not become ready');
}
