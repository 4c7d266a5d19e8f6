/** Turning a decided change into one transaction. */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AuditRecord } from '../../domain/audit.ts';
import type { Change, Clock, Committed, Moved, Write } from '../../domain/ports.ts';
import { auditRow } from '../audit.ts';
import { batchPath, environmentGone, foldedBefore, inKeyOrder, leaseLost, subjectOf, writtenHere } from '../entities.ts';
import { noticePath, noticeRow } from '../notices.ts';
import type { EntityTables } from './entities.ts';
import { takenColumns } from './errors.ts';
import { audit, batch, columnOf, discovered, lease, minute, notice, part, report, revision } from './schema.ts';

/** What a change did, and what to tell the watchers once it is durable. */
export interface Outcome {
  readonly committed: Committed;
  readonly moved: Moved;
}

/** The returned function runs inside the caller's transaction and throws to undo it. */
export function prepareCommit(db: BetterSQLite3Database, entities: EntityTables, clock: Clock): (change: Change) => Outcome {
  const statements = prepare(db);

  function holdLease(fence: NonNullable<Change['fence']>, now: number): void {
    if (statements.leaseHeld.get({ ...fence, now }) === undefined) throw leaseLost(fence.rollout);
  }
  function fold(reports: readonly number[], batches: NonNullable<Change['fold']>['batches']): void {
    const rollout = batches[0]?.rollout ?? '';
    for (const id of reports) if (statements.foldPart.run({ id }).changes === 0) throw foldedBefore(rollout);
    try {
      for (const row of batches) statements.addBatch.run({ ...row });
    } catch (error) {
      throw takenColumns(error) === undefined ? error : foldedBefore(rollout, error);
    }
  }
  /** What goes with an entity: an environment's revision, a rollout's lease, and on removal what was recorded about them. */
  function follow(write: Write): void {
    if ('put' in write) {
      if (write.put === 'environment')
        statements.startRevision.run({ project: write.entity.project, environment: write.entity.key });
      if (write.put === 'rollout' && typeof write.basedOn !== 'number') statements.makeLease.run({ rollout: write.entity.id });
      return;
    }
    if (write.remove === 'environment') {
      const at = { project: write.key.project, environment: write.key.key };
      for (const statement of statements.forgetEnvironment) statement.run(at);
    }
    if (write.remove === 'rollout') for (const statement of statements.forgetRollout) statement.run({ rollout: write.key.id });
  }

  return (change) => {
    const at = clock();
    if (change.fence !== undefined) holdLease(change.fence, at);
    for (const write of change.writes) {
      entities.write(write);
      follow(write);
    }
    if (change.breakLease !== undefined) statements.breakLease.run({ rollout: change.breakLease });
    if (change.fold !== undefined) fold(change.fold.reports, change.fold.batches);
    const records: AuditRecord[] = change.audit.map((entry) => {
      const { seq } = statements.addAudit.get(auditRow(entry, at));
      return { ...entry, seq, at };
    });
    const told = (change.notices ?? []).map((one) => {
      const { id } = statements.addNotice.get(noticeRow(one, at));
      return noticePath(one.project, id);
    });
    const removed = new Set(change.writes.filter((write) => 'remove' in write).map((write) => subjectOf(write).path));
    const revisions = inKeyOrder(change.environments)
      .filter((where) => !removed.has(`environment/${where.project}/${where.environment}`))
      .map((where) => {
        const next = statements.nextRevision.get(where);
        if (next === undefined) throw environmentGone(where);
        return { ...where, revision: next };
      });
    const evidence = [...new Set(change.fold?.batches.map((row) => row.rollout))].map((id) => {
      return batchPath(writtenHere(change, id) ?? entities.list('rollout', { id })[0]?.entity, id);
    });
    const objects = [...new Set(change.writes.map((write) => subjectOf(write).path)), ...evidence, ...told];
    return { committed: { at, revisions, audit: records }, moved: { revisions, objects } };
  };
}

