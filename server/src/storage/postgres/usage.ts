/** Reports, their minutes, and the evidence made of them. */
import { and, asc, eq, gt, gte, inArray, lt, notInArray, or, sql } from 'drizzle-orm';
import { DISCOVERED_KEPT } from '../../domain/flag/discovered.ts';
import type { MinuteRow, Store, UnfoldedReport } from '../../domain/ports.ts';
import type { ArmMinute, Batch } from '../../domain/rollout/rollout.ts';
import { ACTIVE, MOST_WAITING, MOST_WAITING_FOR_CLIENTS } from '../entities.ts';
import { cutoffs, HOUR, hoursOf, MINUTE, mergeMeasured, mergeRows } from '../minutes.ts';
import type { Db } from './connect.ts';
import { byBytes } from './entities.ts';
import { batch, columnOf, discovered, minute, part, report, rollout } from './schema.ts';
import { dropOldSightings, noteSightings } from './sightings.ts';

type StoredMinute = typeof minute.$inferSelect;

/** Inside a transaction. */
export async function ingest(db: Db, input: Parameters<Store['ingest']>[0], receivedAt: number): ReturnType<Store['ingest']> {
  const { project, environment, client, report: sent, minutes: rows } = input;
  const { instance, sequence, app, platform } = sent;
  const [made] = await db
    .insert(report)
    .values({ project, environment, instance, sequence, receivedAt })
    .onConflictDoNothing()
    .returning({ id: report.id });
  if (made === undefined) return 'duplicate';
  const about = sent.rollouts.map((part) => part.rollout);
  // A key of one environment says nothing about the rollouts of another.
  const hereToo = and(
    eq(columnOf('rollout', 'project'), project),
    eq(columnOf('rollout', 'environment'), environment),
    inArray(columnOf('rollout', 'id'), about),
  );
  const known =
    about.length === 0
      ? []
      : await db
          .select({ id: columnOf('rollout', 'id') })
          .from(rollout)
          .where(hereToo);
  const full = await db
    .select({ rollout: part.rollout })
    .from(part)
    .where(
      and(
        inArray(
          part.rollout,
          known.map(({ id }) => String(id)),
        ),
        eq(part.folded, false),
      ),
    )
    .groupBy(part.rollout)
    .having(sql`count(*) >= ${client ? MOST_WAITING_FOR_CLIENTS : MOST_WAITING}`);
  const parts = sent.rollouts
    .filter((one) => known.some(({ id }) => id === one.rollout) && !full.some(({ rollout: id }) => id === one.rollout))
    .map((one) => ({ rollout: one.rollout, payload: JSON.stringify(one) }));
  const common = { report: made.id, receivedAt, client, instance, sequence, app, platform, folded: false };
  if (parts.length > 0) await db.insert(part).values(parts.map((one) => ({ ...common, ...one })));
  await mergeIn(db, rows, MINUTE);
  await noteSightings(db, rows);
  return full.length > 0 ? 'dropped' : 'stored';
}

/** Rows are made first and then locked, all in one order: two reports of one minute wait for each other and both count. */
async function mergeIn(db: Db, rows: readonly MinuteRow[], span: number): Promise<void> {
  for (const group of groupsOf(mergeRows(rows), 500)) {
    const empty = group.map(({ sketch: _, ...row }) => ({ ...row, span, sums: [], sketch: null }));
    await db.insert(minute).values(empty).onConflictDoNothing();
    const ids = group.map(
      (row) => sql`(${row.project}, ${row.environment}, ${row.series}, ${span}::bigint, ${row.minute}::bigint, ${row.subject})`,
    );
    const known = await db
      .select()
      .from(minute)
      .where(sql`(project, environment, series, span, minute, subject) in (${sql.join(ids, sql`, `)})`)
      .orderBy(...IDENTITY.map((name) => (name === 'minute' ? minute.minute : byBytes(minute[name]))))
      .for('update');
    const stored = new Map(known.map((row) => [idOf(row), row]));
    const merged = group.map((row) => {
      const before = stored.get(idOf(row));
      const { sums, sketch } = before === undefined ? row : mergeMeasured(before as MinuteRow, row);
      return { ...row, span, sums, sketch: sketch === null ? null : Buffer.from(sketch) };
    });
    await db
      .insert(minute)
      .values(merged)
      .onConflictDoUpdate({
        target: [minute.project, minute.environment, minute.series, minute.span, minute.minute, minute.subject],
        set: { sums: sql`excluded.sums`, sketch: sql`excluded.sketch` },
      });
  }
}

const IDENTITY = ['project', 'environment', 'series', 'minute', 'subject'] as const;
const idOf = (row: Pick<MinuteRow, (typeof IDENTITY)[number]>) => JSON.stringify(IDENTITY.map((name) => row[name]));

function groupsOf<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}

function portable({ project, environment, minute, series, subject, sums, sketch }: StoredMinute): MinuteRow {
  return { project, environment, minute, series, subject, sums, sketch: sketch === null ? null : new Uint8Array(sketch) };
}

export async function unfolded(db: Db, id: string, limit: number): Promise<UnfoldedReport[]> {
  const open = and(eq(part.rollout, id), eq(part.folded, false));
  return (await db.select().from(part).where(open).orderBy(asc(part.client), asc(part.id)).limit(limit)).map(asUnfolded);
}

