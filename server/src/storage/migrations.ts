import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BurgeeError } from '../domain/errors.ts';

/** The folder of one database's migrations: the nearest `migrations/<dialect>` upward, from the source as from the bundle. */
export function migrationsFolder(dialect: 'sqlite' | 'postgres'): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const folder = join(at, 'migrations', dialect);
    if (existsSync(join(folder, 'meta', '_journal.json'))) return folder;
    if (dirname(at) === at) throw new BurgeeError('storage', `the folder migrations/${dialect} is missing beside the server`);
  }
}
