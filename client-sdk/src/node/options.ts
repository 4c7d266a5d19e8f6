import type { Ruleset } from '@burgee/engine';
import { HOOK_STAGES, type Hook } from '../hooks.ts';
import { OVERRIDE_SOURCES, type OverrideSource } from './override-sources.ts';

/** How to make a client: of a server, of a file, or of nothing. `offline` wins over a server that is named too, and so does `file`. */
export type ClientOptions = ServerOptions | FileOptions | OfflineOptions;

/** A client that follows a Burgee server. */
export interface ServerOptions extends CommonOptions {
  /** The Burgee server, `https://flags.example.com` or `http://localhost:4400`; a path before `/sdk` may follow. */
  readonly url: string;
  /** A server key (`bg_srv_…`). It decides project and environment. */
  readonly key: string;
  readonly file?: undefined;
  readonly offline?: false | undefined;
}

/** A client that answers from a file: no server, no reports. For development, tests and machines without a network. */
export interface FileOptions extends Unused {
  /**
   * The path of a JSON file with a ruleset, plain or as `GET /sdk/ruleset` gives it. It is looked at twice a second; what is no
   * ruleset is an `error` event and the last good one stays. Without a valid file callers get the bootstrap or their defaults.
   */
  readonly file: string;
  readonly offline?: false | undefined;
}

/** A client that answers from its bootstrap, or with callers' defaults: no socket, no timer, nothing counted. */
export interface OfflineOptions extends Unused {
  readonly offline: true;
  readonly file?: undefined;
}

/** Taken so that one set of options serves both, and not looked at. */
interface Unused extends CommonOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/** What every kind of client understands. */
export interface CommonOptions {
  /** The application's name in reports, 1–100 characters; evidence is never mixed across apps. Default `app`. */
  readonly app?: string;
  /** The platform's name in reports, 1–100 characters; evidence is never mixed across platforms. Default `node`. */
  readonly platform?: string;
  /**
   * A folder for the last known good ruleset, read at the next start when the server cannot be reached. Created when missing; the
   * file is 0600, written atomically, checksummed, and never expires; several processes may share the folder. Default: none. A
   * ruleset can hold user ids and a container's temporary folder rarely outlives it, so where it may lie is the operator's
   * choice; a shared default such as the temporary folder would let any local user plant rules. Unused without a server.
   */
  readonly cacheDir?: string;
  /** False to poll every 30–45 s instead of holding a stream open. Default true. */
  readonly streaming?: boolean;
  /**
   * Evaluated until the server, the cache or the file has something: the last resort before callers' defaults. As text, plain or as
   * `GET /sdk/ruleset` gives it, it takes a third less of the heap than parsed.
   */
  readonly bootstrap?: Ruleset | string;
  /**
   * Whether requests that go through `middleware` may carry an override token, `burgee-override` in their query, a header, a cookie
   * or their baggage: true, or those of these places that are looked at. What the token serves holds for that request alone, and
   * nothing of that request is counted. Tokens are signed, expire within a day, and are for one environment. Default: none is read.
   */
  readonly overrides?: boolean | readonly OverrideSource[];
  /** Who watches evaluations. Without any it costs nothing; with some each evaluation costs a few µs. */
  readonly hooks?: readonly Hook[];
  /** Where warnings go, one line a minute at most; `console` and pino fit. False: nowhere. Default `console`. */
  readonly log?: { warn(message: string): void } | false;
}

const KNOWN = new Set([
  ...['url', 'key', 'file', 'offline', 'app', 'platform', 'cacheDir', 'streaming', 'bootstrap', 'overrides', 'hooks', 'log'],
]);

/** Options with their defaults. */
export interface Settings {
  /** Where rulesets come from. */
  readonly origin:
    | { readonly kind: 'server'; readonly url: URL; readonly key: string; readonly cacheDir: string | undefined }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'offline' };
  readonly app: string;
  readonly platform: string;
  readonly streaming: boolean;
  readonly bootstrap: Ruleset | string | undefined;
  readonly overrides: readonly OverrideSource[];
  readonly hooks: readonly Hook[];
  readonly warn: (message: string) => void;
}

