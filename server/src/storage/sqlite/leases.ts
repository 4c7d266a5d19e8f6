import { and, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Claim, Clock } from '../../domain/ports.ts';
import type { Rollout, RolloutState } from '../../domain/rollout/rollout.ts';
import { columnOf, lease, rollout } from './schema.ts';

/** One process has the file, so its clock is the database's time. The caller holds the transaction. */
export function createLeases(db: BetterSQLite3Database, clock: Clock) {
  const take = db
    .update(lease)
    .set({
      owner: sql`${sql.placeholder('owner')}`,
      until: sql`${sql.placeholder('until')}`,
      fence: sql`${sql.placeholder('token')}`,
    })
    .where(eq(lease.rollout, sql.placeholder('rollout')))
    .prepare();
  return {
    claim(owner: string, ttlMs: number, states: readonly RolloutState[]): Claim[] {
      const now = clock();
      const until = now + ttlMs;
      const open = or(isNull(lease.owner), eq(lease.owner, owner), lte(lease.until, now));
      return db
        .select({
          id: lease.rollout,
          owner: lease.owner,
          until: lease.until,
          fence: lease.fence,
          version: rollout.version,
          body: rollout.body,
        })
        .from(rollout)
        .innerJoin(lease, eq(lease.rollout, columnOf('rollout', 'id')))
        .where(and(inArray(columnOf('rollout', 'state'), [...states]), open))
        .orderBy(lease.rollout)
        .all()
        .map((row) => {
          const renewed = row.owner === owner && row.until > now;
          const token = renewed ? row.fence : row.fence + 1;
          take.run({ owner, until, token, rollout: row.id });
          return { rollout: { version: row.version, entity: JSON.parse(row.body) as Rollout }, token, until };
        });
    },
    release(owner: string): void {
      db.update(lease).set({ owner: null, until: 0 }).where(eq(lease.owner, owner)).run();
    },
  };
}
