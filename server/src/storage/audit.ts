import type { AuditEntry, AuditRecord } from '../domain/audit.ts';

/** An audit row as both databases keep it; `before` and `after` are JSON. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly action: string;
  readonly project: string | null;
  readonly environment: string | null;
  readonly object: string;
  readonly summary: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string | null;
}

/** The row of an entry; the database gives `seq`. */
export function auditRow(entry: AuditEntry, at: number): Omit<AuditRow, 'seq'> {
  const { actor, before, after, ...plain } = entry;
  return {
    ...plain,
    at,
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    before: JSON.stringify(before ?? null),
    after: JSON.stringify(after ?? null),
  };
}

export function auditRecord(row: AuditRow): AuditRecord {
  const { actorKind, actorId, actorName, before, after, ...plain } = row;
  return {
    ...plain,
    actor: { kind: actorKind as AuditRecord['actor']['kind'], id: actorId, name: actorName },
    before: JSON.parse(before) as unknown,
    after: JSON.parse(after) as unknown,
  };
}
