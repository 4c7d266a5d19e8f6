import ipaddr from 'ipaddr.js';
import { type FieldError, invalid } from './domain/errors.ts';

/** The server's settings, as `readConfig` found them in the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** null: SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Where people and SDKs reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Hosts (`prom.internal:9090`) and networks (`10.0.3.0/24`) that guarded outbound requests may reach besides public ones. */
  readonly outboundAllow: readonly string[];
  /** Where notices by e-mail are handed in, and who they come from; null: none are sent. */
  readonly mail: { readonly url: string; readonly from: string } | null;
  /** Path of a bootstrap file, or null. */
  readonly bootstrap: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const SETTINGS = [
  'BURGEE_PORT',
  'BURGEE_HOST',
  'BURGEE_DATA_DIR',
  'BURGEE_DATABASE_URL',
  'BURGEE_PUBLIC_URL',
  'BURGEE_TRUSTED_PROXIES',
  'BURGEE_OUTBOUND_ALLOW',
  'BURGEE_SMTP_URL',
  'BURGEE_MAIL_FROM',
  'BURGEE_BOOTSTRAP',
  'BURGEE_LOG_LEVEL',
] as const;
type Setting = (typeof SETTINGS)[number];
/** What the command line tool reads; not mistakes when the server sees them. */
const OF_THE_CLI = new Set(['BURGEE_URL', 'BURGEE_TOKEN', 'BURGEE_PROJECT', 'BURGEE_ENVIRONMENT']);
/** Values that may hold a password. */
const WITH_PASSWORDS: ReadonlySet<string> = new Set(['BURGEE_DATABASE_URL', 'BURGEE_SMTP_URL']);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads every setting; an empty one counts as missing. Throws one `invalid` with all mistakes; values that may hold a password
 * are not repeated.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: FieldError[] = [];
  const refuse = (field: string, message: string) => void mistakes.push({ field, message });

  /** The setting as `read` understands it (null: it does not), or `absent`. */
  function setting<T>(name: Setting, absent: T, must: string, read: (text: string) => T | null): T {
    const text = env[name]?.trim() ?? '';
    if (text === '') return absent;
    const value = read(text);
    if (value !== null) return value;
    refuse(name, WITH_PASSWORDS.has(name) ? must : `${must}, got ${JSON.stringify(text)}`);
    return absent;
  }

  function readMail(): Config['mail'] {
    const must = 'must be smtp:// or smtps:// with a host, as in smtps://user:password@mail.example.com';
    const url = setting<string | null>('BURGEE_SMTP_URL', null, must, readSmtpUrl);
    const from = setting<string | null>('BURGEE_MAIL_FROM', null, 'must be an e-mail address', readAddress);
    if (url !== null && from === null && (env.BURGEE_MAIL_FROM?.trim() ?? '') === '')
      refuse('BURGEE_MAIL_FROM', 'must say who mail comes from when BURGEE_SMTP_URL is set');
    return url === null || from === null ? null : { url, from };
  }

  const port = setting('BURGEE_PORT', 4400, 'must be a port, 1 to 65535', readPort);
  const config: Config = {
    port,
    host: setting('BURGEE_HOST', '127.0.0.1', 'must be an address or a host name to listen on', readHost),
    dataDir: setting('BURGEE_DATA_DIR', './data', 'must be a path', (text) => (text.includes('\0') ? null : text)),
    databaseUrl: setting<string | null>(
      'BURGEE_DATABASE_URL',
      null,
      'must begin with postgres:// and name a host',
      readDatabaseUrl,
    ),
    publicUrl: setting(
      'BURGEE_PUBLIC_URL',
      `http://localhost:${port}`,
      'must be an https:// address (http:// on localhost only) without path, query or password',
      readPublicUrl,
    ),
    trustedProxies: setting<readonly string[]>(
      'BURGEE_TRUSTED_PROXIES',
      [],
      'must be addresses and networks separated by commas, as in 10.0.0.1, 10.1.0.0/16',
      (text) => readList(text, isAddressOrNetwork),
    ),
    outboundAllow: setting<readonly string[]>(
      'BURGEE_OUTBOUND_ALLOW',
      [],
      'must be hosts and networks separated by commas, as in prom.internal:9090, 10.0.3.0/24',
      (text) => readList(text, (entry) => isAddressOrNetwork(entry) || isHostAndPort(entry)),
    ),
    mail: readMail(),
    bootstrap: setting<string | null>('BURGEE_BOOTSTRAP', null, 'must be the path of a file', (text) => text),
    logLevel: setting<Config['logLevel']>(
      'BURGEE_LOG_LEVEL',
      'info',
      `must be one of ${LEVELS.join(', ')}`,
      (text) => LEVELS.find((level) => level === text) ?? null,
    ),
  };
  for (const name of Object.keys(env)) {
    if (
      !name.startsWith('BURGEE_') ||
      name.startsWith('BURGEE_SECRET_') ||
      OF_THE_CLI.has(name) ||
      SETTINGS.some((known) => known === name)
    )
      continue;
    const near = nearest(name);
    refuse(name, `is no setting${near === undefined ? `; there are ${SETTINGS.join(', ')}` : `; did you mean ${near}?`}`);
  }
  if (mistakes.length > 0) throw invalid(...mistakes);
  return config;
}

function readPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

function readHost(text: string): string | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(bare) && (bare.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(bare))) return bare;
  return /[a-z]/i.test(text) && isHostAndPort(text) && !text.includes(':') ? text : null;
}

function readDatabaseUrl(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.hostname === '' && !url.searchParams.has('host') ? null : text;
}

function readSmtpUrl(text: string): string | null {
  if (!/^smtps?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { hostname, pathname, search, hash } = new URL(text);
  return hostname === '' || (pathname !== '' && pathname !== '/') || search !== '' || hash !== '' ? null : text;
}

function readAddress(text: string): string | null {
  return /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/.test(text) ? text : null;
}

function readPublicUrl(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? url.origin : null;
}

function readList(text: string, isEntry: (entry: string) => boolean): readonly string[] | null {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.every(isEntry) ? entries : null;
}

function isAddressOrNetwork(entry: string): boolean {
  if (entry.includes('/')) return ipaddr.isValidCIDR(entry);
  return ipaddr.IPv6.isValid(entry) || ipaddr.IPv4.isValidFourPartDecimal(entry);
}

function isHostAndPort(entry: string): boolean {
  const [, host, port] =
    /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(?::(\d+))?$/i.exec(entry)?.filter((_, i) => i !== 2) ?? [];
  if (host === undefined) return false;
  if (host.startsWith('[') && !ipaddr.IPv6.isValid(host.slice(1, -1))) return false;
  return port === undefined || readPort(port) !== null;
}

/** The setting that a name was probably meant to be: at most three edits away. */
function nearest(name: string): string | undefined {
  const [best] = SETTINGS.map((known) => ({ known, edits: distance(name, known) })).sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= 3 ? best.known : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
