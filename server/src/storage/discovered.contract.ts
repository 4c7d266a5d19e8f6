import { describe, expect, it } from 'vitest';
import { DISCOVERED_KEPT, type DiscoveredFlag } from '../domain/flag/discovered.ts';
import type { Bench } from './store.contract.ts';
import { AT, change, LIVE } from './testing/samples.ts';

/** Flags that are asked for and not there. */
export function discoveredCases(bench: Bench): void {
  const one = (flag: string, over: Partial<DiscoveredFlag> = {}): DiscoveredFlag => ({
    ...{ ...LIVE, flag, type: 'string', fallback: '"a \\"quoted\\" default"', apps: ['shop'], count: 1 },
    ...{ firstSeenAt: AT, lastSeenAt: AT, dismissedAt: null },
    ...over,
  });
  const put = (entity: DiscoveredFlag, basedOn: number | null = null) =>
    bench.store.commit(change([{ put: 'discovered', entity, basedOn }]));
  const names = async () => (await bench.store.list('discovered', { project: 'shop' })).map(({ entity }) => entity.flag);

  describe('discovered flags', () => {
    it('are kept for each environment, whatever their key is, and found by their project and key', async () => {
      const odd = ['Ünï / code?', '__proto__', "'; drop table", 'a'];
      for (const flag of odd) await put(one(flag));
      await put(one('a', { environment: 'elsewhere', count: 2 }));
      expect((await names()).sort()).toEqual([...odd, 'a'].sort());
      const found = await bench.store.list('discovered', { project: 'shop', flag: 'a' });
      expect(found.map(({ entity }) => [entity.environment, entity.count])).toEqual([
        ['elsewhere', 2],
        ['live', 1],
      ]);
      expect(await bench.store.get('discovered', { ...LIVE, flag: '__proto__' })).toEqual({
        version: 1,
        entity: one('__proto__'),
      });
    });

    it('go 30 days after they were last asked for, and not before', async () => {
      await put(one('often'));
      await put(one('once'));
      await put(one('often', { count: 2, lastSeenAt: AT + 1_000 }), 1);
      expect(await bench.store.prune(AT + DISCOVERED_KEPT)).toBe(0);
      expect(await bench.store.prune(AT + DISCOVERED_KEPT + 1)).toBe(1);
      expect(await names()).toEqual(['often']);
    });

    it('go with their environment and leave those of others', async () => {
      await put(one('a'));
      await put(one('a', { environment: 'elsewhere' }));
      await bench.store.commit(change([{ remove: 'environment', key: { project: 'shop', key: 'live' }, basedOn: 'any' }]));
      expect((await bench.store.list('discovered')).map(({ entity }) => entity.environment)).toEqual(['elsewhere']);
    });

    it('written by two servers at once conflict, and neither count is lost', async () => {
      await put(one('a'));
      const tries = await Promise.allSettled([put(one('a', { count: 2 }), 1), put(one('a', { count: 3 }), 1)]);
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = tries.find((one): one is PromiseRejectedResult => one.status === 'rejected');
      expect(refused?.reason).toMatchObject({ code: 'conflict' });
    });
  });
}
