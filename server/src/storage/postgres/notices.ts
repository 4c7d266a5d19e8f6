import { and, asc, desc, eq, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { NoticeRecord } from '../../domain/notice/notice.ts';
import type { NoticeProgress, Store } from '../../domain/ports.ts';
import { NOTICES_KEPT, noticeRecord } from '../notices.ts';
import type { Db } from './connect.ts';
import { DATABASE_NOW } from './leases.ts';
import { notice } from './schema.ts';

/** Inside a transaction. A notice that another transaction is busy with is left to that one. */
export async function takeNotices(db: Db, owner: string, ttlMs: number, limit: number): Promise<NoticeRecord[]> {
  const free = or(isNull(notice.owner), eq(notice.owner, owner), lte(notice.until, DATABASE_NOW));
  const rows = await db
    .select()
    .from(notice)
    .where(and(lte(notice.due, DATABASE_NOW), free))
    .orderBy(asc(notice.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await db
      .update(notice)
      .set({ owner, until: sql`${DATABASE_NOW} + ${ttlMs}::bigint` })
      .where(inArray(notice.id, ids));
  return rows.map(noticeRecord);
}

export async function settleNotice(db: Db, owner: string, { id, deliveries, dueInMs }: NoticeProgress): Promise<boolean> {
  const due = dueInMs === null ? null : sql`${DATABASE_NOW} + ${dueInMs}::bigint`;
  const { rowCount } = await db
    .update(notice)
    .set({ deliveries: JSON.stringify(deliveries), due, owner: null, until: 0 })
    .where(and(eq(notice.id, id), eq(notice.owner, owner)));
  return (rowCount ?? 0) > 0;
}

export async function listNotices(db: Db, { project, before, limit }: Parameters<Store['notices']>[0]): Promise<NoticeRecord[]> {
  const older = before === undefined ? undefined : lt(notice.id, before);
  const wanted = and(eq(notice.project, project), older);
  return (await db.select().from(notice).where(wanted).orderBy(desc(notice.id)).limit(limit)).map(noticeRecord);
}

/** Those that are over, after their retention. */
export async function dropOldNotices(db: Db, now: number): Promise<number> {
  const { rowCount } = await db.delete(notice).where(and(isNull(notice.due), lt(notice.at, now - NOTICES_KEPT)));
  return rowCount ?? 0;
}
