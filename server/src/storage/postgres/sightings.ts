/** When flags were last asked for. */
import { and, eq, lt, sql } from 'drizzle-orm';
import type { MinuteRow, Sighting, Store } from '../../domain/ports.ts';
import { sightingsOf } from '../../domain/usage.ts';
import { cutoffs } from '../minutes.ts';
import type { Db } from './connect.ts';
import { byBytes } from './entities.ts';
import { sighting } from './schema.ts';

/** Inside a transaction. Every writer takes the rows in one order. */
export async function noteSightings(db: Db, minutes: readonly MinuteRow[]): Promise<void> {
  const seen = sightingsOf(minutes);
  for (let from = 0; from < seen.length; from += 1000) {
    await db
      .insert(sighting)
      .values(seen.slice(from, from + 1000))
      .onConflictDoUpdate({
        target: [sighting.project, sighting.environment, sighting.flag],
        set: { minute: sql`excluded.minute` },
        setWhere: sql`excluded.minute > ${sighting.minute}`,
      });
  }
}

export async function listSightings(db: Db, query: Parameters<Store['sightings']>[0]): Promise<Sighting[]> {
  const { project, environment, flag } = query;
  return db
    .select()
    .from(sighting)
    .where(
      and(
        eq(sighting.project, project),
        environment === undefined ? undefined : eq(sighting.environment, environment),
        flag === undefined ? undefined : eq(sighting.flag, flag),
      ),
    )
    .orderBy(byBytes(sighting.environment), byBytes(sighting.flag));
}

/** Inside a transaction. */
export async function dropOldSightings(db: Db, now: number): Promise<number> {
  const dropped = await db.delete(sighting).where(lt(sighting.minute, cutoffs(now).hours));
  return dropped.rowCount ?? 0;
}
