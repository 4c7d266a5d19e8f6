import type { Revision } from '@burgee/engine';
import type { Failure } from './delivery/failures.ts';
import type { Source } from './delivery/holder.ts';

/** What `client.ready` found. */
export interface Readiness {
  /** What answers evaluations: the server's ruleset, the file's, the last known good on disk, the bootstrap, or only callers' defaults. */
  readonly source: Source;
  /** Whether there is a ruleset at all: `source` is not `default`. */
  readonly ready: boolean;
  readonly revision: Revision | null;
}

/** Something went wrong; the client goes on with what it holds and keeps trying. */
export interface ClientError {
  /** Stable, for a `switch`; the message is for people. */
  readonly code: Failure['code'] | 'disk' | 'bootstrap' | 'file' | 'hook' | 'listener' | 'report';
  readonly message: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
}

/** What `client.on` can listen to, and what listeners get. */
export interface ClientEvents {
  /** The first ruleset that can be evaluated, from wherever it came. */
  readonly ready: Readiness;
  /** Another ruleset is in force; `flags` are the keys whose definition, segments or percent changed. */
  readonly changed: { readonly flags: readonly string[]; readonly revision: Revision };
  /** Nothing was heard from the server for 30 s. Evaluations go on with what is held. */
  readonly stale: { readonly revision: Revision | null };
  /** The server was heard again after `stale`. */
  readonly recovered: { readonly revision: Revision };
  readonly error: ClientError;
}
