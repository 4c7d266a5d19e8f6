import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install } from './installed.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<'burgee-source' | 'types' | 'default', string>>>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

const SLOW = { timeout: 120_000 };
const SDK = join(import.meta.dirname, '..');
const manifest: Manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'));
const peers = Object.keys(manifest.peerDependencies);
const entries = Object.entries(manifest.exports).map(([name, files]) => ({
  specifier: name.replace('.', '@burgee/client-sdk'),
  ...files,
}));

/** Every package and built-in that a bundle or a declaration names. */
function namedIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found = code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g);
  return [...found].map((match) => match[1] ?? '').filter((name) => !name.startsWith('.'));
}
const isAllowed = (name: string): boolean =>
  builtinModules.includes(name.replace('node:', '')) || peers.some((peer) => name === peer || name.startsWith(`${peer}/`));

let installed: Installed;
beforeAll(async () => {
  installed = await install();
});
afterAll(() => installed.remove());

const files = () =>
  readdirSync(installed.sdk, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(ts|js)$/.test(name) && !/^src/.test(name),
  );
const read = (name: string) => readFileSync(join(installed.sdk, name), 'utf8');
const importsPeers = (entry: { readonly default: string }) =>
  namedIn(read(entry.default)).some((name) => !name.startsWith('node:'));

describe('the package as it would be published', () => {
  it('holds every entry, bundled and declared, and none of the sources', () => {
    for (const entry of entries)
      for (const file of [entry.default, entry.types]) expect(existsSync(join(installed.sdk, file)), file).toBe(true);
    const all = readdirSync(installed.sdk, { recursive: true, encoding: 'utf8' });
    expect(all.filter((name) => /^(src|test|node_modules)\b|\.tsx?$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
    expect(all.filter((name) => !name.includes('/')).sort()).toEqual(['README.md', 'dist', 'package.json']);
  });

  it('names nothing but itself, node and optional peers', () => {
    const wrong = files().flatMap((name) =>
      namedIn(read(name))
        .filter((found) => !isAllowed(found))
        .map((found) => `${name}: ${found}`),
    );
    expect(wrong).toEqual([]);
    expect(namedIn(`import { a } from '@burgee/engine'; import("node:os"); export * from "./y.js"`)).toEqual([
      '@burgee/engine',
      'node:os',
    ]);
    expect(isAllowed('@burgee/engine')).toBe(false);
    expect(peers.filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
  });

  it('is imported by plain node, without peers where an entry needs none', async () => {
    const alone = entries.filter((entry) => !importsPeers(entry));
    expect(alone.map(({ specifier }) => specifier)).toContain('@burgee/client-sdk/node');
    const loads = alone.map(({ specifier }) => `await import(${JSON.stringify(specifier)});`).join('\n');
    expect(await installed.run(`${loads}\nconsole.log('loaded');`)).toBe('loaded\n');
  });
});

describe('a project that installed it and its peers', () => {
  beforeAll(() => installed.add([...peers, '@types/node', '@types/react']));

  it('imports every entry with node', async () => {
    const loads = entries.map(({ specifier }) => `await import(${JSON.stringify(specifier)});`).join('\n');
    expect(await installed.run(`${loads}\nconsole.log('loaded');`)).toBe('loaded\n');
  });

  const use = `
import { type Client, createClient } from '@burgee/client-sdk/node';
const flags: Client = createClient({ url: 'http://localhost:4400', key: 'k' });
const isNew: boolean = flags.boolean('any-key', { targetingKey: 'u' }, false);
const limits: { max: number } = flags.json('limits', undefined, { max: isNew ? 1 : 2 });
flags.boolean('any-key', undefined, limits.max); // a number
`;
  const everything = entries.map(({ specifier }, i) => `export * as e${i} from ${JSON.stringify(specifier)};`).join('\n');
  const modes = {
    NodeNext: { module: 'NodeNext', moduleResolution: 'NodeNext' },
    Bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
  };

  it.each(Object.entries(modes))('has its types with %s', SLOW, async (_, mode) => {
    const complaints = await installed.compile({ 'use.ts': use, 'everything.ts': everything }, { ...mode, types: ['node'] });
    expect(complaints.map(({ file, line }) => `${file}:${line}`)).toEqual(['use.ts:6']);
    expect(complaints[0]?.message).toContain("'number' is not assignable to parameter of type 'boolean'");
  });

  it('negative control: has none without the declarations', SLOW, async () => {
    rmSync(join(installed.sdk, 'dist/types'), { recursive: true });
    const complaints = await installed.compile({ 'use.ts': use }, { types: ['node'] });
    expect(complaints[0]).toMatchObject({ file: 'use.ts', line: 2 });
  });
});
