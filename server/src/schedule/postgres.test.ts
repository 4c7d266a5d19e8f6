import { afterAll, describe, expect, it } from 'vitest';
import type { ScheduledChange } from '../domain/flag/scheduled.ts';
import { stateSubject, surroundings } from '../http/flags/state-subject.ts';
import { openPostgres } from '../storage/postgres/open.ts';
import { startCluster } from '../storage/testing/postgres.ts';
import { AT, change, flag, LIVE, settle, silent, state, user } from '../storage/testing/samples.ts';
import { createScheduler } from './scheduler.ts';

const started = await startCluster();
if ('reason' in started) console.warn(`skipped: ${started.reason}`);
else afterAll(() => started.stop());

describe.skipIf('reason' in started)('schedulers of two servers on one Postgres', () => {
  it('make every change once, each flag with one revision for it', async () => {
    if ('reason' in started) return;
    const database = await started.create();
    const open = () => openPostgres({ url: database.url, clock: Date.now, log: silent });
    const stores = await Promise.all([open(), open(), open()]);
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    try {
      await settle(store);
      const flags = Array.from({ length: 12 }, (_, i) => `f${i}`);
      const scheduled = (key: string): ScheduledChange => ({
        ...{ ...LIVE, id: `s-${key}`, flag: key, at: AT - 400 * 86_400_000, reason: 'the launch', madeAt: 0 },
        change: { kind: 'edit', edit: { enabled: true } },
        by: { kind: 'user', id: 'u1', name: 'Ada' },
        basedOn: { version: 1, parts: { enabled: false, killed: null } },
        ...{ state: 'waiting', settledAt: null, outcome: null },
      });
      await store.commit(
        change([
          { put: 'user', entity: user('u1', 'ada@example.com'), basedOn: null },
          ...flags.flatMap((key) => [
            { put: 'flag' as const, entity: flag(key), basedOn: null },
            { put: 'state' as const, entity: state(key), basedOn: null },
            { put: 'scheduled' as const, entity: scheduled(key), basedOn: null },
          ]),
        ]),
      );
      const [before] = await store.revisions();
      const schedulers = stores.map((one) =>
        createScheduler({ store: one, read: { subject: stateSubject, surroundings }, clock: Date.now, log: silent }),
      );
      await Promise.all([...schedulers, ...schedulers].map((one) => one.tick()));
      expect(await store.list('scheduled', { state: 'applied' })).toHaveLength(12);
      for (const key of flags)
        expect(await store.audit({ object: `flag/${key}`, action: 'schedule.applied', limit: 10 })).toHaveLength(1);
      const [after] = await store.revisions();
      expect((after?.revision.n ?? 0) - (before?.revision.n ?? 0)).toBe(12);
      expect(await store.notices({ project: 'shop', limit: 50 })).toHaveLength(12);
    } finally {
      await Promise.all(stores.map((one) => one.close()));
      await database.drop();
    }
  });
});
