import type { Context } from '../flags/index.ts';
import type { Values } from './values.ts';

/** How to make a client. */
export interface ClientOptions {
  /** The Burgee server, `https://flags.example.com`; a path before `/ofrep` may follow. */
  readonly url: string;
  /** A client key (`bg_web_…`), which is no secret: it shows the flags that are open to browsers, in one environment. */
  readonly key: string;
  /** Who looks at the page, until `identify` says otherwise. It is sent to the server, and stored nowhere. Default: nobody. */
  readonly context?: Context;
  /** The application's name in reports, 1–100 characters; evidence is never mixed across apps. Default `app`. */
  readonly app?: string;
  /** The platform's name in reports, 1–100 characters; evidence is never mixed across platforms. Default `browser`. */
  readonly platform?: string;
  /**
   * Values that a server has evaluated for this page, as `values()` gives them: they answer until the server does. Not taken where
   * they are for another unit.
   */
  readonly bootstrap?: Values;
  /** False to keep no copy in localStorage, and to use none at the next load. Default true. */
  readonly storage?: boolean;
  /** False to leave uncaught errors and unhandled rejections alone: `outcome` is then the only way to tell of failures. Default true. */
  readonly outcomes?: boolean;
  /** Where warnings go, one line a minute at most. False: nowhere. Default `console`. */
  readonly log?: { warn(message: string): void } | false;
}

/** Options with their defaults. */
export type Settings = Required<Omit<ClientOptions, 'bootstrap'>> & Pick<ClientOptions, 'bootstrap'>;

/** Throws a TypeError that names the option and what it must be. */
export function readOptions(options: ClientOptions): Settings {
  const settings: Settings = {
    context: {},
    app: 'app',
    platform: 'browser',
    storage: true,
    outcomes: true,
    log: console,
    ...options,
  };
  for (const [option, wanted, pattern] of WANTED)
    if (!pattern.test(settings[option])) throw new TypeError(`createClient: ${option} must be ${wanted}`);
  return { ...settings, url: settings.url.replace(/\/$/, '') };
}

const NAME = ['1-100 characters', /^.{1,100}$/] as const;
const WANTED = [
  ['url', 'http(s) without query', /^https?:\/\/[^@?#]+$/],
  ['key', 'a client key', /^[!-~]+$/],
  ['app', ...NAME],
  ['platform', ...NAME],
] as const;
