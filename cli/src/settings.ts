import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError, EXIT } from './exit.ts';

/** Where to ask, as whom, and about what. */
export interface Settings {
  readonly url: string;
  readonly token: string | null;
  readonly project: string;
  readonly environment: string | null;
}

/** What the options common to all commands give. */
export interface CommonOptions {
  readonly url?: string;
  readonly token?: string;
  readonly project?: string;
  readonly environment?: string;
}

/** Where `burgee login` keeps the server's address and the token. */
export function credentialsFile(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return join(base, 'burgee', 'credentials.json');
}

/** Options win over BURGEE_URL, BURGEE_TOKEN, BURGEE_PROJECT and BURGEE_ENVIRONMENT, those over what `login` kept. */
export async function readSettings(options: CommonOptions, env: NodeJS.ProcessEnv): Promise<Settings> {
  const kept = await readCredentials(env);
  const url = options.url ?? env.BURGEE_URL ?? kept?.url ?? 'http://127.0.0.1:4400';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CommandError(EXIT.usage, 'usage', `--url: "${url}" is not an http(s) address`);
  }
  return {
    url: url.replace(/\/+$/, ''),
    token: options.token || env.BURGEE_TOKEN || (kept !== null && kept.url === url ? kept.token : null),
    project: options.project ?? env.BURGEE_PROJECT ?? 'default',
    environment: (options.environment ?? env.BURGEE_ENVIRONMENT) || null,
  };
}

/** The environment, or a usage error that says how to name one. */
export function environmentOf(settings: Settings): string {
  if (settings.environment !== null) return settings.environment;
  throw new CommandError(EXIT.usage, 'usage', 'which environment? Give --environment or set BURGEE_ENVIRONMENT');
}

interface Credentials {
  readonly url: string;
  readonly token: string;
}

async function readCredentials(env: NodeJS.ProcessEnv): Promise<Credentials | null> {
  try {
    const kept = JSON.parse(await readFile(credentialsFile(env), 'utf8')) as Partial<Credentials>;
    return typeof kept.url === 'string' && typeof kept.token === 'string' ? { url: kept.url, token: kept.token } : null;
  } catch {
    return null;
  }
}

/** Keeps the credentials, readable by their owner only. */
export async function keepCredentials(credentials: Credentials, env: NodeJS.ProcessEnv): Promise<string> {
  const file = credentialsFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const written = `${file}.${process.pid}`;
  await writeFile(written, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(written, file);
  return file;
}