function prepare(db: BetterSQLite3Database) {
  const value = (name: string) => sql.placeholder(name);
  const thisEnvironment = and(eq(revision.project, value('project')), eq(revision.environment, value('environment')));
  return {
    leaseHeld: db
      .select({ rollout: lease.rollout })
      .from(lease)
      .where(
        and(
          eq(lease.rollout, value('rollout')),
          eq(lease.owner, value('owner')),
          eq(lease.fence, value('token')),
          gt(lease.until, value('now')),
        ),
      )
      .prepare(),
    makeLease: db
      .insert(lease)
      .values({ rollout: value('rollout'), owner: null, until: 0, fence: 0 })
      .onConflictDoNothing()
      .prepare(),
    breakLease: db
      .update(lease)
      .set({ owner: null, until: 0, fence: sql`${lease.fence} + 1` })
      .where(eq(lease.rollout, value('rollout')))
      .prepare(),
    foldPart: db
      .update(part)
      .set({ folded: true, payload: null })
      .where(and(eq(part.id, value('id')), eq(part.folded, false)))
      .prepare(),
    addBatch: db
      .insert(batch)
      .values({
        rollout: value('rollout'),
        seq: value('seq'),
        at: value('at'),
        stage: value('stage'),
        percent: value('percent'),
        stratum: value('stratum'),
        n1: value('n1'),
        e1: value('e1'),
        n0: value('n0'),
        e0: value('e0'),
        w: value('w'),
        lnM: value('lnM'),
        lnS: value('lnS'),
        state: value('state'),
        erred: value('erred'),
        seen1: value('seen1'),
        seen0: value('seen0'),
      })
      .prepare(),
    addAudit: db
      .insert(audit)
      .values({
        at: value('at'),
        actorKind: value('actorKind'),
        actorId: value('actorId'),
        actorName: value('actorName'),
        action: value('action'),
        project: value('project'),
        environment: value('environment'),
        object: value('object'),
        summary: value('summary'),
        before: value('before'),
        after: value('after'),
        reason: value('reason'),
      })
      .returning({ seq: audit.seq })
      .prepare(),
    addNotice: db
      .insert(notice)
      .values({
        at: value('at'),
        project: value('project'),
        body: value('body'),
        deliveries: null,
        due: value('due'),
        owner: null,
        until: 0,
      })
      .returning({ id: notice.id })
      .prepare(),
    startRevision: db
      .insert(revision)
      .values({ project: value('project'), environment: value('environment'), epoch: 1, n: 0, retired: false })
      .onConflictDoUpdate({
        target: [revision.project, revision.environment],
        set: { epoch: sql`${revision.epoch} + 1`, n: 0, retired: false },
        setWhere: eq(revision.retired, true),
      })
      .prepare(),
    nextRevision: db
      .update(revision)
      .set({ n: sql`${revision.n} + 1` })
      .where(and(thisEnvironment, eq(revision.retired, false)))
      .returning({ epoch: revision.epoch, n: revision.n })
      .prepare(),
    forgetEnvironment: [
      db.update(revision).set({ retired: true }).where(thisEnvironment).prepare(),
      db
        .delete(minute)
        .where(and(eq(minute.project, value('project')), eq(minute.environment, value('environment'))))
        .prepare(),
      db
        .delete(report)
        .where(and(eq(report.project, value('project')), eq(report.environment, value('environment'))))
        .prepare(),
      db
        .delete(discovered)
        .where(
          and(
            eq(columnOf('discovered', 'project'), value('project')),
            eq(columnOf('discovered', 'environment'), value('environment')),
          ),
        )
        .prepare(),
    ],
    forgetRollout: [
      db
        .delete(lease)
        .where(eq(lease.rollout, value('rollout')))
        .prepare(),
      db
        .delete(batch)
        .where(eq(batch.rollout, value('rollout')))
        .prepare(),
      db
        .delete(part)
        .where(eq(part.rollout, value('rollout')))
        .prepare(),
    ],
  };
}
