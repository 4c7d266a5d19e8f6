/** Reports, their minutes, and the evidence made of them. */
import { and, asc, eq, gt, gte, inArray, lt, notInArray, or, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { DISCOVERED_KEPT } from '../../domain/flag/discovered.ts';
import type { Clock, MinuteRow, Store, UnfoldedReport } from '../../domain/ports.ts';
import type { ArmMinute, Batch } from '../../domain/rollout/rollout.ts';
import { ACTIVE, MOST_WAITING, MOST_WAITING_FOR_CLIENTS } from '../entities.ts';
import { cutoffs, HOUR, hoursOf, MINUTE, mergeMeasured, mergeRows } from '../minutes.ts';
import { batch, columnOf, discovered, minute, part, report, rollout } from './schema.ts';
import { createSightings } from './sightings.ts';

type Ingest = Parameters<Store['ingest']>[0];
type MinuteQuery = Parameters<Store['minutes']>[0];
type Db = BetterSQLite3Database;
type StoredMinute = typeof minute.$inferSelect;

/** The caller holds the transaction of `ingest` and `prune` steps. */
export function createUsageTables(db: Db, clock: Clock) {
  const statements = prepare(db);
  const sightings = createSightings(db);

  function mergeIn(rows: readonly MinuteRow[], span: number): void {
    for (const row of mergeRows(rows)) {
      const known = statements.minuteAt.get({ ...row, span });
      const { sums, sketch } = known === undefined ? row : mergeMeasured(known, row);
      statements.putMinute.run({ ...row, span, sums, sketch: sketch === null ? null : Buffer.from(sketch) });
    }
  }
  function unfolded(id: string, limit: number): UnfoldedReport[] {
    return statements.unfolded.all({ rollout: id, limit }).map((row) => ({
      id: row.id,
      receivedAt: row.receivedAt,
      client: row.client,
      report: { instance: row.instance, sequence: row.sequence, app: row.app, platform: row.platform },
      part: JSON.parse(row.payload ?? 'null') as UnfoldedReport['part'],
    }));
  }
  return {
    ingest({ project, environment, client, report: sent, minutes }: Ingest): Awaited<ReturnType<Store['ingest']>> {
      const receivedAt = clock();
      const { instance, sequence, app, platform } = sent;
      const identity = { project, environment, instance, sequence, receivedAt };
      const made = statements.addReport.get(identity);
      if (made === undefined) return 'duplicate';
      const named = [...new Set(sent.rollouts.map((about) => about.rollout))];
      const most = client ? MOST_WAITING_FOR_CLIENTS : MOST_WAITING;
      const full = new Set(named.filter((id) => statements.isFull.get({ rollout: id, before: most - 1 }) !== undefined));
      for (const about of sent.rollouts) {
        if (full.has(about.rollout)) continue;
        // A key of one environment says nothing about the rollouts of another.
        if (statements.rolloutHere.get({ project, environment, id: about.rollout }) === undefined) continue;
        statements.addPart.run({
          report: made.id,
          rollout: about.rollout,
          receivedAt,
          client,
          instance,
          sequence,
          app,
          platform,
          payload: JSON.stringify(about),
        });
      }
      mergeIn(minutes, MINUTE);
      sightings.note(minutes);
      return full.size > 0 ? 'dropped' : 'stored';
    },

    sightings: sightings.list,
    unfolded,
    unfoldedOf(ids: readonly string[], limit: number): ReadonlyMap<string, UnfoldedReport[]> {
      const waiting = statements.waiting.all({ rollouts: JSON.stringify(ids) });
      return new Map(waiting.map(({ rollout: id }) => [id, unfolded(id, limit)]));
    },

    batches(id: string, afterSeq: number): Batch[] {
      return db
        .select()
        .from(batch)
        .where(and(eq(batch.rollout, id), gt(batch.seq, afterSeq)))
        .orderBy(asc(batch.seq))
        .all();
    },

    armMinutes({ rollouts, from, to }: Parameters<Store['armMinutes']>[0]): ArmMinute[] {
      const start = sql<number>`${batch.at} / ${sql.raw(String(MINUTE))} * ${sql.raw(String(MINUTE))}`;
      const sum = (name: 'n1' | 'e1' | 'n0' | 'e0') => sql<number>`sum(${batch[name]})`;
      return db
        .select({
          rollout: batch.rollout,
          minute: start,
          ...{ n1: sum('n1'), e1: sum('e1'), n0: sum('n0'), e0: sum('e0') },
        })
        .from(batch)
        .where(
          and(
            inArray(batch.rollout, [...rollouts]),
            gte(batch.at, from),
            lt(batch.at, to),
            gt(sql`${batch.n1} + ${batch.n0}`, 0),
            sql`json_extract(${batch.state}, '$.client') is not 1`,
          ),
        )
        .groupBy(batch.rollout, start)
        .orderBy(start, batch.rollout)
        .all();
    },

    minutes({ project, environment, from, to, series, subjectPrefix }: MinuteQuery): MinuteRow[] {
      return db
        .select()
        .from(minute)
        .where(
          and(
            eq(minute.project, project),
            eq(minute.environment, environment),
            eq(minute.series, series),
            gte(minute.minute, from),
            lt(minute.minute, to),
            sql`substr(${minute.subject}, 1, length(${subjectPrefix})) = ${subjectPrefix}`,
          ),
        )
        .orderBy(asc(minute.minute), asc(minute.subject), asc(minute.span))
        .all()
        .map(portable);
    },

    /** The (project, environment, series, hour) groups of minutes that are due to become hours. */
    dueHours(now: number) {
      const hour = sql<number>`${minute.minute} / ${sql.raw(String(HOUR))}`;
      return db
        .selectDistinct({ project: minute.project, environment: minute.environment, series: minute.series, hour })
        .from(minute)
        .where(and(eq(minute.span, MINUTE), lt(minute.minute, cutoffs(now).minutes)))
        .all();
    },

    /** Makes one group into an hour; returns the rows dropped. */
    foldHour(group: { readonly project: string; readonly environment: string; readonly series: string; readonly hour: number }) {
      const inGroup = and(
        eq(minute.project, group.project),
        eq(minute.environment, group.environment),
        eq(minute.series, group.series),
        eq(minute.span, MINUTE),
        gte(minute.minute, group.hour * HOUR),
        lt(minute.minute, (group.hour + 1) * HOUR),
      );
      mergeIn(hoursOf(db.select().from(minute).where(inGroup).all().map(portable)), HOUR);
      return db.delete(minute).where(inGroup).run().changes;
    },

    /** Drops what is past its retention; a report's identity stays while a running rollout has yet to fold it. */
    dropOld(now: number): number {
      const before = cutoffs(now);
      const active = db
        .select({ id: columnOf('rollout', 'id') })
        .from(rollout)
        .where(inArray(columnOf('rollout', 'state'), [...ACTIVE]));
      const over = or(eq(part.folded, true), notInArray(part.rollout, active));
      const kept = db.select({ report: part.report }).from(part);
      return (
        sightings.dropOld(now) +
        db
          .delete(minute)
          .where(and(eq(minute.span, HOUR), lt(minute.minute, before.hours)))
          .run().changes +
        db
          .delete(part)
          .where(and(lt(part.receivedAt, before.reports), over))
          .run().changes +
        db
          .delete(report)
          .where(and(lt(report.receivedAt, before.reports), notInArray(report.id, kept)))
          .run().changes +
        db
          .delete(discovered)
          .where(lt(columnOf('discovered', 'lastSeenAt'), now - DISCOVERED_KEPT))
          .run().changes
      );
    },
  };
}

function portable({ project, environment, minute, series, subject, sums, sketch }: StoredMinute): MinuteRow {
  return { project, environment, minute, series, subject, sums, sketch: sketch === null ? null : new Uint8Array(sketch) };
}

function prepare(db: Db) {
  const value = (name: string) => sql.placeholder(name);
  return {
    addReport: db
      .insert(report)
      .values({
        project: value('project'),
        environment: value('environment'),
        instance: value('instance'),
        sequence: value('sequence'),
        receivedAt: value('receivedAt'),
      })
      .onConflictDoNothing()
      .returning({ id: report.id })
      .prepare(),
    rolloutHere: db
      .select({ version: rollout.version })
      .from(rollout)
      .where(sql`project = ${value('project')} and environment = ${value('environment')} and id = ${value('id')}`)
      .prepare(),
    addPart: db
      .insert(part)
      .values({
        report: value('report'),
        rollout: value('rollout'),
        receivedAt: value('receivedAt'),
        client: value('client'),
        instance: value('instance'),
        sequence: value('sequence'),
        app: value('app'),
        platform: value('platform'),
        folded: false,
        payload: value('payload'),
      })
      .prepare(),
    unfolded: db
      .select()
      .from(part)
      .where(and(eq(part.rollout, value('rollout')), eq(part.folded, false)))
      .orderBy(asc(part.client), asc(part.id))
      .limit(value('limit'))
      .prepare(),
    isFull: db
      .select({ id: part.id })
      .from(part)
      .where(and(eq(part.rollout, value('rollout')), eq(part.folded, false)))
      .limit(1)
      .offset(value('before'))
      .prepare(),
    waiting: db
      .selectDistinct({ rollout: part.rollout })
      .from(part)
      .where(and(sql`${part.rollout} in (select value from json_each(${value('rollouts')}))`, eq(part.folded, sql.raw('0'))))
      .prepare(),
    minuteAt: db
      .select({ sums: minute.sums, sketch: minute.sketch })
      .from(minute)
      .where(
        and(
          eq(minute.project, value('project')),
          eq(minute.environment, value('environment')),
          eq(minute.series, value('series')),
          eq(minute.span, value('span')),
          eq(minute.minute, value('minute')),
          eq(minute.subject, value('subject')),
        ),
      )
      .prepare(),
    putMinute: db
      .insert(minute)
      .values({
        project: value('project'),
        environment: value('environment'),
        series: value('series'),
        span: value('span'),
        minute: value('minute'),
        subject: value('subject'),
        sums: value('sums'),
        sketch: value('sketch'),
      })
      .onConflictDoUpdate({
        target: [minute.project, minute.environment, minute.series, minute.span, minute.minute, minute.subject],
        set: { sums: sql`excluded.sums`, sketch: sql`excluded.sketch` },
      })
      .prepare(),
  };
}
