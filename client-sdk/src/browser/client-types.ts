import type { Context, FlagKey, FlagValue, FlagVariant, WhereKnown } from '../flags/index.ts';
import type { Values } from './values.ts';

/** Orders the states of an environment: a higher epoch wins, then a higher n. */
export interface Revision {
  readonly epoch: number;
  readonly n: number;
}

/** What answers: the server's values, the copy of an earlier page, the caller's bootstrap, or only callers' defaults. */
export type Source = 'live' | 'storage' | 'bootstrap' | 'default';

/** What `ready` found. */
export interface Readiness {
  readonly source: Source;
  /** Whether there are values at all: `source` is not `default`. */
  readonly ready: boolean;
  readonly revision: Revision | null;
}

/** What a client is doing. */
export interface Status extends Readiness {
  /** Whether nothing was heard from the server for 40 s. */
  readonly stale: boolean;
}

/** Something went wrong; the client goes on with what it holds and keeps trying. */
export interface ClientError {
  /** Nobody answered, or with something else than flags. Stable, for a `switch`; the message is for people. */
  readonly code: 'network' | 'status';
  readonly message: string;
  /** HTTP status, 0 where there was none. */
  readonly status: number;
}

/** What `client.on` can listen to, and what listeners get. */
export interface ClientEvents {
  /** The first values, from wherever they came. */
  readonly ready: Readiness;
  /** Some flags answer something else than before, or for somebody else. */
  readonly changed: { readonly flags: readonly string[]; readonly revision: Revision | null };
  /** The page is somebody else's: `identify` was called. Which flags answer something else is told by `changed`. */
  readonly identified: { readonly revision: Revision | null };
  /** Nothing was heard from the server for 40 s. Flags go on answering what is held. */
  readonly stale: { readonly revision: Revision | null };
  /** The server was heard again after `stale`. */
  readonly recovered: { readonly revision: Revision | null };
  readonly error: ClientError;
}

/** An answer with its explanation. `value` is the caller's default whenever there is an `errorCode`. */
export interface Detail<T> {
  readonly key: string;
  readonly value: T;
  /** Absent where the default answers. */
  readonly variant?: string;
  readonly reason: string;
  /** The id of the rule that decided, where it may be known here. */
  readonly rule?: string;
  /** Null while there is nothing from a server. */
  readonly revision: Revision | null;
  /** On which side of a rule that is being ramped the unit is, by which rollout, and the attribute that holds the unit. */
  readonly arm?: string;
  readonly rollout?: string;
  readonly by?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/**
 * Reads of flags for the client's context, all from memory: no I/O, no waiting, no exception. An unknown flag, one of another
 * type, or nothing received yet: the default.
 */
export interface AnyReader {
  boolean(key: string, fallback: boolean): boolean;
  string(key: string, fallback: string): string;
  number(key: string, fallback: number): number;
  /** An object, a list, or whatever has the default's type; its shape is the caller's claim. Shared, never mutate it. */
  json<T>(key: string, fallback: T): T;
  /** The type asked for is the default's. */
  detail<T>(key: string, fallback: T): Detail<T>;
  /** Like `detail`, without counting as an exposure: for looking again at what was read before. */
  peek<T>(key: string, fallback: T): Detail<T>;
}

/** The same for declared flags. */
export interface TypedReader {
  boolean(key: FlagKey<'boolean'>, fallback: boolean): boolean;
  string<K extends FlagKey<'string'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  number<K extends FlagKey<'number'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  /** Shared, never mutate it. */
  json<K extends FlagKey<'json'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  detail<K extends FlagKey>(key: K, fallback: FlagValue<K>): TypedDetail<K>;
  /** Like `detail`, without counting as an exposure: for looking again at what was read before. */
  peek<K extends FlagKey>(key: K, fallback: FlagValue<K>): TypedDetail<K>;
}

/** An answer with its explanation, of a declared flag. */
export type TypedDetail<K> = Detail<FlagValue<K>> & { readonly variant?: FlagVariant<K> };

/** Reads: of declared flags where `burgee types` declared any, else of whatever key is asked for. */
export type Reader = WhereKnown<TypedReader, AnyReader>;

/** How a piece of work went, told by hand. */
export interface WorkOutcome {
  /** Anything but undefined, null and false: it failed. */
  readonly error?: unknown;
  readonly durationMs?: number;
}

/**
 * A client for one page and whoever looks at it. Flags answer from memory; the network only brings changes. Nothing here throws or
 * rejects because of the server, the network or the storage.
 */
export interface Client extends Reader {
  /** Settles within `timeout` ms (500) and never rejects: at once when the server's values are there. */
  ready(options?: { readonly timeout?: number }): Promise<Readiness>;
  /** Calls the listener on every such event until the returned function is called. A listener that throws harms nobody. */
  on<K extends keyof ClientEvents>(event: K, listener: (payload: ClientEvents[K]) => unknown): () => void;
  /**
   * The page is for this context from now on; settles like `ready` (5,000 ms). The last call wins. Until the server has answered,
   * flags answer what this browser stored for it; for the same unit (`targetingKey`, `userId`, `sessionId`) what they answered
   * before; else their defaults. Never what another unit got.
   */
  identify(context: Context, options?: { readonly timeout?: number }): Promise<Readiness>;
  /** An outcome by hand: it goes to every rollout whose flag this page has read for its unit. */
  outcome(outcome?: WorkOutcome): void;
  /** What answers now, from where, and whether it is stale. */
  status(): Status;
  /** All evaluations as they are now: a server hands them to its page as `bootstrap`. */
  values(): Values;
  /** Sends the last report and ends every connection and timer. Idempotent; flags go on answering. */
  close(): void;
}
