/** Prepared statements for entities, made once for each kind. */
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { type Entities, KEYS, type KeyOf, type Kind, type Stored, type Where, type Write } from '../../domain/ports.ts';
import { columnsOf, columnValues, conditionsOf, conflict, keyOf, taken } from '../entities.ts';
import { takenColumns } from './errors.ts';
import { columnOf, TABLES } from './schema.ts';

type Db = BetterSQLite3Database;
interface Row {
  readonly version: number;
  readonly body: string;
}

/** Reads and writes of single entities; the caller holds the transaction. */
export interface EntityTables {
  get<K extends Kind>(kind: K, key: KeyOf<K>): Stored<Entities[K]> | undefined;
  list<K extends Kind>(kind: K, where: Where<K>): Stored<Entities[K]>[];
  /** Throws `exists` or `conflict`. */
  write(write: Write): void;
}

export function createEntityTables(db: Db): EntityTables {
  const statements = new Map<Kind, ReturnType<typeof prepare>>();
  const of = (kind: Kind) => remember(statements, kind, () => prepare(db, kind));
  const lists = new Map<string, ReturnType<typeof prepareList>>();

  function get<K extends Kind>(kind: K, key: KeyOf<K>) {
    const row = of(kind).get.get(keyOf(kind, key));
    return row === undefined ? undefined : stored<Entities[K]>(row);
  }
  function refuse(write: Write, kind: Kind, key: Record<string, string>): never {
    throw conflict(write, get(kind, key as KeyOf<Kind>) ?? null);
  }
  return {
    get,
    list<K extends Kind>(kind: K, where: Where<K>) {
      const conditions = conditionsOf(kind, where);
      const names = conditions.map(([name]) => name);
      const statement = remember(lists, [kind, ...names].join(' '), () => prepareList(db, kind, names));
      return statement.all(Object.fromEntries(conditions)).map((row) => stored<Entities[K]>(row));
    },
    write(write) {
      if ('remove' in write) {
        const key = keyOf(write.remove, write.key as KeyOf<Kind>);
        if (write.basedOn === 'any') of(write.remove).remove.run(key);
        else if (of(write.remove).removeAt.run({ ...key, basedOn: write.basedOn }).changes === 0)
          refuse(write, write.remove, key);
        return;
      }
      const values = { ...columnValues(write.put, write.entity), body: JSON.stringify(write.entity) };
      const { insert, put, update, updateBody } = of(write.put);
      try {
        if (write.basedOn === null) insert.run(values);
        else if (write.basedOn === 'any') put.run(values);
        else if (
          updateBody.run({ ...values, basedOn: write.basedOn }).changes === 0 &&
          update.run({ ...values, basedOn: write.basedOn }).changes === 0
        )
          refuse(write, write.put, keyOf(write.put, write.entity));
      } catch (error) {
        const columns = takenColumns(error);
        throw columns === undefined ? error : taken(write, columns, error);
      }
    },
  };
}

function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function stored<T>(row: Row): Stored<T> {
  return { version: row.version, entity: JSON.parse(row.body) as T };
}

function prepare(db: Db, kind: Kind) {
  const table = TABLES[kind];
  const keys = KEYS[kind].map((name) => columnOf(kind, name)) as [SQLiteColumn, ...SQLiteColumn[]];
  const byKey = and(...KEYS[kind].map((name) => eq(columnOf(kind, name), sql.placeholder(name))));
  const atVersion = and(byKey, eq(table.version, sql.placeholder('basedOn')));
  const values = {
    ...Object.fromEntries(columnsOf(kind).map((name) => [name, sql.placeholder(name)])),
    version: 1,
    body: sql.placeholder('body'),
  };
  const next = sql`${table.version} + 1`;
  const set = (to: (name: string) => SQL) => ({
    ...Object.fromEntries(columnsOf(kind).map((name) => [name, to(name)])),
    version: next,
    body: to('body'),
  });
  return {
    get: db.select({ version: table.version, body: table.body }).from(table).where(byKey).prepare(),
    insert: db.insert(table).values(values).prepare(),
    put: db
      .insert(table)
      .values(values)
      .onConflictDoUpdate({ target: keys, set: set((name) => sql`excluded.${sql.identifier(name)}`) })
      .prepare(),
    // What is in an index is not written where it stays as it is: SQLite would make each index entry anew.
    updateBody: db
      .update(table)
      .set({ version: next, body: sql`${sql.placeholder('body')}` })
      .where(and(atVersion, ...columnsOf(kind).map((name) => sql`${columnOf(kind, name)} is ${sql.placeholder(name)}`)))
      .prepare(),
    update: db
      .update(table)
      .set(set((name) => sql`${sql.placeholder(name)}`))
      .where(atVersion)
      .prepare(),
    remove: db.delete(table).where(byKey).prepare(),
    removeAt: db.delete(table).where(atVersion).prepare(),
  };
}

/** `is` compares null as a value and uses an index as `=` does. */
function prepareList(db: Db, kind: Kind, names: readonly string[]) {
  const table = TABLES[kind];
  return db
    .select({ version: table.version, body: table.body })
    .from(table)
    .where(and(...names.map((name) => sql`${columnOf(kind, name)} is ${sql.placeholder(name)}`)))
    .orderBy(...KEYS[kind].map((name) => asc(columnOf(kind, name))))
    .prepare();
}
