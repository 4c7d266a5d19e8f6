/** Turning a decided change into one transaction. */
import { and, eq, gt, inArray, or, sql } from 'drizzle-orm';
import type { AuditRecord } from '../../domain/audit.ts';
import type { Change, Committed, Fold, Moved, Write } from '../../domain/ports.ts';
import { auditRow } from '../audit.ts';
import { batchPath, environmentGone, foldedBefore, inKeyOrder, leaseLost, subjectOf, writtenHere } from '../entities.ts';
import { noticePath, noticeRow } from '../notices.ts';
import type { Db } from './connect.ts';
import { byBytes, listEntities, writeEntity } from './entities.ts';
import { takenColumns } from './errors.ts';
import { DATABASE_NOW } from './leases.ts';
import { audit, batch, columnOf, discovered, lease, minute, notice, part, report, revision } from './schema.ts';

type Place = Change['environments'][number];

const here = ({ project, environment }: Place) => and(eq(revision.project, project), eq(revision.environment, environment));

/** Runs inside the caller's transaction and throws to undo it. Locks in one order: environments by key, then the lease. */
export async function commit(db: Db, change: Change, at: number): Promise<{ committed: Committed; moved: Moved }> {
  const places = inKeyOrder(change.environments);
  await lockEnvironments(db, places);
  if (change.fence !== undefined) await holdLease(db, change.fence);
  for (const write of change.writes) {
    await writeEntity(db, write);
    await follow(db, write);
  }
  if (change.breakLease !== undefined)
    await db
      .update(lease)
      .set({ owner: null, until: 0, fence: sql`${lease.fence} + 1` })
      .where(eq(lease.rollout, change.breakLease));
  if (change.fold !== undefined) await fold(db, change.fold);
  const records = await addAudit(db, change.audit, at);

  const removed = new Set(change.writes.filter((write) => 'remove' in write).map((write) => subjectOf(write).path));
  const revisions: { project: string; environment: string; revision: { epoch: number; n: number } }[] = [];
  for (const place of places) {
    if (removed.has(`environment/${place.project}/${place.environment}`)) continue;
    const [next] = await db
      .update(revision)
      .set({ n: sql`${revision.n} + 1` })
      .where(and(here(place), eq(revision.retired, false)))
      .returning({ epoch: revision.epoch, n: revision.n });
    if (next === undefined) throw environmentGone(place);
    revisions.push({ ...place, revision: next });
  }
  const objects = [...new Set(change.writes.map((write) => subjectOf(write).path))];
  for (const id of new Set(change.fold?.batches.map((row) => row.rollout)))
    objects.push(batchPath(writtenHere(change, id) ?? (await listEntities(db, 'rollout', { id }))[0]?.entity, id));
  if (change.notices !== undefined && change.notices.length > 0) {
    const rows = change.notices.map((one) => noticeRow(one, at));
    const made = await db.insert(notice).values(rows).returning({ project: notice.project, id: notice.id });
    for (const { project, id } of made) objects.push(noticePath(project, id));
  }
  return { committed: { at, revisions, audit: records }, moved: { revisions, objects } };
}

async function lockEnvironments(db: Db, places: readonly Place[]): Promise<void> {
  if (places.length === 0) return;
  await db
    .select({ n: revision.n })
    .from(revision)
    .where(or(...places.map(here)))
    .orderBy(byBytes(revision.project), byBytes(revision.environment))
    .for('update');
}

async function holdLease(db: Db, fence: NonNullable<Change['fence']>): Promise<void> {
  const held = and(
    eq(lease.rollout, fence.rollout),
    eq(lease.owner, fence.owner),
    eq(lease.fence, fence.token),
    gt(lease.until, DATABASE_NOW),
  );
  const rows = await db.select({ rollout: lease.rollout }).from(lease).where(held).for('update');
  if (rows.length === 0) throw leaseLost(fence.rollout);
}

async function fold(db: Db, { reports, batches }: Fold): Promise<void> {
  const rollout = batches[0]?.rollout ?? '';
  if (reports.length > 0) {
    const open = and(inArray(part.id, [...reports]), eq(part.folded, false));
    const folded = await db.update(part).set({ folded: true, payload: null }).where(open);
    if (folded.rowCount !== reports.length) throw foldedBefore(rollout);
  }
  try {
    if (batches.length > 0) await db.insert(batch).values([...batches]);
  } catch (error) {
    throw takenColumns(error) === undefined ? error : foldedBefore(rollout, error);
  }
}

async function addAudit(db: Db, entries: Change['audit'], at: number): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for (const entry of entries) {
    const [row] = await db.insert(audit).values(auditRow(entry, at)).returning({ seq: audit.seq });
    records.push({ ...entry, at, seq: row?.seq ?? 0 });
  }
  return records;
}

/** What goes with an entity: an environment's revision, a rollout's lease, and on removal what was recorded about them. */
async function follow(db: Db, write: Write): Promise<void> {
  if ('put' in write) {
    if (write.put === 'environment')
      await db
        .insert(revision)
        .values({ project: write.entity.project, environment: write.entity.key, epoch: 1, n: 0, retired: false })
        .onConflictDoUpdate({
          target: [revision.project, revision.environment],
          set: { epoch: sql`${revision.epoch} + 1`, n: 0, retired: false },
          setWhere: eq(revision.retired, true),
        });
    if (write.put === 'rollout')
      await db.insert(lease).values({ rollout: write.entity.id, owner: null, until: 0, fence: 0 }).onConflictDoNothing();
    return;
  }
  if (write.remove === 'environment') {
    const { project, key: environment } = write.key;
    await db.update(revision).set({ retired: true }).where(here({ project, environment }));
    await db.delete(minute).where(and(eq(minute.project, project), eq(minute.environment, environment)));
    await db.delete(report).where(and(eq(report.project, project), eq(report.environment, environment)));
    await db
      .delete(discovered)
      .where(and(eq(columnOf('discovered', 'project'), project), eq(columnOf('discovered', 'environment'), environment)));
  }
  if (write.remove === 'rollout') {
    await db.delete(lease).where(eq(lease.rollout, write.key.id));
    await db.delete(batch).where(eq(batch.rollout, write.key.id));
    await db.delete(part).where(eq(part.rollout, write.key.id));
  }
}
