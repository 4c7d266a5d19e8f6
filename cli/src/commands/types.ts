import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Attribute, Flag } from '@burgee/server/api';
import type { Command } from 'commander';
import { type Api, path } from '../api.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { declarationOf, type Subject } from '../typing/declaration.ts';
import { type Difference, differenceOf } from '../typing/difference.ts';
import { contextOf } from './context.ts';

interface TypesOptions {
  readonly out?: string;
  readonly check?: true;
  readonly openfeature?: true;
  readonly sdk: boolean;
}

const MOST_NAMED = 20;

export function addTypes(program: Command): void {
  program
    .command('types')
    .description('the flags as TypeScript declarations, so that code that asks for a wrong one does not compile')
    .option('--out <file>', 'write them to this file, flags.d.ts say; to stdout when left out')
    .option('--check', 'change nothing: exit 1 when the file of --out is out of date')
    .option('--openfeature', "declare the keys to OpenFeature's clients too (needs @openfeature/core and skipLibCheck)")
    .option('--no-sdk', "leave out Burgee's own clients")
    .addHelpText(
      'after',
      '\nAttributes are those of --environment, or of every environment when none is named. --check looks at types: descriptions that\nchanged, and attributes that no condition looks at, do not fail it.',
    )
    .action(async (options: TypesOptions, command: Command) => {
      const { out, check = false, openfeature = false, sdk } = options;
      if (check && out === undefined)
        throw new CommandError(EXIT.usage, 'usage', '--check needs to know the file: give --out with it');
      if (!sdk && !openfeature)
        throw new CommandError(EXIT.usage, 'usage', '--no-sdk leaves nothing to declare: give --openfeature with it');
      const { api, settings, output } = await contextOf(command);
      const subject = await subjectOf(api, settings);
      const text = declarationOf(subject, { sdk, openfeature, now: Date.now() });
      if (out === undefined) {
        process.stdout.write(text);
        return;
      }
      const before = await contentOf(out);
      const difference = before === null ? null : differenceOf(before, text);
      const counts = { flags: subject.flags.length, attributes: subject.attributes.length };
      const counted = `${counts.flags} flags, ${counts.attributes} attributes`;
      if (!check) {
        const isChanged = difference?.inText ?? true;
        if (isChanged) await write(out, text);
        const done = isChanged ? `Wrote ${counted} to ${out}.` : `${out} was up to date: ${counted}.`;
        output.result({ file: out, written: isChanged, ...counts, ...namesOf(difference) }, () => done);
        return;
      }
      if (difference === null || difference.inTypes) {
        throw new CommandError(EXIT.failed, 'out_of_date', summaryOf(out, difference), { file: out, ...namesOf(difference) });
      }
      const rest = difference.inText ? ' Descriptions or unused attributes differ.' : '';
      output.result({ file: out, upToDate: true, ...counts }, () => `${out} is up to date: ${counted}.${rest}`);
    });
}

/** What the server says of the project, as far as the token reaches. */
async function subjectOf(api: Api, { project, environment }: Settings): Promise<Subject> {
  const ofProject = path('api', 'v1', 'projects', project);
  const inEnvironment = (key: string, noun: string) => `${ofProject}${path('environments', key, noun)}`;
  const environments =
    environment === null
      ? (await api.get<{ environments: { environment: { key: string } }[] }>(`${ofProject}/environments`)).environments.map(
          (row) => row.environment.key,
        )
      : [environment];
  const [{ flags }, ...answers] = await Promise.all([
    api.get<{ flags: { flag: Flag }[] }>(environment === null ? `${ofProject}/flags` : inEnvironment(environment, 'flags')),
    ...environments.map((key) => api.get<{ attributes: Attribute[] }>(inEnvironment(key, 'attributes'))),
  ]);
  const types = new Map<string, Set<Attribute['types'][number]>>();
  for (const { name, types: found } of answers.flatMap(({ attributes }) => attributes))
    types.set(name, new Set([...(types.get(name) ?? []), ...found]));
  return {
    ...{ project, environment, flags: flags.map(({ flag }) => flag) },
    attributes: [...types].map(([name, found]) => ({ name, types: [...found].sort() })),
  };
}

async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(file, error);
  }
}

/** All of it or nothing, so that no compiler meets half a file. */
async function write(file: string, text: string): Promise<void> {
  const written = `${file}.${process.pid}`;
  try {
    await writeFile(written, text);
    await rename(written, file);
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, error: unknown): CommandError {
  return new CommandError(EXIT.usage, 'usage', `--out: ${file} cannot be used: ${(error as Error).message}`);
}

function namesOf(difference: Difference | null) {
  const { added = [], removed = [], changed = [] } = difference ?? {};
  return { added, removed, changed };
}

function summaryOf(file: string, difference: Difference | null): string {
  const again = `run \`burgee types --out ${file}\``;
  if (difference === null) return `${file} is not there yet: ${again}`;
  const lines = [
    ...difference.added.map((key) => `  + ${key}`),
    ...difference.removed.map((key) => `  - ${key}`),
    ...difference.changed.map((key) => `  ~ ${key}`),
  ];
  const more = lines.length > MOST_NAMED ? [`  and ${lines.length - MOST_NAMED} more`] : [];
  return [`${file} is out of date: ${again}`, ...lines.slice(0, MOST_NAMED), ...more].join('\n');
}