/** Throws a TypeError that names the option and what it must be. */
export function readOptions(options: ClientOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('createClient needs { url, key }');
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw new TypeError(`createClient: unknown option ${name}; there are ${[...KNOWN].join(', ')}`);
  }
  const { app = 'app', platform = 'node', streaming = true, bootstrap, overrides = false, hooks = [], log = console } = options;
  for (const [name, value] of [
    ['app', app],
    ['platform', platform],
  ]) {
    if (typeof value !== 'string' || value.length < 1 || value.length > 100) refuse(String(name), 'a text of 1–100 characters');
  }
  if (typeof streaming !== 'boolean') refuse('streaming', 'true or false');
  if (bootstrap !== undefined && typeof bootstrap !== 'string' && (typeof bootstrap !== 'object' || bootstrap === null))
    refuse('bootstrap', 'a ruleset, or the text of one');
  if (log !== false && typeof log?.warn !== 'function') refuse('log', 'false or an object with warn(message)');
  checkHooks(hooks);
  const warn = (message: string): void => {
    try {
      if (log !== false) log.warn(message);
    } catch {
      // a logger's failure must not become the application's
    }
  };
  const wanted = { overrides: readOverrides(overrides), hooks };
  return { origin: readOrigin(options), app, platform, streaming, bootstrap, ...wanted, warn };
}

function readOrigin(options: ClientOptions): Settings['origin'] {
  const { url, key, file, offline = false, cacheDir } = options;
  if (typeof offline !== 'boolean') refuse('offline', 'true or false');
  if (file !== undefined && (typeof file !== 'string' || file === '')) refuse('file', 'the path of a JSON file');
  if (offline && file !== undefined) refuse('offline', 'left out where there is a file, or the file be left out');
  if (offline) return { kind: 'offline' };
  if (file !== undefined) return { kind: 'file', path: file };
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(key)) refuse('key', 'the text of a server key');
  if (cacheDir !== undefined && (typeof cacheDir !== 'string' || cacheDir === '')) refuse('cacheDir', 'a folder');
  return { kind: 'server', url: readUrl(url), key, cacheDir };
}

function readOverrides(overrides: boolean | readonly OverrideSource[]): readonly OverrideSource[] {
  if (typeof overrides === 'boolean') return overrides ? OVERRIDE_SOURCES : [];
  if (Array.isArray(overrides) && overrides.every((one) => OVERRIDE_SOURCES.includes(one))) return overrides;
  return refuse('overrides', `true, false or a list of ${OVERRIDE_SOURCES.join(', ')}`);
}

function checkHooks(hooks: readonly Hook[]): void {
  if (!Array.isArray(hooks)) refuse('hooks', 'a list');
  for (const [index, hook] of hooks.entries()) {
    const stages: readonly [string, unknown][] = typeof hook === 'object' && hook !== null ? stagesOf(hook) : [];
    if (stages.length === 0 || stages.some(([, run]) => typeof run !== 'function'))
      refuse(`hooks[${index}]`, `an object with functions named ${HOOK_STAGES.join(', ')}`);
  }
}

/** Of a class's instance too. */
const stagesOf = (hook: object): [string, unknown][] =>
  HOOK_STAGES.flatMap((name) => (name in hook ? [[name, Reflect.get(hook, name)]] : []));

function readUrl(text: string | undefined): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : refuse('url', 'an http or https URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('url', 'an http or https URL');
  if (url.username !== '' || url.password !== '') refuse('url', 'without user and password; the key goes into key');
  if (url.search !== '' || url.hash !== '') refuse('url', 'without query and fragment');
  return url;
}

function refuse(option: string, wanted: string): never {
  throw new TypeError(`createClient: ${option} must be ${wanted}`);
}
