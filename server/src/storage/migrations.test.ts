import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration, generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { migrationsFolder } from './migrations.ts';
import * as postgres from './postgres/schema.ts';
import * as sqlite from './sqlite/schema.ts';

type SqliteSnapshot = Awaited<ReturnType<typeof generateSQLiteDrizzleJson>>;
type PostgresSnapshot = ReturnType<typeof generateDrizzleJson>;

/** The snapshot that drizzle-kit kept with the last migration. */
function lastSnapshot(dialect: 'sqlite' | 'postgres'): unknown {
  const folder = join(migrationsFolder(dialect), 'meta');
  const names = readdirSync(folder).filter((name) => name.endsWith('_snapshot.json'));
  return JSON.parse(readFileSync(join(folder, names.sort().at(-1) ?? ''), 'utf8'));
}

describe('the migrations', () => {
  it('bring SQLite to its schema', async () => {
    const now = await generateSQLiteDrizzleJson(sqlite);
    expect(await generateSQLiteMigration(lastSnapshot('sqlite') as SqliteSnapshot, now)).toEqual([]);
  });

  it('bring Postgres to its schema', async () => {
    const now = generateDrizzleJson(postgres);
    expect(await generateMigration(lastSnapshot('postgres') as PostgresSnapshot, now)).toEqual([]);
  });

  it('are found wanting when the schema has a table more (the control)', async () => {
    const more = { ...sqlite, extra: sqliteTable('extra', { id: integer('id') }) };
    const now = await generateSQLiteDrizzleJson(more);
    expect(await generateSQLiteMigration(lastSnapshot('sqlite') as SqliteSnapshot, now)).toHaveLength(1);
  });
});
