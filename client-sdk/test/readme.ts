import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The code block number `index` under a heading of the README. */
export async function readmeCode(heading: string, index = 0): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const code = [...section.matchAll(/^```(?:js|ts|tsx)\n([\s\S]*?)^```$/gm)][index]?.[1];
  if (code === undefined) throw new Error(`the README has no code number ${index} under ${heading}`);
  return code;
}

/** A port of 127.0.0.1 that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Code that runs in a process of its own. */
export interface Running {
  printed(): string;
  /** Ends it by SIGTERM, unless it ended by itself; tells its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Runs code from a temporary file. `replaced` says what stands for what in it; of these, and of `packages`, imports become
 * addresses, since nothing is installed beside that file.
 */
export async function runCode(
  code: string,
  replaced: Readonly<Record<string, string>>,
  packages: readonly string[] = [],
): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'burgee-readme-'));
  const file = join(folder, 'code.mjs');
  const links = packages.map((name) => [`'${name}'`, `'${import.meta.resolve(name)}'`] as const);
  let adapted = code;
  for (const [from, to] of [...Object.entries(replaced), ...links]) {
    if (!adapted.includes(from)) throw new Error(`the README’s code does not say ${from}`);
    adapted = adapted.replaceAll(from, to);
  }
  await writeFile(file, adapted);
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=burgee-source', '--import', import.meta.resolve('tsx'), file],
    { env: { ...process.env, SHOP_KEY: 'bg_srv_readme' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    printed: () => printed,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const exit = await ended;
      await rm(folder, { recursive: true, force: true });
      return exit;
    },
  };
}
