import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPURE, INSTALL_SCRIPTS, NAMELESS, PARTS, type Part, WORKSPACES } from './architecture.ts';

const root = resolve(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const sources = tracked.filter((file) => /\.(ts|tsx)$/.test(file) && !file.endsWith('.d.ts'));

const partOf = (file: string): Part | undefined => PARTS.find((part) => part.files.test(file));
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Every specifier that a file imports, exports from, or imports at run time. */
function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const found = [
    ...code.matchAll(
      /^\s*(?:import|export)\b[^;'"]*\bfrom\s*['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ];
  return found.map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function packagesOf(file: string): ReadonlySet<string> {
  let folder = dirname(join(root, file));
  const names = new Set<string>();
  while (folder.startsWith(root)) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) {
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string> | undefined>;
      for (const key of ['dependencies', 'devDependencies']) for (const name of Object.keys(manifest[key] ?? {})) names.add(name);
      if (folder !== root) break;
    }
    folder = dirname(folder);
  }
  return names;
}

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Why a file may not import this, or null. */
function refusal(file: string, part: Part, specifier: string): string | null {
  const opened = WORKSPACES.get(specifier);
  if (opened !== undefined) return part.imports.includes(opened) || part.imports.includes('*') ? null : `the part ${opened}`;
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(dirname(join(root, file)), specifier.replace(/\?.*$/, '')));
    if (/\.(css|json|svg|woff2)$/.test(target)) return null;
    const other = partOf(target);
    if (other === undefined) return `${target}, which belongs to no part`;
    return other === part || part.imports.includes(other.name) || part.imports.includes('*') ? null : `the part ${other.name}`;
  }
  if (specifier.startsWith('node:')) return part.packages.includes('node:') ? null : 'the host';
  const name = packageName(specifier);
  if (part.packages.includes(name)) return null;
  return part.packages.includes('*') && packagesOf(file).has(name) ? null : `the package ${name}`;
}

describe('the house', () => {
  it('gives every source file a part', () => {
    expect(sources.filter((file) => partOf(file) === undefined)).toEqual([]);
  });

  it('lets imports point one way', () => {
    const wrong = sources.flatMap((file) => {
      const part = partOf(file);
      if (part === undefined) return [];
      return importsOf(readFileSync(join(root, file), 'utf8')).flatMap((specifier) => {
        const reason = refusal(file, part, specifier);
        return reason === null ? [] : [`${file} (${part.name}) imports ${reason}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('sees an import that points the wrong way', () => {
    const domain = partOf('server/src/domain/flag/flag.ts') as Part;
    expect(refusal('server/src/domain/flag/flag.ts', domain, '../../storage/sqlite/open.ts')).toBe('the part storage');
    expect(refusal('server/src/domain/flag/flag.ts', domain, 'node:fs')).toBe('the host');
    expect(refusal('server/src/domain/flag/flag.ts', domain, 'zod')).toBe('the package zod');
    const http = partOf('server/src/http/frame/app.ts') as Part;
    expect(refusal('server/src/http/frame/app.ts', http, '../../rollout/controller.ts')).toBe('the part rollout');
    expect(refusal('server/src/http/frame/app.ts', http, 'react')).toBe('the package react');
    expect(importsOf("import { x } from './a.ts';\nconst y = await import('./b.ts');\nexport * from './c.ts';")).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
    ]);
  });

  it('keeps clock, dice and host out of the pure parts', () => {
    const pure = sources.filter((file) => partOf(file)?.pure === true);
    expect(pure.length).toBeGreaterThan(10);
    const wrong = pure.flatMap((file) => {
      const code = withoutComments(readFileSync(join(root, file), 'utf8'));
      return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${file} says ${pattern.source}`);
    });
    expect(wrong).toEqual([]);
    expect(IMPURE.some((pattern) => pattern.test('const t = Date.now();'))).toBe(true);
  });

  it('lets requests leave the server by one door only', () => {
    const leaves = /\bfetch\(|from .undici.|\bhttps?\.(get|request)\(/;
    const wrong = sources.filter((file) => {
      const part = partOf(file)?.name ?? '';
      return (
        file.startsWith('server/src/') &&
        part !== 'outbound' &&
        part !== 'server tests' &&
        leaves.test(withoutComments(readFileSync(join(root, file), 'utf8')))
      );
    });
    expect(wrong).toEqual([]);
    expect(leaves.test(readFileSync(join(root, 'server/src/outbound/client.ts'), 'utf8'))).toBe(true);
  });

  it('has no file over 400 lines and no folder without a meaning', () => {
    const long = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
    expect(tracked.filter((file) => NAMELESS.test(file))).toEqual([]);
    expect(NAMELESS.test('server/src/utils/x.ts')).toBe(true);
  });

  it('knows every package that runs a script when it is installed', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripted = Object.entries(lock.packages)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(scripted.length).toBeGreaterThan(0);
    expect(
      scripted.filter(
        (name) => !INSTALL_SCRIPTS.some((allowed) => name === allowed || (allowed.endsWith('/') && name.startsWith(allowed))),
      ),
    ).toEqual([]);
  });

  it('gives the published SDK no runtime dependency', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'client-sdk/package.json'), 'utf8')) as { dependencies?: object };
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  });
});