/** One query: the oldest of each rollout, those of server keys first. */
export async function unfoldedOf(db: Db, ids: readonly string[], limit: number): Promise<Map<string, UnfoldedReport[]>> {
  const oldest = sql`select waiting.id from json_array_elements_text(${JSON.stringify(ids)}::json) as wanted (rollout)
    cross join lateral (
      select id from part where part.rollout = wanted.rollout and not folded order by client, id limit ${limit}
    ) as waiting`;
  const rows = await db.select().from(part).where(sql`${part.id} in (${oldest})`).orderBy(asc(part.client), asc(part.id));
  const found = new Map<string, UnfoldedReport[]>();
  for (const row of rows) {
    const known = found.get(row.rollout);
    if (known) known.push(asUnfolded(row));
    else found.set(row.rollout, [asUnfolded(row)]);
  }
  return found;
}

function asUnfolded(row: typeof part.$inferSelect): UnfoldedReport {
  return {
    id: row.id,
    receivedAt: row.receivedAt,
    client: row.client,
    report: { instance: row.instance, sequence: row.sequence, app: row.app, platform: row.platform },
    part: JSON.parse(row.payload ?? 'null') as UnfoldedReport['part'],
  };
}

export async function batches(db: Db, id: string, afterSeq: number): Promise<Batch[]> {
  return db
    .select()
    .from(batch)
    .where(and(eq(batch.rollout, id), gt(batch.seq, afterSeq)))
    .orderBy(asc(batch.seq));
}

export async function armMinutes(db: Db, { rollouts, from, to }: Parameters<Store['armMinutes']>[0]): Promise<ArmMinute[]> {
  const start = sql`${batch.at} / ${sql.raw(String(MINUTE))} * ${sql.raw(String(MINUTE))}`;
  const sum = (name: 'n1' | 'e1' | 'n0' | 'e0') => sql`sum(${batch[name]})`.mapWith(Number);
  return db
    .select({
      rollout: batch.rollout,
      minute: start.mapWith(Number),
      ...{ n1: sum('n1'), e1: sum('e1'), n0: sum('n0'), e0: sum('e0') },
    })
    .from(batch)
    .where(
      and(
        inArray(batch.rollout, [...rollouts]),
        gte(batch.at, from),
        lt(batch.at, to),
        gt(sql`${batch.n1} + ${batch.n0}`, 0),
        sql`(${batch.state}::jsonb ->> 'client') is distinct from 'true'`,
      ),
    )
    .groupBy(batch.rollout, start)
    .orderBy(start, byBytes(batch.rollout));
}

export async function minutes(db: Db, query: Parameters<Store['minutes']>[0]): Promise<MinuteRow[]> {
  const { project, environment, from, to, series, subjectPrefix } = query;
  const rows = await db
    .select()
    .from(minute)
    .where(
      and(
        eq(minute.project, project),
        eq(minute.environment, environment),
        eq(minute.series, series),
        gte(minute.minute, from),
        lt(minute.minute, to),
        sql`starts_with(${minute.subject}, ${subjectPrefix})`,
      ),
    )
    .orderBy(asc(minute.minute), byBytes(minute.subject), asc(minute.span));
  return rows.map(portable);
}

/** The (project, environment, series, hour) groups of minutes that are due to become hours. */
export async function dueHours(db: Db, now: number) {
  const hour = sql<string>`${minute.minute} / ${sql.raw(String(HOUR))}`;
  const rows = await db
    .selectDistinct({ project: minute.project, environment: minute.environment, series: minute.series, hour })
    .from(minute)
    .where(and(eq(minute.span, MINUTE), lt(minute.minute, cutoffs(now).minutes)));
  return rows.map((row) => ({ ...row, hour: Number(row.hour) }));
}

/** Inside a transaction. Makes one group into an hour, exactly the rows that it dropped; returns how many. */
export async function foldHour(db: Db, group: Awaited<ReturnType<typeof dueHours>>[number]): Promise<number> {
  const dropped = await db
    .delete(minute)
    .where(
      and(
        eq(minute.project, group.project),
        eq(minute.environment, group.environment),
        eq(minute.series, group.series),
        eq(minute.span, MINUTE),
        gte(minute.minute, group.hour * HOUR),
        lt(minute.minute, (group.hour + 1) * HOUR),
      ),
    )
    .returning();
  await mergeIn(db, hoursOf(dropped.map(portable)), HOUR);
  return dropped.length;
}

/** Inside a transaction. Drops what is past its retention; a report's identity stays while a running rollout has yet to fold it. */
export async function dropOld(db: Db, now: number): Promise<number> {
  const before = cutoffs(now);
  const active = db
    .select({ id: columnOf('rollout', 'id') })
    .from(rollout)
    .where(inArray(columnOf('rollout', 'state'), [...ACTIVE]));
  const over = or(eq(part.folded, true), notInArray(part.rollout, active));
  const kept = db.select({ report: part.report }).from(part);
  const hours = await db.delete(minute).where(and(eq(minute.span, HOUR), lt(minute.minute, before.hours)));
  const parts = await db.delete(part).where(and(lt(part.receivedAt, before.reports), over));
  const reports = await db.delete(report).where(and(lt(report.receivedAt, before.reports), notInArray(report.id, kept)));
  const sightings = await dropOldSightings(db, now);
  const names = await db.delete(discovered).where(lt(columnOf('discovered', 'lastSeenAt'), now - DISCOVERED_KEPT));
  return sightings + [hours, parts, reports, names].reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
}
