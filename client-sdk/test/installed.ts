import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** One complaint of the compiler. */
export interface Complaint {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A project outside of the repository that installed the SDK as it would be published. */
export interface Installed {
  readonly folder: string;
  /** The installed package's folder. */
  readonly sdk: string;
  /** Puts packages of the repository beside it. */
  add(packages: readonly string[]): void;
  /** What a module prints, run by plain node. */
  run(code: string): Promise<string>;
  /** Compiles these files and nothing else; complaints about packages of others are left out. */
  compile(files: Readonly<Record<string, string>>, options?: object): Promise<Complaint[]>;
  remove(): void;
}

/** Packs the built SDK and installs it, with nothing beside it. `npm run build` comes first. */
export async function install(): Promise<Installed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'burgee-consumer-')));
  const modules = join(folder, 'node_modules');
  const sdk = join(modules, '@burgee/client-sdk');
  mkdirSync(sdk, { recursive: true });
  const flags = ['--json', '--offline', '--ignore-scripts', '--pack-destination', folder];
  const packed = await run('npm', ['pack', ...flags], { cwd: join(ROOT, 'client-sdk') });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await run('tar', ['-xzf', join(folder, filename), '-C', sdk, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

  return {
    folder,
    sdk,
    add(packages) {
      for (const name of packages) {
        mkdirSync(dirname(join(modules, name)), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
      }
    },
    async run(code) {
      const file = join(folder, 'run.js');
      writeFileSync(file, code);
      return (await run(process.execPath, [file], { cwd: folder })).stdout;
    },
    async compile(files, options = {}) {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const compilerOptions = {
        ...{ strict: true, noEmit: true, target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] },
        ...{ module: 'NodeNext', moduleResolution: 'NodeNext', skipLibCheck: false, jsx: 'react-jsx' },
        ...options,
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
      const { stdout } = await run(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], { cwd: folder }).catch(
        (failed: { stdout?: string }) => ({ stdout: failed.stdout ?? String(failed) }),
      );
      return complaintsOf(stdout);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function complaintsOf(printed: string): Complaint[] {
  const lines = printed.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  return lines.flatMap((text) => {
    const [, file = '', line = '0', message = text] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(text) ?? [];
    const isForeign = file.includes('node_modules/') && !file.startsWith('node_modules/@burgee/');
    return isForeign ? [] : [{ file, line: Number(line), message }];
  });
}
