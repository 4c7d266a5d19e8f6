import { describe, expect, it } from 'vitest';
import type { Claim } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import type { Bench } from './store.contract.ts';
import { AT, change, entry, LIVE, liveRevision, rollout } from './testing/samples.ts';

const LONG = 600_000;
const SHORT = 150;

/** Leases on rollouts: who may advance one, and what stops an advance that comes too late. */
export function leaseCases(bench: Bench): void {
  const make = (...ids: string[]) =>
    bench.store.commit(change(ids.map((id) => ({ put: 'rollout', basedOn: null, entity: rollout(id) }))));
  const claimOne = async (owner: string, ttlMs: number): Promise<Claim | undefined> =>
    (await bench.store.claim(owner, ttlMs, ['running']))[0];
  /** The controller's commit under a claim. */
  const advance = (claim: Claim | undefined, owner: string, over: Partial<Rollout> = { percent: 50 }) => {
    if (claim === undefined) throw new Error('nothing was claimed');
    const { version, entity } = claim.rollout;
    return bench.store.commit(
      change([{ put: 'rollout', basedOn: version, entity: { ...entity, ...over } }], {
        environments: [LIVE],
        audit: [entry()],
        fence: { rollout: entity.id, owner, token: claim.token },
      }),
    );
  };
  const lost = { code: 'conflict', details: { kind: 'lease' } };

  describe('leases', () => {
    it('go to one owner, for rollouts in the wanted states', async () => {
      await make('a', 'b');
      await bench.store.commit(change([{ put: 'rollout', basedOn: null, entity: rollout('c', { state: 'paused' }) }]));
      const claims = await bench.store.claim('one', LONG, ['running', 'holding']);
      expect(claims.map((claim) => claim.rollout)).toEqual([
        { version: 1, entity: rollout('a') },
        { version: 1, entity: rollout('b') },
      ]);
      expect(await bench.store.claim('two', LONG, ['running', 'holding'])).toEqual([]);
      expect((await bench.store.claim('two', LONG, ['paused'])).map((claim) => claim.rollout.entity.id)).toEqual(['c']);
      expect(await bench.store.claim('two', LONG, [])).toEqual([]);
    });

    it('go to one of many who ask at once', async () => {
      await make('a');
      const owners = Array.from({ length: 8 }, (_, i) => `owner ${i}`);
      const won = await Promise.all(owners.map((owner) => bench.store.claim(owner, LONG, ['running'])));
      expect(won.flat()).toHaveLength(1);
    });

    it('are renewed under the same token, with the rollout as it is now', async () => {
      await make('a');
      const first = await claimOne('one', LONG);
      await bench.store.commit(change([{ put: 'rollout', basedOn: 1, entity: rollout('a', { percent: 7 }) }]));
      const second = await claimOne('one', LONG * 2);
      expect(second?.token).toBe(first?.token);
      expect(second?.until).toBeGreaterThan(first?.until ?? Number.POSITIVE_INFINITY);
      expect(second?.rollout).toEqual({ version: 2, entity: rollout('a', { percent: 7 }) });
    });

    it('let their owner commit (the control)', async () => {
      await make('a');
      await advance(await claimOne('one', LONG), 'one');
      expect(await liveRevision(bench.store)).toEqual({ epoch: 1, n: 1 });
    });

    it('that ran out let nobody commit, and the next owner has a higher token', async () => {
      await make('a');
      const old = await claimOne('one', SHORT);
      await bench.database.elapse(2 * SHORT);
      await expect(advance(old, 'one')).rejects.toMatchObject(lost);
      const taken = await claimOne('two', LONG);
      expect(taken?.token).toBeGreaterThan(old?.token ?? Number.POSITIVE_INFINITY);
      await expect(advance(old, 'one')).rejects.toMatchObject(lost);
      expect(await liveRevision(bench.store)).toEqual({ epoch: 1, n: 0 });
      expect(await bench.store.audit({ limit: 1 })).toEqual([]);
      await advance(taken, 'two');
    });

    it('that ran out come back to the same owner under a new token', async () => {
      await make('a');
      const old = await claimOne('one', SHORT);
      await bench.database.elapse(2 * SHORT);
      const renewed = await claimOne('one', LONG);
      expect(renewed?.token).toBeGreaterThan(old?.token ?? Number.POSITIVE_INFINITY);
      await expect(advance(old, 'one')).rejects.toMatchObject(lost);
    });

    it('need the right owner as well as the right token', async () => {
      await make('a');
      const claim = await claimOne('one', LONG);
      await expect(advance(claim, 'two')).rejects.toMatchObject(lost);
    });

    it('are broken by a revert: the advance in flight fails, the revert stands', async () => {
      await make('a');
      const inFlight = await claimOne('one', LONG);
      await bench.store.commit(
        change([{ put: 'rollout', basedOn: 1, entity: rollout('a', { state: 'reverted', percent: 0, endedAt: AT }) }], {
          environments: [LIVE],
          breakLease: 'a',
        }),
      );
      await expect(advance(inFlight, 'one')).rejects.toMatchObject(lost);
      const now = await bench.store.get('rollout', { ...LIVE, id: 'a' });
      expect(now).toMatchObject({ version: 2, entity: { state: 'reverted', percent: 0 } });
    });

    it('are broken even where the version would not tell', async () => {
      await make('a');
      const inFlight = await claimOne('one', LONG);
      await bench.store.commit(change([], { breakLease: 'a' }));
      await expect(advance(inFlight, 'one')).rejects.toMatchObject(lost);
      const next = await claimOne('one', LONG);
      expect(next?.token).toBeGreaterThan(inFlight?.token ?? Number.POSITIVE_INFINITY);
      await advance(next, 'one');
    });

    it('a moved rollout stops the advance too, lease or not', async () => {
      await make('a');
      const claim = await claimOne('one', LONG);
      await bench.store.commit(change([{ put: 'rollout', basedOn: 1, entity: rollout('a', { percent: 9 }) }]));
      await expect(advance(claim, 'one')).rejects.toMatchObject({ code: 'conflict', details: { kind: 'rollout' } });
    });

    it('let no stage be taken twice by two controllers', async () => {
      await make('a');
      let advanced = 0;
      for (let round = 0; round < 20; round++) {
        const step = async (owner: string) => {
          const [claim] = await bench.store.claim(owner, LONG, ['running']);
          if (claim === undefined) return;
          await advance(claim, owner, { percent: claim.rollout.entity.percent + 1 });
          advanced++;
          await bench.store.release(owner);
        };
        await Promise.allSettled([step('one'), step('two')]);
      }
      const now = await bench.store.get('rollout', { ...LIVE, id: 'a' });
      expect(now?.entity.percent).toBe(1 + advanced);
      expect(advanced).toBeGreaterThanOrEqual(20);
    });

    it('are given up on release, only the owner’s own', async () => {
      await make('a', 'b');
      await bench.store.claim('one', LONG, ['running']);
      await bench.store.release('two');
      expect(await bench.store.claim('two', LONG, ['running'])).toEqual([]);
      await bench.store.release('one');
      expect(await bench.store.claim('two', LONG, ['running'])).toHaveLength(2);
    });

    it('outlive a restart', async () => {
      await make('a');
      await bench.store.claim('one', LONG, ['running']);
      const again = await bench.reopen();
      expect(await again.claim('two', LONG, ['running'])).toEqual([]);
      expect(await again.claim('one', LONG, ['running'])).toHaveLength(1);
    });
  });
}
