import type { Ruleset } from '@burgee/engine';

/** How to make a client. */
export interface ClientOptions {
  /** The Burgee server, `https://flags.example.com` or `http://localhost:4400`; a path before `/sdk` may follow. */
  readonly url: string;
  /** A server key (`bg_srv_…`). It decides project and environment. */
  readonly key: string;
  /** The application's name in reports, 1–100 characters; evidence is never mixed across apps. Default `app`. */
  readonly app?: string;
  /** The platform's name in reports, 1–100 characters; evidence is never mixed across platforms. Default `node`. */
  readonly platform?: string;
  /**
   * A folder for the last known good ruleset, read at the next start when the server cannot be reached. Created when missing; the
   * file is 0600, written atomically, checksummed, and never expires; several processes may share the folder. Default: none. A
   * ruleset can hold user ids and a container's temporary folder rarely outlives it, so where it may lie is the operator's
   * choice; a shared default such as the temporary folder would let any local user plant rules.
   */
  readonly cacheDir?: string;
  /** False to poll every 30–45 s instead of holding a stream open. Default true. */
  readonly streaming?: boolean;
  /** Evaluated until the server or the cache has something: the last resort before callers' defaults. */
  readonly bootstrap?: Ruleset;
  /** Where warnings go, one line a minute at most; `console` and pino fit. False: nowhere. Default `console`. */
  readonly log?: { warn(message: string): void } | false;
}

const KNOWN = new Set(['url', 'key', 'app', 'platform', 'cacheDir', 'streaming', 'bootstrap', 'log']);

/** Options with their defaults. */
export interface Settings {
  readonly url: URL;
  readonly key: string;
  readonly app: string;
  readonly platform: string;
  readonly cacheDir: string | undefined;
  readonly streaming: boolean;
  readonly bootstrap: Ruleset | undefined;
  readonly warn: (message: string) => void;
}

/** Throws a TypeError that names the option and what it must be. */
export function readOptions(options: ClientOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('createClient needs { url, key }');
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw new TypeError(`createClient: unknown option ${name}; there are ${[...KNOWN].join(', ')}`);
  }
  const { url, key, app = 'app', platform = 'node', cacheDir, streaming = true, bootstrap, log = console } = options;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(key)) refuse('key', 'the text of a server key');
  for (const [name, value] of [
    ['app', app],
    ['platform', platform],
  ]) {
    if (typeof value !== 'string' || value.length < 1 || value.length > 100) refuse(String(name), 'a text of 1–100 characters');
  }
  if (cacheDir !== undefined && (typeof cacheDir !== 'string' || cacheDir === '')) refuse('cacheDir', 'a folder');
  if (typeof streaming !== 'boolean') refuse('streaming', 'true or false');
  if (bootstrap !== undefined && (typeof bootstrap !== 'object' || bootstrap === null)) refuse('bootstrap', 'a ruleset');
  if (log !== false && typeof log?.warn !== 'function') refuse('log', 'false or an object with warn(message)');
  const warn = (message: string): void => {
    try {
      if (log !== false) log.warn(message);
    } catch {
      // a logger's failure must not become the application's
    }
  };
  return { url: readUrl(url), key, app, platform, cacheDir, streaming, bootstrap, warn };
}

function readUrl(text: string): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : refuse('url', 'an http or https URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('url', 'an http or https URL');
  if (url.username !== '' || url.password !== '') refuse('url', 'without user and password; the key goes into key');
  if (url.search !== '' || url.hash !== '') refuse('url', 'without query and fragment');
  return url;
}

function refuse(option: string, wanted: string): never {
  throw new TypeError(`createClient: ${option} must be ${wanted}`);
}
