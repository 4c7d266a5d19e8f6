import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { Api, path } from '../api.ts';
import { CommandError, EXIT } from '../exit.ts';
import { tokenForPerson } from '../people.ts';
import { keepCredentials } from '../settings.ts';
import { contextOf } from './context.ts';

interface Me {
  readonly user?: { readonly email: string; readonly role: string };
  readonly token?: { readonly name: string; readonly kind: string };
}

/** Asks for a line without showing it; reads stdin to its end when it is not a terminal. */
async function askSecret(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    let text = '';
    for await (const chunk of process.stdin) text += String(chunk);
    return text.trim();
  }
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const answer = await lines.question('');
  lines.close();
  process.stderr.write('\n');
  return answer.trim();
}

export function addAccess(program: Command): void {
  program
    .command('login')
    .description('keep a server’s address and a token for later commands; what is secret is asked for, or read from stdin')
    .option('--email <address>', 'log in with this admin’s password and make a token for this machine')
    .action(async (options: { email?: string }, command: Command) => {
      const { settings, output } = await contextOf(command);
      const given = command.optsWithGlobals<{ token?: string }>().token;
      const token =
        options.email === undefined
          ? (given ?? (await askSecret(`Admin or pipeline token for ${settings.url}: `)))
          : await tokenForPerson(settings.url, options.email, await askSecret(`Password of ${options.email}: `));
      if (token === '') throw new CommandError(EXIT.usage, 'usage', 'no token was given');
      const me = await new Api({ ...settings, token }).get<Me>('/api/v1/me');
      const file = await keepCredentials({ url: settings.url, token }, process.env);
      output.result(
        { url: settings.url, as: me, file },
        () => `Logged in to ${settings.url} as ${me.token?.name ?? me.user?.email ?? 'somebody'}. Kept in ${file}.`,
      );
    });

  const tokens = program.command('tokens').description('make and revoke tokens');
  tokens
    .command('create')
    .description('make a token; its secret is shown once')
    .requiredOption('--kind <kind>', 'server, client, admin or pipeline')
    .requiredOption('--name <name>')
    .action(async (options: { kind: string; name: string }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await api.post<{ token: { id: string }; secret: string }>(
        path('api', 'v1', 'projects', settings.project, 'tokens'),
        {
          kind: options.kind,
          name: options.name,
          ...(settings.environment === null ? {} : { environment: settings.environment }),
        },
      );
      output.result(answer, () => `${answer.secret}\n\nThis is the only time it is shown. Its id is ${answer.token.id}.`);
    });
  tokens
    .command('revoke <token>')
    .description('end a token by its id; its streams close')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      await api.request('DELETE', path('api', 'v1', 'projects', settings.project, 'tokens', id));
      output.result({ revoked: id }, () => `Revoked ${id}.`);
    });

  program
    .command('users')
    .description('people')
    .command('reset-password <email>')
    .description('give a person a new password, shown once; their sessions end')
    .action(async (email: string, _options: object, command: Command) => {
      const { api, output } = await contextOf(command);
      const { users } = await api.get<{ users: { user: { id: string; email: string } }[] }>('/api/v1/users');
      const found = users.find(({ user }) => user.email === email.toLowerCase());
      if (found === undefined) throw new CommandError(EXIT.usage, 'not_found', `no user ${email}`);
      const { password } = await api.post<{ password: string }>(path('api', 'v1', 'users', found.user.id, 'password'), {});
      output.result({ email, password }, () => `${password}\n\nThis is the only time it is shown.`);
    });
}
