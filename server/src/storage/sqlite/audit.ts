import { and, desc, eq, gte, lt, or } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AuditRecord } from '../../domain/audit.ts';
import type { Store } from '../../domain/ports.ts';
import { auditRecord } from '../audit.ts';
import { audit } from './schema.ts';

/** History, newest first. */
export function readAudit(db: BetterSQLite3Database, query: Parameters<Store['audit']>[0]): AuditRecord[] {
  const { project, environment, object, actor, action, from, to, before, limit } = query;
  const conditions = [
    project === undefined ? undefined : eq(audit.project, project),
    environment === undefined ? undefined : eq(audit.environment, environment),
    object === undefined ? undefined : eq(audit.object, object),
    actor === undefined ? undefined : or(eq(audit.actorId, actor), eq(audit.actorName, actor)),
    action === undefined ? undefined : eq(audit.action, action),
    from === undefined ? undefined : gte(audit.at, from),
    to === undefined ? undefined : lt(audit.at, to),
    before === undefined ? undefined : lt(audit.seq, before),
  ];
  const rows = db
    .select()
    .from(audit)
    .where(and(...conditions))
    .orderBy(desc(audit.seq))
    .limit(limit)
    .all();
  return rows.map(auditRecord);
}
