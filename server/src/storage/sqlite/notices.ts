import { and, asc, desc, eq, inArray, isNull, lt, lte, or } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { NoticeRecord } from '../../domain/notice/notice.ts';
import type { Clock, NoticeProgress, Store } from '../../domain/ports.ts';
import { NOTICES_KEPT, noticeRecord } from '../notices.ts';
import { notice } from './schema.ts';

/** The outbox. One process has the file, so its clock is the database's time. The caller holds the transactions of writes. */
export function createNoticeTable(db: BetterSQLite3Database, clock: Clock) {
  return {
    take(owner: string, ttlMs: number, limit: number): NoticeRecord[] {
      const now = clock();
      const free = or(isNull(notice.owner), eq(notice.owner, owner), lte(notice.until, now));
      const due = and(lte(notice.due, now), free);
      const rows = db.select().from(notice).where(due).orderBy(asc(notice.id)).limit(limit).all();
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0)
        db.update(notice)
          .set({ owner, until: now + ttlMs })
          .where(inArray(notice.id, ids))
          .run();
      return rows.map(noticeRecord);
    },
    settle(owner: string, { id, deliveries, dueInMs }: NoticeProgress): boolean {
      const due = dueInMs === null ? null : clock() + dueInMs;
      const held = and(eq(notice.id, id), eq(notice.owner, owner));
      const set = { deliveries: JSON.stringify(deliveries), due, owner: null, until: 0 };
      return db.update(notice).set(set).where(held).run().changes > 0;
    },
    list({ project, before, limit }: Parameters<Store['notices']>[0]): NoticeRecord[] {
      const older = before === undefined ? undefined : lt(notice.id, before);
      const wanted = and(eq(notice.project, project), older);
      return db.select().from(notice).where(wanted).orderBy(desc(notice.id)).limit(limit).all().map(noticeRecord);
    },
    /** Those that are over, after their retention. */
    dropOld(now: number): number {
      const old = and(isNull(notice.due), lt(notice.at, now - NOTICES_KEPT));
      return db.delete(notice).where(old).run().changes;
    },
  };
}
