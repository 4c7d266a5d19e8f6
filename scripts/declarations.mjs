import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

/** The engine's entries, by what stands behind its name. */
const ENGINE = { '': 'index', '/compact': 'compact', '/measures': 'measure-operators' };
const PARTS = { 'client-sdk/src': '', 'engine/src': 'engine' };

/** Type declarations of the SDK's entries and of the engine in them, importing each other by file: users have neither source. */
export async function emitDeclarations(outdir) {
  const emitted = await mkdtemp(join(tmpdir(), 'burgee-declarations-'));
  const command = ['node_modules/typescript/bin/tsc', '-p', 'client-sdk/tsconfig.build.json', '--outDir', emitted];
  const [code] = await once(spawn(process.execPath, command, { stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error('the declarations of client-sdk cannot be made');
  await rm(outdir, { recursive: true, force: true });
  for (const [from, to] of Object.entries(PARTS)) {
    const files = await readdir(join(emitted, from), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.d.ts'))) {
      const place = posix.join(to, file.replaceAll('\\', '/'));
      const engine = posix.relative(posix.dirname(place), 'engine');
      const text = await readFile(join(emitted, from, file), 'utf8');
      await mkdir(dirname(join(outdir, place)), { recursive: true });
      await writeFile(join(outdir, place), withFiles(text, engine.startsWith('.') ? engine : `./${engine}`));
    }
  }
  await rm(emitted, { recursive: true, force: true });
}

function withFiles(text, engine) {
  return text
    .replaceAll(
      /((?:from|import) |import\()'@burgee\/engine(\/\w+)?'/g,
      (_, before, entry = '') => `${before}'${engine}/${ENGINE[entry]}.js'`,
    )
    .replaceAll(/((?:from|import) |import\()'(\.{1,2}\/[^']*)\.tsx?'/g, (_, before, path) => `${before}'${path}.js'`);
}
