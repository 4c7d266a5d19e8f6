/** When flags were last asked for. */
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { MinuteRow, Sighting, Store } from '../../domain/ports.ts';
import { sightingsOf } from '../../domain/usage.ts';
import { cutoffs } from '../minutes.ts';
import { sighting } from './schema.ts';

/** The caller holds the transaction of `note` and `dropOld`. */
export function createSightings(db: BetterSQLite3Database) {
  const value = (name: keyof Sighting) => sql.placeholder(name);
  const put = db
    .insert(sighting)
    .values({
      project: value('project'),
      environment: value('environment'),
      flag: value('flag'),
      minute: value('minute'),
    })
    .onConflictDoUpdate({
      target: [sighting.project, sighting.environment, sighting.flag],
      set: { minute: sql`excluded.minute` },
      setWhere: sql`excluded.minute > ${sighting.minute}`,
    })
    .prepare();
  return {
    note(minutes: readonly MinuteRow[]): void {
      for (const seen of sightingsOf(minutes)) put.run({ ...seen });
    },
    list({ project, environment, flag }: Parameters<Store['sightings']>[0]): Sighting[] {
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
        .orderBy(asc(sighting.environment), asc(sighting.flag))
        .all();
    },
    dropOld(now: number): number {
      return db
        .delete(sighting)
        .where(lt(sighting.minute, cutoffs(now).hours))
        .run().changes;
    },
  };
}
