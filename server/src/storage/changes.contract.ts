import { describe, expect, it } from 'vitest';
import type { Change, Moved, Write } from '../domain/ports.ts';
import type { Bench } from './store.contract.ts';
import { AT, batch, change, entry, flag, LIVE, liveRevision, report, rollout, state } from './testing/samples.ts';

/** Changes as wholes: all or nothing, revisions, audit, watching. */
export function changeCases(bench: Bench): void {
  const live = { put: 'environment', entity: { project: 'shop', key: 'live', name: 'Live', order: 1, createdAt: AT } } as const;

  describe('changes', () => {
    it('answer with the revisions, the audit records and their time', async () => {
      const done = await bench.store.commit(change([], { environments: [LIVE], audit: [entry(), entry({ object: 'flag/b' })] }));
      expect(done.revisions).toEqual([{ ...LIVE, revision: { epoch: 1, n: 1 } }]);
      expect(done.audit.map((record) => record.object)).toEqual(['flag/a', 'flag/b']);
      expect(done.audit.every((record) => record.at === done.at && record.seq > 0)).toBe(true);
      expect(await bench.store.audit({ limit: 10 })).toEqual([...done.audit].reverse());
    });

    it('share a commit and keep to themselves: one that is refused takes nothing from the others', async () => {
      const { store } = bench;
      const make = (key: string, basedOn: number | null = null) =>
        change([{ put: 'flag', basedOn, entity: flag(key) }], {
          environments: [LIVE],
          audit: [entry({ object: `flag/${key}` })],
        });
      const heard: Moved[] = [];
      const unwatch = store.watch((moved) => heard.push(moved));
      const halfway = { ...make('half'), writes: [...make('half').writes, ...make('missing', 3).writes] };
      const gone = { ...make('c'), environments: [LIVE, { project: 'shop', environment: 'nowhere' }] };
      const settled = await Promise.allSettled(store.commitEach([make('a'), halfway, make('b'), gone, make('a'), make('d')]));
      unwatch();
      expect(settled.map(({ status }) => status).filter((status) => status === 'fulfilled')).toHaveLength(3);
      expect(settled.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'done'))).toEqual(
        // the two that make the same flag: one of them comes first
        settled[0]?.status === 'fulfilled'
          ? ['done', 'conflict', 'done', 'conflict', 'exists', 'done']
          : ['exists', 'conflict', 'done', 'conflict', 'done', 'done'],
      );
      expect((await store.list('flag')).map((row) => row.entity.key)).toEqual(['a', 'b', 'd']);
      expect(await store.audit({ limit: 10 })).toHaveLength(3);
      expect(await liveRevision(store)).toEqual({ epoch: 1, n: 3 });
      expect(
        heard
          .flatMap(({ objects }) => objects)
          .filter((object) => object.startsWith('flag/'))
          .sort(),
      ).toEqual(['flag/shop/a', 'flag/shop/b', 'flag/shop/d']);
      expect(store.commitEach([])).toEqual([]);
    });

    /** Touches everything that a change can touch; `last` makes it fail or not. */
    async function wideChange(last: Write): Promise<{ wide: Change; look: () => Promise<unknown> }> {
      const { store } = bench;
      await store.commit(change([{ put: 'rollout', basedOn: null, entity: rollout('ramp') }]));
      await store.ingest({ ...LIVE, client: false, report: report('instance-1', 1, ['ramp']), minutes: [] });
      const [open] = await store.unfolded('ramp', 10);
      const wide = change(
        [
          { put: 'flag', basedOn: null, entity: flag('a') },
          { put: 'state', basedOn: null, entity: state('a') },
          { remove: 'project', key: { key: 'shop' }, basedOn: 'any' },
          { put: 'rollout', basedOn: 1, entity: rollout('ramp', { percent: 50 }) },
          last,
        ],
        {
          environments: [LIVE],
          audit: [entry()],
          breakLease: 'ramp',
          fold: { reports: [open?.id ?? 0], batches: [batch('ramp', 1)] },
        },
      );
      const look = async () => ({
        flags: await store.list('flag'),
        states: await store.list('state'),
        projects: await store.list('project'),
        rollouts: await store.list('rollout'),
        audit: await store.audit({ limit: 100 }),
        revisions: await store.revisions(),
        batches: await store.batches('ramp'),
        unfolded: await store.unfolded('ramp', 10),
      });
      return { wide, look };
    }

    it('leave nothing behind when their last write is refused', async () => {
      const { wide, look } = await wideChange({ put: 'flag', basedOn: 7, entity: flag('b') });
      const before = await look();
      await expect(bench.store.commit(wide)).rejects.toMatchObject({ code: 'conflict' });
      expect(await look()).toEqual(before);
    });

    it('do all of it when nothing is refused (the control)', async () => {
      const { wide, look } = await wideChange({ put: 'flag', basedOn: null, entity: flag('b') });
      const before = (await look()) as Record<string, unknown>;
      await bench.store.commit(wide);
      const after = (await look()) as Record<string, unknown>;
      for (const part of Object.keys(before)) expect(after[part], part).not.toEqual(before[part]);
    });

    it('number revisions without a gap under 50 commits at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          bench.store.commit(
            change([{ put: 'flag', basedOn: null, entity: flag(`f${i}`) }], { environments: [LIVE], audit: [entry()] }),
          ),
        ),
      );
      const numbers = all.flatMap((done) => done.revisions.map((moved) => moved.revision.n)).sort((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      expect(await liveRevision(bench.store)).toEqual({ epoch: 1, n: 50 });
      const seqs = (await bench.store.audit({ limit: 100 })).map((record) => record.seq);
      expect(new Set(seqs).size).toBe(50);
    });

    it('move several environments in one go, without a deadlock whatever their order', async () => {
      const { store } = bench;
      const test = { ...live.entity, key: 'test' };
      await store.commit(change([{ put: 'environment', basedOn: null, entity: test }]));
      const both = [LIVE, { project: 'shop', environment: 'test' }];
      const orders = [both, [...both].reverse(), [...both, ...both]];
      await Promise.all(
        Array.from({ length: 12 }, (_, i) => store.commit(change([], { environments: orders[i % 3] ?? [], audit: [entry()] }))),
      );
      expect((await store.revisions()).map((row) => row.revision.n)).toEqual([12, 12]);
    });

    it('start an environment at (1,0), or at (1,1) when the same change moves it', async () => {
      expect(await liveRevision(bench.store)).toEqual({ epoch: 1, n: 0 });
      const entity = { ...live.entity, key: 'test' };
      const test = { project: 'shop', environment: 'test' };
      const done = await bench.store.commit(change([{ put: 'environment', basedOn: null, entity }], { environments: [test] }));
      expect(done.revisions).toEqual([{ ...test, revision: { epoch: 1, n: 1 } }]);
    });

    it('never reuse a revision: an environment made again starts a new epoch', async () => {
      const { store } = bench;
      await store.commit(change([], { environments: [LIVE] }));
      const key = { project: 'shop', key: 'live' };
      const gone = await store.commit(change([{ remove: 'environment', key, basedOn: 1 }], { environments: [LIVE] }));
      expect(gone.revisions).toEqual([]);
      expect(await store.revisions()).toEqual([]);
      await expect(store.commit(change([], { environments: [LIVE] }))).rejects.toMatchObject({ code: 'conflict' });
      await store.commit(change([{ ...live, basedOn: null }]));
      expect(await liveRevision(store)).toEqual({ epoch: 2, n: 0 });
      await store.commit(change([{ ...live, basedOn: 1 }]));
      expect(await liveRevision(store)).toEqual({ epoch: 2, n: 0 });
    });

    it('start a new epoch on demand', async () => {
      await bench.store.commit(change([], { environments: [LIVE] }));
      expect(await bench.store.newEpoch('shop', 'live')).toEqual({ epoch: 2, n: 1 });
      expect(await liveRevision(bench.store)).toEqual({ epoch: 2, n: 1 });
      await expect(bench.store.newEpoch('shop', 'nowhere')).rejects.toMatchObject({ code: 'conflict' });
    });

    it('are all there after a restart', async () => {
      const done = await bench.store.commit(
        change([{ put: 'flag', basedOn: null, entity: flag('a') }], { environments: [LIVE], audit: [entry()] }),
      );
      const again = await bench.reopen();
      expect(await again.get('flag', { project: 'shop', key: 'a' })).toEqual({ version: 1, entity: flag('a') });
      expect(await again.audit({ limit: 10 })).toEqual(done.audit);
      expect(await liveRevision(again)).toEqual({ epoch: 1, n: 1 });
    });

    it('are refused by a read-only database, which can still be read', async () => {
      await bench.store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a') }]));
      await bench.store.close();
      const frozen = await bench.database.openReadOnly();
      try {
        const refusal = { name: 'BurgeeError', code: 'read_only' };
        const put = change([{ put: 'flag', basedOn: null, entity: flag('b') }]);
        await expect(frozen.commit(put)).rejects.toMatchObject(refusal);
        const sent = { ...LIVE, client: false, report: report('instance-1', 1), minutes: [] };
        await expect(frozen.ingest(sent)).rejects.toMatchObject(refusal);
        expect(await frozen.list('flag')).toHaveLength(1);
        expect(await frozen.picture('shop', 'live')).toBeDefined();
      } finally {
        await frozen.close();
      }
    });

    it('fail with `storage` once the store is closed', async () => {
      const { store } = bench;
      await store.close();
      await store.close();
      await expect(store.get('project', { key: 'shop' })).rejects.toMatchObject({ code: 'storage' });
      await expect(store.commit(change([]))).rejects.toMatchObject({ code: 'storage' });
    });

    it('are told to watchers at once, with all that they touched, and only when they happened', async () => {
      const { store } = bench;
      const told: Moved[] = [];
      const stop = store.watch((moved) => told.push(moved));
      store.watch(() => {
        throw new Error('a listener that misbehaves');
      });
      const puts: Write[] = [
        { put: 'flag', basedOn: null, entity: flag('a') },
        { put: 'rollout', basedOn: null, entity: rollout('ramp') },
      ];
      const fold = { reports: [], batches: [batch('ramp', 1), batch('ramp', 2)] };
      const { revisions } = await store.commit(change(puts, { environments: [LIVE], fold }));
      expect(told).toEqual([{ revisions, objects: ['flag/shop/a', 'rollout/shop/live/ramp', 'batch/shop/live/ramp'] }]);
      await expect(store.commit(change(puts))).rejects.toThrow();
      expect(told).toHaveLength(1);
      stop();
      await store.commit(change([{ remove: 'flag', key: { project: 'shop', key: 'a' }, basedOn: 'any' }]));
      expect(told).toHaveLength(1);
    });
  });

  describe('audit', () => {
    it('is read newest first, in pages', async () => {
      for (let i = 0; i < 7; i++) await bench.store.commit(change([], { audit: [entry({ object: `flag/${i}` })] }));
      const seen: string[] = [];
      let before: number | undefined;
      for (;;) {
        const page = await bench.store.audit({ limit: 3, ...(before === undefined ? {} : { before }) });
        seen.push(...page.map((record) => record.object));
        before = page.at(-1)?.seq;
        if (page.length < 3) break;
      }
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `flag/${i}`));
    });

    it('is filtered by everything that it can be asked for', async () => {
      const bob = { kind: 'token', id: 't9', name: 'Bob' } as const;
      const entries = [
        entry({ reason: 'because', before: { percent: 1 }, after: { percent: 2 } }),
        entry({ project: 'other' }),
        entry({ environment: null }),
        entry({ object: 'flag/b' }),
        entry({ actor: bob }),
        entry({ action: 'flag.created' }),
      ];
      const { audit } = await bench.store.commit(change([], { audit: entries }));
      const found = async (query: object) =>
        (await bench.store.audit({ limit: 10, ...query })).map((r) => audit.indexOf(audit.find((a) => a.seq === r.seq) ?? r));
      expect(await found({ project: 'other' })).toEqual([1]);
      expect(await found({ project: 'shop', environment: 'live' })).toEqual([5, 4, 3, 0]);
      expect(await found({ object: 'flag/b' })).toEqual([3]);
      expect(await found({ actor: 't9' })).toEqual([4]);
      expect(await found({ actor: 'Bob' })).toEqual([4]);
      expect(await found({ action: 'flag.created' })).toEqual([5]);
      expect((await bench.store.audit({ limit: 10 })).at(-1)).toEqual(audit[0]);
    });

    it('is cut to a span of time, its end not included', async () => {
      const times: number[] = [];
      for (const object of ['flag/1', 'flag/2', 'flag/3']) {
        times.push((await bench.store.commit(change([], { audit: [entry({ object })] }))).at);
        await bench.database.elapse(5);
      }
      const [first = 0, second = 0, third = 0] = times;
      const found = async (query: object) =>
        (await bench.store.audit({ limit: 9, ...query })).map(({ object }) => object.slice(5));
      expect(await found({ from: second })).toEqual(['3', '2']);
      expect(await found({ to: second })).toEqual(['1']);
      expect(await found({ from: first, to: third })).toEqual(['2', '1']);
      expect(await found({ from: third + 1 })).toEqual([]);
    });
  });
}
