import { builtinModules } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { INTERNAL_NAMES } from '../../scripts/internal-names.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const HOST = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

/** What a bundle is made of. */
export interface Bundle {
  /** Source files of the entry and of every chunk that it loads at once, relative to the repository. */
  readonly eager: readonly string[];
  /** Of the chunks that it loads when they are needed. */
  readonly lazy: readonly string[];
  /** Packages that it imports and does not contain. */
  readonly packages: readonly string[];
  /** Bytes of what it loads at once, minified and compressed with gzip. */
  readonly bytes: number;
  /** A file and how it came in: `engine/src/x.ts, imported by …`. */
  through(file: string): string;
}

/** Bundles entries of the SDK together, as the build does: what they share lies in chunks. Keys name what comes out. */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  platform: 'node' | 'browser',
  minify = false,
): Promise<{ readonly of: (entry: string) => Bundle; readonly twice: readonly string[] }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: `client-sdk/src/${file}`, out })),
    outdir: 'out',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify,
    ...(minify && platform === 'browser' && { mangleProps: INTERNAL_NAMES }),
    format: 'esm',
    platform,
    target: platform === 'node' ? 'node20.19' : 'es2022',
    external: ['react', '@openfeature/*', '@opentelemetry/*', '@sentry/*', 'vitest', '@playwright/*'],
    alias: {
      '@burgee/engine/compact': './engine/src/compact.ts',
      '@burgee/engine/measures': './engine/src/measure-operators.ts',
      '@burgee/engine': './engine/src/index.ts',
    },
    logLevel: 'silent',
  });
  const { inputs: files, outputs } = metafile;
  const texts = new Map(outputFiles.map(({ path, contents }) => [relative(root, path), contents]));
  const all = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return {
    twice: all.filter((file, i) => all.indexOf(file) !== i),
    of(entry) {
      const start = `out/${entry}.js`;
      const reached = new Map<string, 'eager' | 'lazy'>([[start, 'eager']]);
      const packages = new Set<string>();
      for (const [name, how] of reached) {
        for (const one of outputs[name]?.imports ?? []) {
          if (one.external === true) HOST.has(one.path) || packages.add(one.path);
          else if (how === 'eager' && one.kind !== 'dynamic-import') reached.set(one.path, 'eager');
          else if (!reached.has(one.path)) reached.set(one.path, 'lazy');
        }
      }
      const inputs = (wanted: 'eager' | 'lazy') =>
        [...reached].flatMap(([name, how]) => (how === wanted ? Object.keys(outputs[name]?.inputs ?? {}) : [])).sort();
      const parts = [...reached].flatMap(([name, how]) => (how === 'eager' ? [texts.get(name) ?? new Uint8Array()] : []));
      return {
        eager: inputs('eager'),
        lazy: inputs('lazy'),
        packages: [...packages].sort(),
        bytes: parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0),
        through: (file) =>
          `${file}, imported by ${Object.keys(files).filter((other) => files[other]?.imports.some(({ path }) => path === file))}`,
      };
    },
  };
}
