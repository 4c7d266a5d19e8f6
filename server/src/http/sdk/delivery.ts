import type { ServerResponse } from 'node:http';
import type { Evaluation, EvaluationContext, Observer, Override, Prepared, Revision, Ruleset } from '@burgee/engine';
import type { Audience } from '../../domain/ruleset.ts';
import type { Manner } from './change-feed.ts';

export type { Audience } from '../../domain/ruleset.ts';
export type { Manner } from './change-feed.ts';

/** One revision of one environment for one audience, serialised and compressed once. Immutable, shared by all readers. */
export interface Snapshot {
  readonly revision: Revision;
  readonly ruleset: Ruleset;
  /** `"<epoch>.<n>"` with quotes; while overrides hold, `-<id>` of each follows the number. */
  readonly etag: string;
  /** The ruleset envelope (engine's wire.ts). */
  readonly identity: Buffer;
  readonly gzip: () => Promise<Buffer>;
  readonly br: () => Promise<Buffer>;
  /** For the server's own evaluations (OFREP, playground). */
  readonly prepared: Prepared;
}

/** Who wants to read what, and up to which event it was read before. */
export interface StreamRequest {
  readonly project: string;
  readonly environment: string;
  readonly audience: Audience;
  readonly response: ServerResponse;
  readonly lastEventId: string | undefined;
  readonly tokenId: string;
}

/** Keeps the newest snapshot of every environment that anyone asks for, and pushes what changes to its streams. */
export interface Delivery {
  /** The newest committed state; undefined where the environment does not exist. */
  snapshot(at: { project: string; environment: string }, audience: Audience): Promise<Snapshot | undefined>;
  /**
   * Attaches a raw response as a stream; the delivery owns it from here. `tokenId` lets a revocation close it.
   * `unavailable` at the most streams and while closing, `not_found` without the environment; the response is untouched then.
   */
  stream(input: StreamRequest): Promise<void>;
  /** The same for OFREP's event stream, which only tells that evaluations may have changed since `lastEventId`. */
  changes(input: StreamRequest & { readonly manner: Manner }): Promise<void>;
  /** Closes the streams of a revoked token. */
  drop(tokenId: string): void;
  /** An SDK with a server key holds this revision; a higher n of our epoch starts a new epoch. */
  announced(at: { project: string; environment: string }, revision: Revision): Promise<void>;
  /** Resolves when what is given out is at least this revision, or the database has none as new. */
  reach(at: { project: string; environment: string }, revision: Revision): Promise<void>;
  override(at: { project: string; environment: string }, override: Override): void;
  settle(overrideId: string): void;
  /** Counts the evaluations that this server makes for others (OFREP); they reach the store once a minute and at `close`. */
  observer(at: { project: string; environment: string }): Observer;
  /** Open streams, for /metrics and the UI. */
  readers(): number;
  /** Says goodbye to every stream with a spread retry, resolves when all are closed. */
  close(): Promise<void>;
}

/** The server's own evaluation of one flag. */
export type ServerEvaluation = (prepared: Prepared, key: string, context: EvaluationContext) => Evaluation;
