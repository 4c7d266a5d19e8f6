import type { ServerResponse } from 'node:http';
import type { Revision } from '@burgee/engine';
import type { StreamLimits } from './limits.ts';

/** How far a reader is: the revision it was sent, and the last of the overrides. */
export interface Position {
  readonly revision: Revision;
  readonly overrides: number;
}

/** What readers read from: shared Buffers, whatever the number of readers. */
export interface Feed {
  /** What brings a reader nearer to the newest state, and where it is then; undefined: it is there. null: it has nothing yet. */
  after(position: Position | null): { readonly bytes: Buffer; readonly position: Position } | undefined;
  /** Bytes published since the feed began. */
  readonly published: number;
  /** What tells a reader at this revision that its stream lives. */
  heartbeat(revision: Revision): Buffer;
  /** The last words to a reader that should come back in so many ms. */
  goodbye(retryMs: number): Buffer;
}

/** Bytes handed to a socket at a time, so that what waits in this process for one reader stays far below 1 MiB. */
const CHUNK = 256 * 1024;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'private, no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * One open stream. Nothing queues up for it: while its socket is full it is only told where it stands once the socket has
 * drained, which skips what was superseded meanwhile.
 */
export class Reader {
  readonly tokenId: string;
  #response: ServerResponse;
  #feed: Feed;
  #limits: Pick<StreamLimits, 'backlogBytes' | 'stallMs'>;
  #position: Position | null;
  #rest: Buffer | undefined;
  /** Since when (ms of `performance.now`) something waits and nothing is taken. */
  #blockedAt: number | undefined;
  #suspectedAt: number | undefined;
  /** The feed's `published` when this reader last took something. */
  #seen = 0;
  #open = true;

  constructor(input: {
    response: ServerResponse;
    feed: Feed;
    position: Position | null;
    tokenId: string;
    limits: Pick<StreamLimits, 'backlogBytes' | 'stallMs'>;
    onClose: (reader: Reader) => void;
  }) {
    this.tokenId = input.tokenId;
    this.#response = input.response;
    this.#feed = input.feed;
    this.#limits = input.limits;
    this.#position = input.position;
    const closed = () => {
      if (!this.#open) return;
      this.#open = false;
      this.#rest = undefined;
      input.onClose(this);
    };
    input.response.on('close', closed);
    input.response.on('error', closed);
    input.response.on('drain', () => this.#drained());
    input.response.socket?.setNoDelay(true);
    input.response.socket?.setKeepAlive(true, 30_000);
    input.response.writeHead(200, HEAD);
    this.catchUp();
    this.beat();
  }

  /** Writes what the reader is owed until it is up to date or its socket is full. */
  catchUp(): void {
    if (!this.#open || this.#blockedAt !== undefined) return;
    for (;;) {
      if (this.#rest === undefined) {
        const next = this.#feed.after(this.#position);
        if (next === undefined) return;
        this.#rest = next.bytes;
        this.#position = next.position;
      }
      const chunk = this.#rest.length > CHUNK ? this.#rest.subarray(0, CHUNK) : this.#rest;
      this.#rest = this.#rest.length > CHUNK ? this.#rest.subarray(CHUNK) : undefined;
      if (!this.#write(chunk)) return;
    }
  }

  /** Tells the reader its revision, after everything that it is owed. A reader that takes nothing is told nothing. */
  beat(): void {
    this.catchUp();
    if (!this.#open || this.#blockedAt !== undefined || this.#position === null) return;
    this.#write(this.#feed.heartbeat(this.#position.revision));
  }

  /**
   * Drops the reader if it has taken nothing for too long, or while more than the cap was published. To be called about once a
   * second. It takes two calls, since a socket can only drain between turns of the event loop: many commits in one turn are not
   * the reader's fault.
   */
  inspect(): void {
    const since = this.#blockedAt;
    if (since === undefined || this.#suspectedAt !== since) {
      this.#suspectedAt = since;
      return;
    }
    const { backlogBytes, stallMs } = this.#limits;
    if (this.#feed.published - this.#seen > backlogBytes || performance.now() - since > stallMs) this.drop();
  }

  /** Says goodbye and ends the stream; the reader should come back in `retryMs`. */
  end(retryMs: number): void {
    if (!this.#open) return;
    this.#response.end(this.#feed.goodbye(retryMs));
  }

  /** Cuts the stream off. */
  drop(): void {
    this.#response.destroy();
  }

  #write(bytes: Buffer): boolean {
    if (this.#response.write(bytes)) return true;
    this.#blockedAt = performance.now();
    this.#seen = this.#feed.published;
    return false;
  }

  #drained(): void {
    this.#blockedAt = undefined;
    this.catchUp();
  }
}
