/** Reads and writes of single entities. No named prepared statements: a pooler in transaction mode would lose them. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Entities, KEYS, type KeyOf, type Kind, type Stored, type Where, type Write } from '../../domain/ports.ts';
import { columnValues, conditionsOf, conflict, keyOf, taken } from '../entities.ts';
import type { Db } from './connect.ts';
import { takenColumns } from './errors.ts';
import { columnOf, TABLES } from './schema.ts';

/** Byte order, as SQLite sorts, whatever the database's locale is. */
export function byBytes(column: PgColumn): SQL {
  return sql`${column} collate "C"`;
}

export async function getEntity<K extends Kind>(db: Db, kind: K, key: KeyOf<K>): Promise<Stored<Entities[K]> | undefined> {
  return (await select<K>(db, kind, Object.entries(keyOf(kind, key))))[0];
}

export async function listEntities<K extends Kind>(db: Db, kind: K, where: Where<K>): Promise<Stored<Entities[K]>[]> {
  return select<K>(db, kind, conditionsOf(kind, where));
}

/** One query; in the order of the keys. */
export async function getEntities<K extends Kind>(db: Db, kind: K, keys: readonly KeyOf<K>[]) {
  if (keys.length === 0) return [];
  const table: (typeof TABLES)[Kind] = TABLES[kind];
  const wanted = keys.map((key) => Object.values(keyOf(kind, key)));
  const columns = sql.join(
    KEYS[kind].map((name) => sql`${columnOf(kind, name)}`),
    sql`, `,
  );
  const tuples = wanted.map(
    (values) =>
      sql`(${sql.join(
        values.map((value) => sql`${value}`),
        sql`, `,
      )})`,
  );
  const rows = await db
    .select({ version: table.version, body: table.body })
    .from(table)
    .where(sql`(${columns}) in (${sql.join(tuples, sql`, `)})`);
  const found = new Map(
    rows.map(({ version, body }) => {
      const entity = JSON.parse(body) as Entities[K];
      return [JSON.stringify(Object.values(keyOf(kind, entity))), { version, entity }] as const;
    }),
  );
  return wanted.map((values): Stored<Entities[K]> | undefined => found.get(JSON.stringify(values)));
}

async function select<K extends Kind>(db: Db, kind: K, conditions: readonly (readonly [string, unknown])[]) {
  const table: (typeof TABLES)[Kind] = TABLES[kind];
  const rows = await db
    .select({ version: table.version, body: table.body })
    .from(table)
    .where(and(...conditions.map(([name, value]) => is(kind, name, value))))
    .orderBy(...KEYS[kind].map((name) => byBytes(columnOf(kind, name))));
  return rows.map((row) => ({ version: row.version, entity: JSON.parse(row.body) as Entities[K] }));
}

function is(kind: Kind, name: string, value: unknown): SQL {
  return value === null ? isNull(columnOf(kind, name)) : eq(columnOf(kind, name), value);
}

/** Inside a transaction. Throws `exists` or `conflict`. */
export async function writeEntity(db: Db, write: Write): Promise<void> {
  try {
    if ((await apply(db, write)) > 0) return;
  } catch (error) {
    const columns = takenColumns(error);
    throw columns === undefined ? error : taken(write, columns, error);
  }
  if (write.basedOn === 'any') return;
  const current =
    'put' in write
      ? await getEntity(db, write.put, write.entity as unknown as KeyOf<Kind>)
      : await getEntity(db, write.remove, write.key as KeyOf<Kind>);
  throw conflict(write, current ?? null);
}

/** Returns the rows touched. */
async function apply(db: Db, write: Write): Promise<number> {
  const kind = 'put' in write ? write.put : write.remove;
  const table = TABLES[kind];
  const key = keyOf(kind, ('put' in write ? write.entity : write.key) as KeyOf<Kind>);
  const here = and(
    ...Object.entries(key).map(([name, value]) => eq(columnOf(kind, name), value)),
    typeof write.basedOn === 'number' ? eq(table.version, write.basedOn) : undefined,
  );
  if ('remove' in write) return (await db.delete(table).where(here)).rowCount ?? 0;

  const changed = { ...columnValues(kind, write.entity), body: JSON.stringify(write.entity) };
  const next = { ...changed, version: sql`${table.version} + 1` };
  if (typeof write.basedOn === 'number') return (await db.update(table).set(next).where(here)).rowCount ?? 0;
  const insert = db.insert(table).values({ ...changed, version: 1 });
  if (write.basedOn === null) return (await insert).rowCount ?? 0;
  const target = KEYS[kind].map((name) => columnOf(kind, name));
  return (await insert.onConflictDoUpdate({ target, set: next })).rowCount ?? 0;
}
