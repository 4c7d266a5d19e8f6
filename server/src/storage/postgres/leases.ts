import { and, eq, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Claim } from '../../domain/ports.ts';
import type { Rollout, RolloutState } from '../../domain/rollout/rollout.ts';
import type { Db } from './connect.ts';
import { columnOf, lease, rollout } from './schema.ts';

/** Milliseconds since the epoch by the one clock that all servers share. */
export const DATABASE_NOW: SQL<number> = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Inside a transaction. A lease that another transaction is busy with is left for the next tick. */
export async function claim(db: Db, owner: string, ttlMs: number, states: readonly RolloutState[]): Promise<Claim[]> {
  const open = or(isNull(lease.owner), eq(lease.owner, owner), lte(lease.until, DATABASE_NOW));
  const free = await db
    .select({ id: lease.rollout })
    .from(lease)
    .innerJoin(rollout, eq(columnOf('rollout', 'id'), lease.rollout))
    .where(and(inArray(columnOf('rollout', 'state'), [...states]), open))
    .orderBy(lease.rollout)
    .for('update', { of: lease, skipLocked: true });
  if (free.length === 0) return [];

  const renewed = sql`${lease.owner} = ${owner} and ${lease.until} > ${DATABASE_NOW}`;
  const ids = free.map(({ id }) => id);
  const leases = await db
    .update(lease)
    .set({
      owner,
      until: sql`${DATABASE_NOW} + ${ttlMs}::bigint`,
      fence: sql`case when ${renewed} then ${lease.fence} else ${lease.fence} + 1 end`,
    })
    .where(inArray(lease.rollout, ids))
    .returning({ id: lease.rollout, until: lease.until, token: lease.fence });
  const rows = await db
    .select({ version: rollout.version, body: rollout.body })
    .from(rollout)
    .where(inArray(columnOf('rollout', 'id'), ids));
  return rows
    .map((row) => ({ version: row.version, entity: JSON.parse(row.body) as Rollout }))
    .flatMap((stored) => {
      const held = leases.find((row) => row.id === stored.entity.id);
      return held === undefined ? [] : [{ rollout: stored, token: held.token, until: held.until }];
    })
    .sort((a, b) => (a.rollout.entity.id < b.rollout.entity.id ? -1 : 1));
}

export async function release(db: Db, owner: string): Promise<void> {
  await db.update(lease).set({ owner: null, until: 0 }).where(eq(lease.owner, owner));
}
