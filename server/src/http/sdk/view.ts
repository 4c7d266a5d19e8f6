import type { Override, Prepared, Revision, Ruleset } from '@burgee/engine';
import { diffRulesets, withOverrides } from '../../domain/ruleset.ts';
import { envelope, event } from './envelope.ts';
import type { OverrideBook } from './override-book.ts';
import type { Feed, Position } from './reader.ts';
import { Readership } from './readership.ts';
import { createSnapshot, type StreamSnapshot } from './snapshot.ts';

/** Deltas kept for readers that resume. */
const RING = 256;
const RING_BYTES = 4 * 1024 * 1024;

interface Step {
  readonly n: number;
  readonly bytes: Buffer;
  /** Bytes of all deltas before this one. */
  readonly before: number;
}

/** One environment as one audience sees it: the newest snapshot, the deltas that led to it, and who reads them. */
export class View implements Feed {
  readonly readers: Readership;
  published = 0;
  #ruleset: Ruleset;
  #snapshot: StreamSnapshot | undefined;
  #steps: Step[] = [];
  #book: OverrideBook;
  #prepare: (ruleset: Ruleset) => Prepared;

  constructor(ruleset: Ruleset, input: { book: OverrideBook; prepare: (ruleset: Ruleset) => Prepared; slice: number }) {
    this.#ruleset = ruleset;
    this.#book = input.book;
    this.#prepare = input.prepare;
    this.readers = new Readership(input.slice);
  }

  get snapshot(): StreamSnapshot {
    this.#snapshot ??= createSnapshot(this.#overridden(this.#ruleset), this.#prepare);
    return this.#snapshot;
  }

  get ruleset(): Ruleset {
    return this.#ruleset;
  }

  /** Takes a newer ruleset over and pushes it to every reader. */
  publish(ruleset: Ruleset): void {
    const to = this.#overridden(ruleset);
    const deltas = diffRulesets(this.#ruleset, to);
    if (deltas === null) this.#steps = [];
    for (const delta of deltas ?? []) {
      const { epoch, n } = delta.revision;
      const bytes = event('delta', envelope('delta', JSON.stringify(delta)), `${epoch}.${n}`);
      this.#steps.push({ n, bytes, before: this.published });
      this.published += bytes.length;
    }
    while (this.#steps.length > RING || this.published - (this.#steps[0]?.before ?? this.published) > RING_BYTES)
      this.#steps.shift();
    this.#ruleset = ruleset;
    this.#snapshot = undefined;
    if (deltas === null && this.readers.size > 0) this.published += this.snapshot.event.length;
    this.readers.pump();
  }

  /** The overrides changed: what the next readers get says so. */
  overridesChanged(): void {
    this.#snapshot = undefined;
    this.readers.pump();
  }

  after(position: Position | null): { bytes: Buffer; position: Position } | undefined {
    const { revision } = this.#ruleset;
    const overrides = this.#book.asserted;
    if (position === null || position.revision.epoch !== revision.epoch || position.revision.n > revision.n)
      return { bytes: this.snapshot.event, position: { revision, overrides } };
    const live = position.overrides === overrides ? [] : this.#book.liveIn(this.#ruleset);
    if (live.length > 0) return { bytes: eventsOf(live), position: { revision: position.revision, overrides } };
    if (position.revision.n === revision.n) return undefined;
    const step = this.#steps[position.revision.n + 1 - (this.#steps[0]?.n ?? 0)];
    if (step?.n !== position.revision.n + 1 || this.#isLongWay(revision.n - position.revision.n, this.published - step.before))
      return { bytes: this.snapshot.event, position: { revision, overrides } };
    return { bytes: step.bytes, position: { revision: { epoch: revision.epoch, n: step.n }, overrides } };
  }

  heartbeat(revision: Revision): Buffer {
    return heartbeat(revision);
  }

  goodbye(retryMs: number): Buffer {
    return event('goodbye', JSON.stringify({ retryMs }));
  }

  /** With the overrides of its own flags: browsers do not hear of others. */
  #overridden(ruleset: Ruleset): Ruleset {
    return withOverrides(ruleset, this.#book.liveIn(ruleset), this.#book.applied);
  }

  /** Whether the snapshot is the shorter way. It is only serialised to find out where the deltas are more than a trifle. */
  #isLongWay(steps: number, bytes: number): boolean {
    return steps > 1 && bytes > 64 * 1024 && bytes > this.snapshot.event.length;
  }
}

let told: { readonly live: readonly Override[]; readonly bytes: Buffer } | undefined;

/** One event for each override. The same list is asked for by every reader of a moment. */
function eventsOf(live: readonly Override[]): Buffer {
  if (told?.live !== live) {
    const bytes = Buffer.concat(live.map((override) => event('override', JSON.stringify(override))));
    told = { live, bytes };
  }
  return told.bytes;
}

let beat: { readonly epoch: number; readonly n: number; readonly bytes: Buffer } | undefined;

/** Most readers of a moment are at one revision: the last heartbeat made is kept. */
function heartbeat({ epoch, n }: Revision): Buffer {
  if (beat?.epoch !== epoch || beat.n !== n) beat = { epoch, n, bytes: event('heartbeat', JSON.stringify({ epoch, n })) };
  return beat.bytes;
}
