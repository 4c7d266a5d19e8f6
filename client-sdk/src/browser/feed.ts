import type { Revision, Source } from './client-types.ts';
import type { Answer } from './send.ts';
import type { Told } from './tabs.ts';
import type { Item, Plain } from './values.ts';

/** All evaluations for one context, and where they come from. */
export interface Known {
  readonly flags: readonly Item[];
  readonly revision: Revision | null;
  readonly source: Source;
}

/** Where a client's evaluations come from. Nothing but `take` throws. */
export interface Feed {
  /** Names what all tabs share: lock, channel and stored copy. */
  readonly name: string;
  /** What this context gets, as far as that is known without asking. */
  known(context: Plain): Known | undefined;
  ask(context: Plain, held: Revision | null): Promise<Answer>;
  /** What an answer to that says, undefined where it says that nothing has changed. Throws where it holds nothing usable. */
  take(answer: Answer, context: Plain): Known | undefined;
  /** What a message of the stream brought; true where the server is to be asked, soon. */
  hear(message: Told, context: Plain, held: Revision | null): Known | boolean | undefined;
  /** Opens a stream and returns what closes it; undefined while none would be let in. */
  open(held: Revision | null, tell: (message: Told) => void, broken: () => void): (() => void) | undefined;
}
