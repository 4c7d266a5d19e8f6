import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createMonitoring, type Monitoring } from './monitoring.ts';
import { freePort, type Ran, type Running, run, runToEnd } from './processes.ts';
import { until } from './timeline.ts';
import { PAGES } from './traffic.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PROJECT = '/api/v1/projects/default';

/** The demo's plan: a first stage by time, three by evidence, and 98 % by time before all. */
const plan = (key: string, guards: readonly object[]) => ({
  key,
  name: key,
  description: '1 and 98 % by time, 5, 25 and 50 % by evidence',
  stages: [
    { percent: 1, advance: 'time', bakeMs: 5_000, maxHoldMs: 600_000 },
    { percent: 5, advance: 'evidence', bakeMs: 0, maxHoldMs: 600_000 },
    { percent: 25, advance: 'evidence', bakeMs: 0, maxHoldMs: 600_000 },
    { percent: 50, advance: 'evidence', bakeMs: 0, maxHoldMs: 600_000 },
    { percent: 98, advance: 'time', bakeMs: 5_000, maxHoldMs: 600_000 },
  ],
  guards: [{ kind: 'outcomes', key: 'errors', action: 'revert', tolerated: 1 }, ...guards],
  revertTo: 'zero',
  revertAlpha: 0.001,
  // At .05 one healthy rollout in twenty may stop for a person; a demo that must pass cannot have that.
  pauseAlpha: 0.001,
  rhoBad: 5,
  beta: 0.05,
  minErrors: 3,
  minDifference: 0.001,
  controlSample: 1,
  flushMs: 1_000,
  openMs: 30_000,
});

/** Everything that runs: a Burgee server on SQLite, two processes of the shop, and a monitoring system. */
export interface World {
  readonly url: string;
  readonly shops: readonly number[];
  readonly owner: { readonly email: string; readonly password: string };
  readonly monitoring: Monitoring;
  /** The CLI as a pipeline runs it (`pipeline`) or as a person with an admin token does (`admin`). */
  burgee(as: 'pipeline' | 'admin', ...args: string[]): Promise<Ran>;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Switches the fault of one page's new version: the share of its users whose requests fail. */
  fault(page: string, share: number): Promise<void>;
  tails(): string;
  close(): Promise<void>;
}

const secret = (): string => randomBytes(24).toString('base64url');

export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-demo-'));
  const keys = { server: secret(), web: secret(), admin: secret(), pipeline: secret() };
  const owner = { email: 'owner@example.com', password: secret() };
  const [port, ...shops] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const monitoring = await createMonitoring(folder, shops);
  const bootstrap = join(folder, 'bootstrap.yaml');
  writeFileSync(bootstrap, bootstrapFile(shops), { mode: 0o600 });

  const processes: Running[] = [];
  const close = async (): Promise<void> => {
    await monitoring.close();
    for (const each of processes.reverse()) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const tails = (): string => processes.map((each) => each.tail()).join('\n---\n');

  try {
    processes.push(
      run(process.execPath, [join(ROOT, 'server/dist/main.js')], {
        BURGEE_PORT: String(port),
        BURGEE_DATA_DIR: join(folder, 'data'),
        BURGEE_BOOTSTRAP: bootstrap,
        BURGEE_OUTBOUND_ALLOW: new URL(monitoring.url).host,
        OWNER_PASSWORD: owner.password,
        SHOP_KEY: keys.server,
        WEB_KEY: keys.web,
        ADMIN_KEY: keys.admin,
        PIPELINE_KEY: keys.pipeline,
      }),
    );
    await until('the server is ready', async () => ((await answers(`${url}/readyz`)) ? true : undefined));
    for (const shop of shops) {
      processes.push(
        run(process.execPath, [join(ROOT, 'examples/shop/dist/main.js')], {
          SHOP_PORT: String(shop),
          FLAGS_URL: url,
          FLAGS_KEY: keys.server,
          FLAGS_WEB_KEY: keys.web,
        }),
      );
    }

    const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    };
    await api('POST', `${PROJECT}/metric-sources`, {
      key: 'shop',
      name: 'The shop’s own counters',
      type: monitoring.type,
      url: monitoring.url,
    });
    await api('POST', `${PROJECT}/plans`, plan('demo', []));
    await api('POST', `${PROJECT}/plans`, plan('demo-monitored', [monitoring.guard]));
    for (const { flag } of Object.values(PAGES))
      await api('POST', `${PROJECT}/flags`, {
        key: flag,
        name: `The new ${flag.replace(/^new-/, '').replace('-', ' ')}`,
        // the shop's page asks for this one
        browserAccess: flag === PAGES.checkout.flag ? 'values' : 'none',
      });
    for (const shop of shops)
      await until('the shop has its flags', async () => ((await answers(`http://127.0.0.1:${shop}/ready`)) ? true : undefined));

    return {
      url,
      shops,
      owner,
      monitoring,
      api,
      tails,
      close,
      burgee: (as, ...args) =>
        runToEnd(process.execPath, [join(ROOT, 'cli/bin/burgee.js'), ...args], {
          BURGEE_URL: url,
          BURGEE_TOKEN: keys[as],
          BURGEE_ENVIRONMENT: 'production',
        }),
      async fault(page, share) {
        for (const shop of shops) {
          const response = await fetch(`http://127.0.0.1:${shop}/faults/${page}`, {
            method: 'PUT',
            body: JSON.stringify({ share }),
          });
          if (!response.ok) throw new Error(`the shop did not take the fault: ${response.status}`);
        }
      },
    };
  } catch (error) {
    console.error(tails());
    await close();
    throw error;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

const bootstrapFile = (shops: readonly number[]): string => `
owner: { email: owner@example.com, password: { env: OWNER_PASSWORD } }
projects:
  - { key: default, name: Harbour Shop, environments: [ { key: development, name: Development }, { key: production, name: Production } ] }
tokens:
  - { kind: server, name: shop, project: default, environment: production, secret: { env: SHOP_KEY } }
  - { kind: client, name: shop pages, project: default, environment: production, secret: { env: WEB_KEY }, origins: [${shops.map((port) => `"http://127.0.0.1:${port}"`).join(', ')}] }
  - { kind: pipeline, name: release pipeline, project: default, environment: production, secret: { env: PIPELINE_KEY } }
  - { kind: admin, name: demo, secret: { env: ADMIN_KEY } }
`;
