import type { Revision, Ruleset } from '@burgee/engine';
import { type Audience, changedForBrowsers } from '../../domain/ruleset.ts';
import { event } from './envelope.ts';
import type { OverrideBook } from './override-book.ts';
import type { Feed, Position } from './reader.ts';
import { Readership } from './readership.ts';

const COMMENT = Buffer.from(':\n\n');

/** How a reader is told that its stream lives: by comments that nobody sees, or by messages with the revision. */
export type Manner = 'comments' | 'messages';

/** Tells readers that evaluations may have changed, not how: OFREP's event stream of one environment for one audience. */
export class ChangeFeed implements Feed {
  readonly readers: Readership;
  published = 0;
  readonly #audience: Audience;
  readonly #manner: Manner;
  readonly #book: OverrideBook;
  #ruleset: Ruleset;
  /** What is said, and of which revision: the last that meant something to this audience. */
  #said: { readonly revision: Revision; readonly bytes: Buffer };

  constructor(ruleset: Ruleset, input: { audience: Audience; manner: Manner; book: OverrideBook; slice: number }) {
    this.#ruleset = ruleset;
    this.#said = refetch(ruleset.revision);
    this.#audience = input.audience;
    this.#manner = input.manner;
    this.#book = input.book;
    this.readers = new Readership(input.slice);
  }

  /** Looks at the whole environment's newest ruleset, and tells the readers where it concerns them. */
  look(ruleset: Ruleset): void {
    const before = this.#ruleset;
    this.#ruleset = ruleset;
    const isOther = ruleset.revision.epoch !== before.revision.epoch;
    if (!isOther && this.#audience === 'client' && !changedForBrowsers(before, ruleset)) return;
    this.#said = refetch(ruleset.revision);
    this.published += this.#said.bytes.length;
    this.readers.pump();
  }

  after(position: Position | null): { bytes: Buffer; position: Position } | undefined {
    const overrides = this.#book.asserted;
    const { revision, bytes } = this.#said;
    if (position !== null && !isBehind(position.revision, revision)) {
      const isTold = position.overrides === overrides || this.#book.liveIn(this.#ruleset).length === 0;
      if (isTold) return undefined;
    }
    return { bytes, position: { revision, overrides } };
  }

  heartbeat({ epoch, n }: Revision): Buffer {
    return this.#manner === 'comments' ? COMMENT : message({ type: 'heartbeat', etag: `${epoch}.${n}` });
  }

  goodbye(retryMs: number): Buffer {
    const retry = Buffer.from(`retry: ${retryMs}\n\n`);
    return this.#manner === 'comments' ? retry : Buffer.concat([retry, message({ type: 'goodbye', retryMs })]);
  }
}

function refetch(revision: Revision): { readonly revision: Revision; readonly bytes: Buffer } {
  const etag = `${revision.epoch}.${revision.n}`;
  return { revision, bytes: message({ type: 'refetchEvaluation', etag }, etag) };
}

function message(data: object, id?: string): Buffer {
  return event('message', JSON.stringify(data), id);
}

/** A number of another epoch says nothing about this one. */
function isBehind(position: Revision, revision: Revision): boolean {
  return position.epoch !== revision.epoch || position.n < revision.n;
}
