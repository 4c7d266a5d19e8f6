import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../domain/ports.ts';
import { type Cluster, startCluster } from '../testing/postgres.ts';
import { change, entry, flag, LIVE, liveRevision, settle, silent } from '../testing/samples.ts';
import { createPool } from './connect.ts';
import { openPostgres } from './open.ts';
import { createPostgresStore } from './store.ts';

const started = await startCluster();
if ('reason' in started) {
  console.warn(`skipped: ${started.reason}`);
  it.skip(`a Postgres that goes down under load (${started.reason})`, () => undefined);
} else {
  afterAll(() => started.stop());
  crashCases(started);
}

/** Four writers commit until the database has crashed and come back so often; tells what was acknowledged, and the codes of refusals. */
async function load(store: Store, cluster: Cluster, crashes: number, first = 0) {
  const acknowledged: number[] = [];
  const refused = new Set<unknown>();
  let going = true;
  let next = first;
  async function write(): Promise<void> {
    while (going) {
      const i = next++;
      const put = { put: 'flag', basedOn: null, entity: flag(`f${i}`) } as const;
      await store.commit(change([put], { environments: [LIVE], audit: [entry({ object: `flag/f${i}` })] })).then(
        () => acknowledged.push(i),
        (error: { code?: unknown }) => refused.add(error.code),
      );
    }
  }
  const more = (count: number) => {
    const before = acknowledged.length;
    return vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + count), { timeout: 20_000 });
  };
  const writers = Array.from({ length: 4 }, write);
  try {
    for (let round = 0; round < crashes; round++) {
      await more(20);
      await cluster.crash();
      await cluster.restart();
    }
    await more(5);
  } finally {
    going = false;
    await Promise.all(writers);
  }
  const present = new Set((await store.list('flag')).map((row) => row.entity.key));
  return { present, refused, missing: acknowledged.filter((i) => !present.has(`f${i}`)), next };
}

function crashCases(cluster: Cluster): void {
  describe('a Postgres that goes down under load', () => {
    it('keeps every acknowledged commit, and the store takes up again by itself', async () => {
      const store = await openPostgres({ url: cluster.url, clock: Date.now, log: silent });
      await settle(store);
      const { present, refused, missing } = await load(store, cluster, 3);
      expect([...refused]).toEqual(['storage']);
      expect(missing).toEqual([]);
      const told = (await store.audit({ limit: 100_000, action: 'flag.changed' })).map((record) => record.object);
      expect(new Set(told)).toEqual(new Set([...present].map((key) => `flag/${key}`)));
      expect(await liveRevision(store)).toEqual({ epoch: 1, n: present.size });
      await store.close();
    }, 120_000);

    it('loses some with synchronous_commit=off, which is why that is refused (the control)', async () => {
      const { name, url } = await cluster.create();
      await (await openPostgres({ url, clock: Date.now, log: silent })).close();
      await cluster.run(`alter database ${name} set synchronous_commit = off`);
      const store = await createPostgresStore({ pool: createPool(url, silent), clock: Date.now, log: silent });
      await settle(store);
      // So that what stands before the crash is flushed, and only what comes under load is at stake.
      await cluster.run('checkpoint');
      let lost = 0;
      for (let round = 0, first = 0; round < 10 && lost === 0; round++) {
        const { missing, next } = await load(store, cluster, 1, first);
        lost = missing.length;
        first = next;
      }
      expect(lost).toBeGreaterThan(0);
      await store.close();
    }, 240_000);
  });
}
