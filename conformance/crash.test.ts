import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../server/dist/main.js');
const ROUNDS = Number(process.env.BURGEE_CRASH_ROUNDS ?? 2);
const PERCENTS = [1, 2, 5, 10, 20, 30, 50, 75, 90];
const BASE = '/api/v1/projects/default/environments/production/rollouts';

/** Reproducible pauses: the same seed kills at the same times after each start. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
};

interface Entry {
  readonly action: string;
  readonly after: unknown;
}

async function round(seed: number): Promise<{ kills: number; percents: number[]; state: string }> {
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), 'burgee-crash-'));
  const key = randomBytes(24).toString('base64url');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bootstrap = join(folder, 'bootstrap.yaml');
  writeFileSync(
    bootstrap,
    `owner: { email: owner@example.com, password: "a long enough secret" }
projects: [ { key: default, name: Default, environments: [ { key: production, name: Production } ] } ]
tokens: [ { kind: admin, name: admin, secret: ${key} } ]
`,
  );
  let server: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        BURGEE_PORT: String(port),
        BURGEE_DATA_DIR: join(folder, 'data'),
        BURGEE_BOOTSTRAP: bootstrap,
      },
      stdio: 'ignore',
    });
    server = child;
    gone = new Promise((done) => child.once('exit', () => done()));
    for (let i = 0; i < 400; i += 1) {
      const ready = await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error('the server did not come up');
  };
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };

  try {
    await start();
    await call('POST', '/api/v1/projects/default/plans', {
      key: 'steps',
      name: 'Steps',
      description: '',
      stages: PERCENTS.map((percent) => ({ percent, advance: 'time', bakeMs: 200, maxHoldMs: 60_000 })),
      guards: [],
      revertTo: 'zero',
      revertAlpha: 0.001,
      pauseAlpha: 0.05,
      rhoBad: 3,
      beta: 0.05,
      minErrors: 3,
      minDifference: 0.001,
      controlSample: 1,
      flushMs: 1_000,
      openMs: 30_000,
    });
    await call('POST', '/api/v1/projects/default/flags', { key: 'stepped', name: 'Stepped' });
    const { rollout } = await call<{ rollout: { id: string } }>('POST', BASE, { flag: 'stepped', release: 'r1', plan: 'steps' });
    let kills = 0;
    let state = '';
    for (let i = 0; i < 60 && state !== 'completed'; i += 1) {
      await new Promise((done) => setTimeout(done, 300 + random() * 1_700));
      server?.kill('SIGKILL');
      await gone;
      kills += 1;
      await start();
      state = (await call<{ rollout: { state: string } }>('GET', `${BASE}/${rollout.id}`)).rollout.state;
    }
    const { entries } = await call<{ entries: Entry[] }>(
      'GET',
      `/api/v1/projects/default/audit?object=rollout/${rollout.id}&limit=200`,
    );
    const percents = entries
      .reverse()
      .map(({ after }) => (after as { percent?: unknown } | null)?.percent)
      .filter((percent): percent is number => typeof percent === 'number');
    return { kills, percents, state };
  } finally {
    server?.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

it(`takes every stage once and in order, though the server is killed −9 again and again (${ROUNDS} rounds)`, {
  timeout: ROUNDS * 180_000,
}, async () => {
  const check = async (seed: number): Promise<void> => {
    const { kills, percents, state } = await round(seed);
    expect(state, `seed ${seed}`).toBe('completed');
    expect(kills).toBeGreaterThan(2);
    const moves = percents.filter((percent, index) => percent > 0 && percent !== percents[index - 1]);
    expect(moves, `seed ${seed}`).toEqual([...PERCENTS, 100]);
  };
  // two at a time: they wait more than they work
  for (let seed = 1; seed <= ROUNDS; seed += 2) await Promise.all([seed, seed + 1].filter((one) => one <= ROUNDS).map(check));
});
