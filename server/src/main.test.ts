import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
let folder: string;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burgee-main-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

/** A server process; `up` resolves when it answers, `ended` with its code. */
function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=burgee-source', '--import', 'tsx', MAIN], {
    env: { PATH: process.env.PATH ?? '', BURGEE_DATA_DIR: join(folder, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const up = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', () => out.stderr.includes('is running at') && resolve());
    void ended.then(() => reject(new Error(`ended: ${out.stderr}`)));
  });
  up.catch(() => undefined);
  return { child, out, ended, up };
}

function listenAnywhere() {
  const server = createServer();
  return new Promise<{ port: number; close: () => void }>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() })),
  );
}

async function freePort(): Promise<string> {
  const { port, close } = await listenAnywhere();
  close();
  return String(port);
}

describe('the server refuses to start, in one line and with a code,', { timeout: 90_000 }, () => {
  const lines = (text: string) => text.trim().split('\n');

  it('with wrong settings, all of them told', async () => {
    const { out, ended } = run({ BURGEE_PORT: 'http', BURGEE_HOTS: 'x' });
    expect(await ended).toBe(1);
    expect(lines(out.stderr)).toEqual([
      'burgee: BURGEE_PORT must be a port, 1 to 65535, got "http"',
      'burgee: BURGEE_HOTS is no setting; did you mean BURGEE_HOST?',
    ]);
  });

  it('where the port is taken', async () => {
    const { port, close } = await listenAnywhere();
    const { out, ended } = run({ BURGEE_PORT: String(port) });
    expect(await ended).toBe(1);
    expect(lines(out.stderr)).toEqual([`burgee: 127.0.0.1:${port} is taken by another program; set BURGEE_PORT`]);
    close();
  });

  it('on a damaged database', async () => {
    const file = join(folder, 'burgee.db');
    await writeFile(file, `SQLite format 3\0${'garbage '.repeat(4000)}`);
    const { out, ended } = run({ BURGEE_PORT: await freePort(), BURGEE_DATA_DIR: folder });
    expect(await ended).toBe(1);
    expect(lines(out.stderr)).toHaveLength(1);
    expect(out.stderr).toContain(file);
    expect((await readFile(file, 'utf8')).startsWith('SQLite format 3')).toBe(true);
  });

  it('on a database that another server has open', async () => {
    const first = run({ BURGEE_PORT: await freePort() });
    await first.up;
    const second = run({ BURGEE_PORT: await freePort() });
    expect(await second.ended).toBe(1);
    expect(lines(second.out.stderr)).toHaveLength(1);
    expect(second.out.stderr).toContain('burgee.db');
  });

  it('with a bootstrap file that is wrong, and changes nothing', async () => {
    const file = join(folder, 'bootstrap.yaml');
    await writeFile(file, 'owner: { email: a@b, password: { env: NOT_THERE } }\nextra: 1\n');
    const { out, ended } = run({ BURGEE_PORT: await freePort(), BURGEE_BOOTSTRAP: file });
    expect(await ended).toBe(1);
    expect(lines(out.stderr)).toEqual([`burgee: ${file}: extra unknown field`]);
    const missing = run({ BURGEE_PORT: await freePort(), BURGEE_BOOTSTRAP: `${file}.gone` });
    expect(await missing.ended).toBe(1);
    expect(lines(missing.out.stderr)).toHaveLength(1);
  });

  it('where the database server does not answer, without its password', async () => {
    const url = `postgres://burgee:hunter2@127.0.0.1:${await freePort()}/burgee`;
    const { out, ended } = run({ BURGEE_PORT: await freePort(), BURGEE_DATABASE_URL: url });
    expect(await ended).toBe(1);
    expect(lines(out.stderr)).toHaveLength(1);
    expect(out.stderr).not.toContain('hunter2');
  });
});

describe('a server process', { timeout: 90_000 }, () => {
  it('prints a one-time link, is set up by it, keeps secrets out of logs and files, and stops with code 0', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const server = run({ BURGEE_PORT: port, BURGEE_LOG_LEVEL: 'debug' });
    await server.up;
    const token = /\/setup#token=(\w{43})/.exec(server.out.stderr)?.[1] ?? '';
    const password = 'a password of the owner';
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const setUp = await post('/setup', { token, email: 'owner@example.com', name: 'Olive', password });
    expect(setUp.status).toBe(201);
    const cookie = (setUp.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    await post('/api/v1/login', { email: 'owner@example.com', password: 'a wrong password' });
    const own = { cookie, origin: url, 'x-burgee': '1' };
    const place = '/api/v1/projects/default/tokens';
    const made = (await (await post(place, { kind: 'server', name: 'shop', environment: 'production' }, own)).json()) as {
      secret: string;
    };
    const context = { targetingKey: 'user-of-the-shop', email: 'somebody@shop.example' };
    await post('/ofrep/v1/evaluate/flags', { context }, { authorization: `Bearer ${made.secret}` });
    const stream = await fetch(`${url}/sdk/stream`, { headers: { authorization: `Bearer ${made.secret}` } });
    expect(stream.status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('burgee_http_requests_total');

    const page = await fetch(`${url}/api/v1/events`, { headers: own });
    expect(page.status).toBe(200);

    const began = Date.now();
    server.child.kill('SIGTERM');
    const [goodbye, code] = await Promise.all([stream.text(), server.ended, page.text()]);
    expect(Date.now() - began, 'streams are ended, not waited for').toBeLessThan(9_000);
    expect(goodbye).toContain('event: goodbye');
    expect(code).toBe(0);
    const files = await Promise.all(
      ['burgee.db', 'burgee.db-wal'].map((name) => readFile(join(folder, 'data', name), 'latin1').catch(() => '')),
    );
    expect(files.join('')).toContain('owner@example.com');
    for (const secret of [token, password, 'a wrong password', cookie.slice('burgee='.length), made.secret])
      for (const place of [server.out.stdout, metrics, ...files]) expect(place.includes(secret), secret.slice(0, 4)).toBe(false);
    for (const personal of ['user-of-the-shop', 'somebody@shop.example']) expect(server.out.stdout).not.toContain(personal);

    const again = run({ BURGEE_PORT: port });
    await again.up;
    expect(again.out.stderr).not.toContain('#token=');
    const me = await fetch(`${url}/api/v1/me`, { headers: { cookie } });
    expect(me.status).toBe(200);
  });

  it('is ready at once from a bootstrap file, and ignores it from then on', async () => {
    const file = join(folder, 'bootstrap.yaml');
    await writeFile(
      file,
      'owner: { email: owner@example.com, password: { env: OWNER_PASSWORD } }\ntokens: [ { kind: admin, name: scripts, secret: { env: KEY } }, { kind: admin, name: more } ]\n',
    );
    const port = await freePort();
    const env = {
      BURGEE_PORT: port,
      BURGEE_BOOTSTRAP: file,
      OWNER_PASSWORD: 'correct horse battery',
      KEY: 'a-key-for-scripts-of-some-length',
    };
    const server = run(env);
    await server.up;
    expect(server.out.stderr).not.toContain('#token=');
    expect(server.out.stderr).toMatch(/more: bg_adm_\w{43}/);
    const me = () => fetch(`http://localhost:${port}/api/v1/me`, { headers: { authorization: `Bearer ${env.KEY}` } });
    expect((await me()).status).toBe(200);
    server.child.kill('SIGINT');
    expect(await server.ended).toBe(0);
    await writeFile(file, 'not even valid');
    const again = run(env);
    await again.up;
    expect((await me()).status).toBe(200);
  });
});
