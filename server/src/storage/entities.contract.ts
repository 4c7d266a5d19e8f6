import { describe, expect, it } from 'vitest';
import type { Bench } from './store.contract.ts';
import { AT, change, flag, LIVE, liveRevision, rollout, state, token, user } from './testing/samples.ts';

/** Reading and writing entities: versions, uniqueness, order, filters. */
export function entityCases(bench: Bench): void {
  describe('entities', () => {
    it('are created, read, changed and removed, and count their versions', async () => {
      const { store } = bench;
      const key = { project: 'shop', key: 'a' };
      expect(await store.get('flag', key)).toBeUndefined();
      await store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a') }]));
      expect(await store.get('flag', key)).toEqual({ version: 1, entity: flag('a') });
      await store.commit(change([{ put: 'flag', basedOn: 1, entity: flag('a', { name: 'A' }) }]));
      await store.commit(change([{ put: 'flag', basedOn: 'any', entity: flag('a', { name: 'AA' }) }]));
      expect(await store.get('flag', key)).toEqual({ version: 3, entity: flag('a', { name: 'AA' }) });
      await store.commit(change([{ remove: 'flag', key, basedOn: 3 }]));
      expect(await store.get('flag', key)).toBeUndefined();
      await store.commit(change([{ remove: 'flag', key, basedOn: 'any' }]));
    });

    it('are read many at once, in the order that was asked for', async () => {
      const { store } = bench;
      const key = (name: string, environment = 'live') => ({ project: 'shop', environment, flag: name });
      await store.commit(change(['a', 'b'].map((name) => ({ put: 'state', basedOn: null, entity: state(name) }))));
      expect(await store.getAll('state', [key('b'), key('c'), key('a'), key('a', 'elsewhere'), key('b')])).toEqual([
        { version: 1, entity: state('b') },
        undefined,
        { version: 1, entity: state('a') },
        undefined,
        { version: 1, entity: state('b') },
      ]);
      expect(await store.getAll('user', [])).toEqual([]);
    });

    it('an environment keeps the key of its override tokens, also in its picture, until it is without one', async () => {
      const { store } = bench;
      const key = { project: 'shop', key: 'live' };
      const { entity } = (await store.get('environment', key)) ?? expect.fail();
      const overrideKey = { id: 'k1', publicKey: 'A'.repeat(43), createdAt: AT };
      const put = (kept: typeof entity) =>
        change([{ put: 'environment', basedOn: 'any', entity: kept }], { environments: [LIVE] });
      await store.commit(put({ ...entity, overrideKey }));
      expect((await store.get('environment', key))?.entity).toEqual({ ...entity, overrideKey });
      expect((await store.picture('shop', 'live'))?.environment).toEqual({ ...entity, overrideKey });
      await store.commit(put(entity));
      expect((await store.picture('shop', 'live'))?.environment).toEqual(entity);
    });

    it('put on any version makes what is not there', async () => {
      await bench.store.commit(change([{ put: 'flag', basedOn: 'any', entity: flag('a') }]));
      expect(await bench.store.get('flag', { project: 'shop', key: 'a' })).toMatchObject({ version: 1 });
    });

    it('come back as they were, whatever their text holds', async () => {
      const odd = flag('a', { name: 'nul \u0000, lone \ud800, 🏴 and "quotes"', description: "'; drop table flag; --" });
      await bench.store.commit(change([{ put: 'flag', basedOn: null, entity: odd }]));
      expect((await bench.store.get('flag', { project: 'shop', key: 'a' }))?.entity).toEqual(odd);
      expect(JSON.stringify((await bench.reopen().then((s) => s.list('flag')))[0]?.entity)).toBe(JSON.stringify(odd));
    });

    it('are listed in key order, by bytes', async () => {
      const keys = ['b', 'a-1', 'B', 'a', 'ä', 'a.1'];
      await bench.store.commit(change(keys.map((key) => ({ put: 'flag', basedOn: null, entity: flag(key) }))));
      expect((await bench.store.list('flag', { project: 'shop' })).map((row) => row.entity.key)).toEqual([
        'B',
        'a',
        'a-1',
        'a.1',
        'b',
        'ä',
      ]);
      expect(await bench.store.list('flag', { project: 'other' })).toEqual([]);
    });

    it('are found by their filters, null among the values', async () => {
      const { store } = bench;
      const admin = token('t2', { kind: 'admin', project: null, environment: null });
      const tokens = [token('t1'), admin, token('t3', { kind: 'client' })];
      await store.commit(change(tokens.map((entity) => ({ put: 'token', basedOn: null, entity }))));
      const ids = async (where: Parameters<typeof store.list<'token'>>[1]) =>
        (await store.list('token', where)).map((row) => row.entity.id);
      expect(await ids({ hash: 'hash of t3' })).toEqual(['t3']);
      expect(await ids({ project: null })).toEqual(['t2']);
      expect(await ids({ project: 'shop', kind: 'server' })).toEqual(['t1']);
      expect(await ids({})).toEqual(['t1', 't2', 't3']);
      await expect(store.list('token', { name: 't1' } as never)).rejects.toThrow(TypeError);
    });

    it('follow a changed filter property', async () => {
      const { store } = bench;
      await store.commit(change([{ put: 'user', basedOn: null, entity: user('u1', 'a@x') }]));
      await store.commit(change([{ put: 'user', basedOn: 1, entity: user('u1', 'b@x') }]));
      expect(await store.list('user', { email: 'a@x' })).toEqual([]);
      expect(await store.list('user', { email: 'b@x' })).toHaveLength(1);
    });

    it('refuse a key that is taken, and change nothing', async () => {
      await bench.store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a') }]));
      const again = bench.store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a', { name: 'other' }) }]));
      await expect(again).rejects.toMatchObject({
        code: 'exists',
        details: { kind: 'flag', key: { project: 'shop', key: 'a' } },
      });
      expect(await bench.store.get('flag', { project: 'shop', key: 'a' })).toEqual({ version: 1, entity: flag('a') });
    });

    it.each([
      ['user', 'email', user('u1', 'a@x'), user('u2', 'a@x'), user('u2', 'b@x')],
      ['token', 'hash', token('t1'), token('t2', { hash: 'hash of t1' }), token('t2')],
    ] as const)('hold the unique property of a %s', async (kind, field, first, second, control) => {
      const put = (entity: typeof first) => bench.store.commit(change([{ put: kind, basedOn: null, entity } as never]));
      await put(first);
      await expect(put(second)).rejects.toMatchObject({ code: 'exists', details: { kind, field } });
      expect(await bench.store.list(kind)).toHaveLength(1);
      await put(control);
      expect(await bench.store.list(kind)).toHaveLength(2);
    });

    it('one rollout at a time is active on a rule', async () => {
      const { store } = bench;
      const put = (id: string, rule: string) =>
        store.commit(change([{ put: 'rollout', basedOn: null, entity: rollout(id, { flag: 'a', rule }) }]));
      await put('one', 'r1');
      await expect(put('two', 'r1')).rejects.toMatchObject({ code: 'conflict', details: { kind: 'rollout' } });
      await put('three', 'r2');
      const ended = rollout('one', { flag: 'a', state: 'completed', endedAt: AT });
      await store.commit(change([{ put: 'rollout', basedOn: 1, entity: ended }]));
      await put('four', 'r1');
      expect(await store.list('rollout', { ...LIVE, flag: 'a', state: 'running' })).toHaveLength(2);
    });

    it('refuse a moved version with what stands there now, and change nothing', async () => {
      const { store } = bench;
      const key = { project: 'shop', key: 'a' };
      await store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a') }]));
      await store.commit(change([{ put: 'flag', basedOn: 1, entity: flag('a', { name: 'second' }) }]));
      const current = { version: 2, entity: flag('a', { name: 'second' }) };
      const refusal = { code: 'conflict', details: { kind: 'flag', key, current } };
      await expect(store.commit(change([{ put: 'flag', basedOn: 1, entity: flag('a') }]))).rejects.toMatchObject(refusal);
      await expect(store.commit(change([{ remove: 'flag', key, basedOn: 1 }]))).rejects.toMatchObject(refusal);
      expect(await store.get('flag', key)).toEqual(current);
    });

    it('refuse a version of what is gone', async () => {
      const gone = bench.store.commit(change([{ put: 'flag', basedOn: 1, entity: flag('a') }]));
      await expect(gone).rejects.toMatchObject({ code: 'conflict', details: { current: null } });
    });

    it('let one of many win that saw the same version', async () => {
      const { store } = bench;
      await store.commit(change([{ put: 'flag', basedOn: null, entity: flag('a') }]));
      const tries = Array.from({ length: 20 }, (_, i) =>
        store.commit(change([{ put: 'flag', basedOn: 1, entity: flag('a', { name: `${i}` }) }])),
      );
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect(await store.get('flag', { project: 'shop', key: 'a' })).toMatchObject({ version: 2 });
    });

    it('are pictured with their environment and its revision', async () => {
      const { store } = bench;
      const reverted = { flag: 'b', state: 'reverted', endedAt: AT } as const;
      await store.commit(
        change(
          [
            { put: 'flag', basedOn: null, entity: flag('a') },
            { put: 'state', basedOn: null, entity: state('a') },
            { put: 'state', basedOn: null, entity: state('a', 'elsewhere') },
            { put: 'rollout', basedOn: null, entity: rollout('active') },
            { put: 'rollout', basedOn: null, entity: rollout('unconfirmed', reverted) },
            { put: 'rollout', basedOn: null, entity: rollout('confirmed', { ...reverted, confirmedAt: AT }) },
            { put: 'rollout', basedOn: null, entity: rollout('completed', { state: 'completed', endedAt: AT }) },
          ],
          { environments: [LIVE] },
        ),
      );
      const picture = await store.picture('shop', 'live');
      expect(picture?.revision).toEqual(await liveRevision(store));
      expect(picture?.flags).toEqual([flag('a')]);
      expect(picture?.states).toEqual([state('a')]);
      expect(picture?.rollouts.map((row) => row.id)).toEqual(['active', 'unconfirmed']);
      expect(await store.picture('shop', 'elsewhere')).toBeUndefined();
    });
  });
}
