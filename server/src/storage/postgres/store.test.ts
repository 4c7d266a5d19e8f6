import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Moved, Store } from '../../domain/ports.ts';
import { migrationsFolder } from '../migrations.ts';
import { describeStore } from '../store.contract.ts';
import { type Cluster, startCluster } from '../testing/postgres.ts';
import { change, entry, flag, LIVE, liveRevision, rollout, settle, silent } from '../testing/samples.ts';
import { createPool } from './connect.ts';
import { openPostgres } from './open.ts';
import { createPostgresStore } from './store.ts';

const clock = Date.now;
const started = await startCluster();
if ('reason' in started) {
  console.warn(`skipped: ${started.reason}`);
  describe.skip(`postgres: the Store contract (${started.reason})`, () => {
    it('needs a Postgres', () => undefined);
  });
} else {
  afterAll(() => started.stop());
  describeStore('postgres', async () => {
    const database = await started.create();
    return {
      open: () => openPostgres({ url: database.url, clock, log: silent }),
      async openReadOnly() {
        await started.run(`alter database ${database.name} set default_transaction_read_only = on`);
        return createPostgresStore({ pool: createPool(database.url, silent), clock, log: silent });
      },
      elapse: (ms) => sleep(ms),
      destroy: () => database.drop(),
    };
  });
  onlyPostgres(started);
}

function onlyPostgres(cluster: Cluster): void {
  describe('postgres', () => {
    let database: Awaited<ReturnType<Cluster['create']>>;
    const open = () => openPostgres({ url: database.url, clock, log: silent });
    const within = (claim: () => void | Promise<void>) => vi.waitFor(claim, { timeout: 10_000, interval: 20 });
    /** Opens stores on one fresh database and closes them whatever happens. */
    async function using(count: number, run: (...stores: Store[]) => Promise<void>): Promise<void> {
      const stores = await Promise.all(Array.from({ length: count }, open));
      try {
        await run(...stores);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
        await database.drop();
      }
    }
    async function asAdmin<T>(run: (client: Client) => Promise<T>): Promise<T> {
      const client = new Client({ connectionString: database.url });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return await run(client);
      } finally {
        await client.end();
      }
    }
    beforeEach(async () => {
      database = await cluster.create();
    });

    it('is brought up once by servers that start together', () =>
      using(4, async () => {
        await asAdmin(async (client) => {
          const { rows } = await client.query('select count(*)::int as n from drizzle.__drizzle_migrations');
          expect(rows).toEqual([{ n: readdirSync(migrationsFolder('postgres')).filter((name) => name.endsWith('.sql')).length }]);
        });
      }));

    it('is refused where an acknowledged commit may be lost', async () => {
      await cluster.run(`alter database ${database.name} set synchronous_commit = off`);
      await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('synchronous_commit=off') });
      await cluster.run(`alter database ${database.name} set synchronous_commit = on`);
      await using(1, async (store) => {
        expect(await store?.check()).toEqual({ kind: 'postgres', durable: 'synchronous_commit=on, fsync=on' });
      });
    });

    it('that cannot be reached is one clear line', async () => {
      const nowhere = openPostgres({ url: 'postgres://x:y@127.0.0.1:1/z', clock, log: silent });
      await expect(nowhere).rejects.toMatchObject({
        code: 'storage',
        message: 'cannot open the database: postgres: connect ECONNREFUSED 127.0.0.1:1',
      });
      await database.drop();
    });

    it('lets watchers hear what another server moved', () =>
      using(2, async (one, two) => {
        await settle(one as Store);
        const told: Moved[] = [];
        two?.watch((moved) => told.push(moved));
        const { revisions } = (await one?.commit(change([], { environments: [LIVE] }))) ?? {};
        await within(() => expect(told.flatMap((moved) => moved.revisions)).toContainEqual(revisions?.[0]));
        await one?.commit(change([{ remove: 'environment', key: { project: 'shop', key: 'live' }, basedOn: 'any' }]));
        await within(() => expect(told.at(-1)).toEqual({ revisions: [], objects: ['environment/shop/live'] }));
      }));

    it('does not tell own commits twice', () =>
      using(1, async (store) => {
        await settle(store as Store);
        const told: Moved[] = [];
        store?.watch((moved) => told.push(moved));
        for (let i = 0; i < 3; i++) await store?.commit(change([], { environments: [LIVE] }));
        await sleep(600);
        expect(told.map((moved) => moved.revisions[0]?.revision.n)).toEqual([1, 2, 3]);
      }));

    it('numbers revisions without a gap across servers', () =>
      using(2, async (one, two) => {
        await settle(one as Store);
        const commit = (store: Store | undefined) => store?.commit(change([], { environments: [LIVE], audit: [entry()] }));
        const done = await Promise.all(Array.from({ length: 50 }, (_, i) => commit(i % 2 === 0 ? one : two)));
        const numbers = done.flatMap((one) => one?.revisions.map((moved) => moved.revision.n) ?? []);
        expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      }));

    it('gives a lease to one of two servers, and takes its time from the database', () =>
      using(2, async (one, two) => {
        await settle(one as Store);
        await one?.commit(change([{ put: 'rollout', basedOn: null, entity: rollout('a') }]));
        const both = await Promise.all([one?.claim('one', 60_000, ['running']), two?.claim('two', 60_000, ['running'])]);
        expect(both.flat()).toHaveLength(1);
      }));

    it('goes on after its connections were cut, and acknowledged nothing that is gone', () =>
      using(1, async (store) => {
        await settle(store as Store);
        const acknowledged: string[] = [];
        for (let i = 0; i < 30; i++) {
          if (i % 10 === 5)
            await asAdmin((client) =>
              client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', ['burgee']),
            );
          const put = change([{ put: 'flag', basedOn: null, entity: flag(`f${i}`) }], { environments: [LIVE] });
          const outcome = await store?.commit(put).then(
            () => 'acknowledged',
            (error: { code?: string }) => error.code,
          );
          expect(['acknowledged', 'storage']).toContain(outcome);
          if (outcome === 'acknowledged') acknowledged.push(`f${i}`);
        }
        const present = (await store?.list('flag'))?.map((row) => row.entity.key);
        expect(acknowledged.length).toBeGreaterThan(20);
        expect(present).toEqual(expect.arrayContaining(acknowledged));
      }));

    it('waits two seconds for a lock and then says `storage`', () =>
      using(1, async (store) => {
        await settle(store as Store);
        await asAdmin(async (client) => {
          await client.query('begin');
          await client.query('select * from revision for update');
          const refused = store?.commit(change([], { environments: [LIVE] }));
          await expect(refused).rejects.toMatchObject({ code: 'storage', details: { code: '55P03' } });
          await client.query('rollback');
        });
        await store?.commit(change([], { environments: [LIVE] }));
        expect(await liveRevision(store as Store)).toEqual({ epoch: 1, n: 1 });
      }));
  });
}
