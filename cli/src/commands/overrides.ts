import { type Command, InvalidArgumentError } from 'commander';
import { path } from '../api.ts';
import { duration } from '../duration.ts';
import { environmentOf, type Settings } from '../settings.ts';
import { contextOf } from './context.ts';

interface Served {
  readonly flag: string;
  readonly variant: string;
}

interface Made {
  readonly token: string;
  readonly id: string;
  readonly flags: readonly Served[];
  readonly expiresAt: number;
}

function served(text: string, before: readonly Served[] = []): Served[] {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('write <flag>=<variant>, as in new-checkout=on.');
  return [...before, { flag: text.slice(0, at), variant: text.slice(at + 1) }];
}

const tokensPath = (settings: Settings, ...more: readonly string[]): string =>
  path('api', 'v1', 'projects', settings.project, 'environments', environmentOf(settings), 'override-tokens', ...more);

/** Tokens that let whoever carries one see chosen variants: `burgee overrides create`, `burgee overrides revoke-all`. */
export function addOverrides(program: Command): void {
  const overrides = program
    .command('overrides')
    .description('tokens that let whoever carries one see chosen variants, for a while');
  overrides
    .command('create')
    .description('make a token; it is shown once. Requests carry it as burgee-override in query, header, cookie or baggage')
    .requiredOption('--flag <key=variant>', 'what it serves (again for more)', served)
    .option('--for <duration>', 'how long it is taken, at most 24h', duration, duration('1h'))
    .option('--note <text>', 'what for, for the audit log')
    .action(async (options: { flag: Served[]; for: number; note?: string }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const body = { flags: options.flag, lifetimeMs: options.for, note: options.note };
      const made = await api.post<Made>(tokensPath(settings), body);
      output.result(made, () => {
        const what = made.flags.map(({ flag, variant }) => `${flag} = ${variant}`).join(', ');
        const until = new Date(made.expiresAt).toISOString();
        return `${made.token}\n\nServes ${what} in ${environmentOf(settings)} until ${until}. This is the only time it is shown.`;
      });
    });

  overrides
    .command('revoke-all')
    .description('end every override token of the environment')
    .option('--reason <text>', 'why, for the audit log')
    .action(async (options: { reason?: string }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      await api.post(tokensPath(settings, 'revoke'), { reason: options.reason });
      output.result({ revoked: environmentOf(settings) }, () => `Revoked every override token of ${environmentOf(settings)}.`);
    });
}
