import type { Reader } from './reader.ts';

/** Everybody who reads one feed. */
export class Readership {
  readonly #all = new Set<Reader>();
  readonly #slice: number;
  #pumping = false;
  #again = false;

  /** `slice`: readers served per turn of the event loop. */
  constructor(slice: number) {
    this.#slice = slice;
  }

  get size(): number {
    return this.#all.size;
  }

  add(reader: Reader): void {
    this.#all.add(reader);
  }

  remove(reader: Reader): void {
    this.#all.delete(reader);
  }

  /**
   * Lets every reader catch up, some per turn of the event loop so that nobody else has to wait for all of them; the first in
   * the next turn, so that whoever committed has the answer first.
   */
  pump(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => this.#turn([], 0));
  }

  #turn(queue: readonly Reader[], from: number): void {
    if (from >= queue.length) {
      if (!this.#again) {
        this.#pumping = false;
        return;
      }
      this.#again = false;
      queue = [...this.#all];
      from = 0;
    }
    for (const reader of queue.slice(from, from + this.#slice)) reader.catchUp();
    if (from + this.#slice < queue.length || this.#again) setImmediate(() => this.#turn(queue, from + this.#slice));
    else this.#pumping = false;
  }
}
