import type { Described } from './described.ts';
import type { Person } from './people.ts';

/** A way to evaluate flags locally: ours, the floor, or a peer through its public API. */
export interface Candidate {
  /** With its version, as the table shows it. */
  readonly name: string;
  /** Its users have evaluations counted or told to somebody: it takes part where that is on. */
  readonly counts: boolean;
  /** The environment as the text that its own service would send; some count only what is written down as an experiment. */
  configure(described: Described, isCounting: boolean): string;
  /** Parses the text and is ready to answer. Neither it nor what it opens uses a network, unless it is told to count. */
  open(config: string, options?: OpenOptions): Promise<Opened>;
}

export interface OpenOptions {
  /** The address of a server that takes everything: count evaluations as your users do, and send the counts there. */
  readonly counting?: string;
}

/** Asks as an application would. Contexts are in the candidate's own form. */
export type Ask<Answer> = (key: string, context: unknown) => Answer;

export interface Opened {
  context(person: Person): unknown;
  /** Null where its users must await every answer; then `later` answers. */
  readonly now: Questions<boolean, number> | null;
  readonly later: Questions<Promise<boolean>, Promise<number>> | null;
  /** Evaluations that it has counted, told as far as its interface tells them; for candidates that count. */
  counted?(): number;
  close(): Promise<void>;
}

export interface Questions<Flag, Number> {
  readonly boolean: Ask<Flag>;
  /** The number in the JSON value that is served. */
  readonly number: Ask<Number>;
}
