import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { addAccess } from './commands/access.ts';
import { addFlags } from './commands/flags.ts';
import { addOverrides } from './commands/overrides.ts';
import { addPlans } from './commands/plans.ts';
import { addRollout } from './commands/rollout.ts';
import { addTypes } from './commands/types.ts';
import { CommandError, EXIT } from './exit.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('burgee')
  .description('Raises features gradually, and lowers them by itself when errors rise.')
  .version(version, '-V, --version', 'say which version this is')
  .option('--url <url>', 'the server (BURGEE_URL, or what `login` kept)')
  .option('--token <token>', 'the token (BURGEE_TOKEN, or what `login` kept)')
  .option('-p, --project <key>', 'the project (BURGEE_PROJECT, or "default")')
  .option('-e, --environment <key>', 'the environment (BURGEE_ENVIRONMENT)')
  .option('-o, --output <format>', 'json or text; json when stdout is not a terminal')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 done · 1 server or network, or another release holds the rollout · 2 usage · 10 reverted, killed, aborted\n11 paused · 12 timed out while healthy · 13 timed out while holding for lack of data',
  );

program
  .command('serve')
  .description('run the server in this process; settings come from BURGEE_… variables')
  .action(async () => {
    const main = import.meta.resolve('@burgee/server');
    if (!existsSync(fileURLToPath(main)))
      throw new CommandError(EXIT.failed, 'not_built', 'the server is not built yet; run `npm run build` first');
    await import(main);
  });
addFlags(program);
addRollout(program);
addPlans(program);
addTypes(program);
addOverrides(program);
addAccess(program);
for (const command of everyCommand(program)) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function* everyCommand(command: Command): Generator<Command> {
  for (const child of command.commands) {
    yield child;
    yield* everyCommand(child);
  }
}

/** Says what went wrong, as JSON on stdout where JSON is spoken, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const known =
    error instanceof CommandError
      ? error
      : new CommandError(EXIT.failed, 'internal', error instanceof Error ? error.message : String(error));
  const { output } = program.opts<{ output?: string }>();
  if (output === 'json' || (output === undefined && process.stdout.isTTY !== true)) {
    process.stdout.write(
      `${JSON.stringify({ error: { code: known.code, message: known.message, details: known.details }, exit: known.exit }, null, 2)}\n`,
    );
  }
  process.stderr.write(`burgee: ${known.message}\n`);
  return known.exit;
}
