/** Random numbers from a seed: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, period of 2³² at the least. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream = 0) {
    [this.#a, this.#b, this.#c] = [mix(seed), mix(seed ^ 0x5bd1e995), mix(stream + 0x9e3779b9)];
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 0 … 2³² − 1. */
  bits(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** 0 ≤ x < 1. */
  next(): number {
    return this.bits() / 0x100000000;
  }

  /** 0 … n − 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** How many of n succeed; by waiting times between successes, so that rare successes cost little. */
  binomial(n: number, p: number): number {
    if (p <= 0 || n <= 0) return 0;
    if (p >= 1) return n;
    const step = Math.log1p(-p);
    let successes = 0;
    let at = 0;
    while (true) {
      at += Math.floor(Math.log(1 - this.next()) / step) + 1;
      if (at > n) return successes;
      successes += 1;
    }
  }
}

/** murmur3's finalizer: one to one on 32 bits, each input bit moves half of the output bits. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
