// Writes the migrations that bring both databases from the last snapshot to the schemas; nothing when they agree.
import { execFileSync } from 'node:child_process';

for (const [folder, dialect] of Object.entries({ sqlite: 'sqlite', postgres: 'postgresql' })) {
  const schema = `server/src/storage/${folder}/schema.ts`;
  const to = ['--dialect', dialect, '--schema', schema, '--out', `migrations/${folder}`];
  execFileSync('npx', ['--no-install', 'drizzle-kit', 'generate', ...to, ...process.argv.slice(2)], { stdio: 'inherit' });
}
