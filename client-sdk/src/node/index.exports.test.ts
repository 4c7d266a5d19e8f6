import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as entry from './index.ts';

/** What of esbuild's report is looked at. */
interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly inputs: object;
        readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
      }
    >
  >;
}

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createClient']);
});

test('a client has what was chosen, no more', async () => {
  const client = entry.createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false });
  expect(Object.keys(client).sort()).toEqual(
    [
      ...['boolean', 'string', 'number', 'json', 'detail', 'forRequest'],
      ...['ready', 'on', 'status', 'close', 'middleware', 'run', 'outcome', 'baggage'],
    ].sort(),
  );
  await client.close();
});

describe('bundled', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  let folder: string;
  let meta: Metafile;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'burgee-bundle-'));
    const metafile = join(folder, 'meta.json');
    const flags = ['--bundle', '--splitting', '--format=esm', '--platform=node', '--target=node20.19', '--log-level=error'];
    const alias = '--alias:@burgee/engine=./engine/src/index.ts';
    const files = ['node=client-sdk/src/node/index.ts', `--outdir=${folder}`, `--metafile=${metafile}`];
    execFileSync('npx', ['--no-install', 'esbuild', ...files, ...flags, alias], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    meta = JSON.parse(readFileSync(metafile, 'utf8'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const main = () => Object.entries(meta.outputs).find(([name]) => name.endsWith('/node.js'));

  test('the entry holds the engine and nothing from npm; RE2 is in a chunk that is imported when needed', () => {
    const [, output] = main() ?? [];
    const inputs = Object.keys(output?.inputs ?? {});
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([]);
    expect(inputs.some((input) => input.startsWith('engine/'))).toBe(true);
    const imports = output?.imports ?? [];
    expect(imports.filter((one) => one.external && !builtinModules.includes(one.path.replace('node:', '')))).toEqual([]);
    const chunks = imports.filter((one) => !one.external);
    expect(chunks.map((one) => one.kind)).toEqual(['dynamic-import']);
    const chunk = meta.outputs[chunks[0]?.path ?? ''];
    expect(Object.keys(chunk?.inputs ?? {}).some((input) => input.includes('re2js'))).toBe(true);
  });

  test('the bundle matches patterns, and without one it runs with the chunk gone', () => {
    const file = pathToFileURL(join(folder, 'node.js')).href;
    const run = (operator: string): string =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', script(file, operator)], { encoding: 'utf8' });
    expect(run('matches')).toBe('true false\n');
    for (const name of Object.keys(meta.outputs)) if (!name.includes('/node.js')) rmSync(join(root, name));
    expect(run('contains')).toBe('false true\n');
    // what needs it then answers its default, and nothing else suffers
    expect(run('matches')).toBe('false false\n');
  });
});

const script = (file: string, operator: string): string => `
  import { createClient } from ${JSON.stringify(file)};
  const on = { key: 'on', value: true }, off = { key: 'off', value: false };
  const when = { attribute: 'mail', operator: ${JSON.stringify(operator)}, values: ['^a+@'] };
  const flag = { key: 'm', type: 'boolean', variants: [on, off], browserAccess: 'none', enabled: true, killed: false, prerequisites: [],
    rules: [{ id: 'r', percent: 100, by: 'default', serve: { variant: 'on' }, when }], defaultVariant: 'off', offVariant: 'off' };
  const bootstrap = { schema: 1, project: 'p', environment: 'e', revision: { epoch: 1, n: 1 }, flags: [flag], segments: [] };
  const client = createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false, bootstrap });
  await client.ready({ timeout: 1000 });
  console.log(client.boolean('m', { mail: 'aaa@x' }, false), client.boolean('m', { mail: 'b^a+@x' }, false));
  await client.close();
`;

test('the package has no runtime dependency', () => {
  const manifest: { dependencies?: object } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
});
