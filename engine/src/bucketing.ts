/** What hashing a salt leaves behind, so that only the id is hashed for each evaluation. */
export interface HashState {
  readonly hash: number;
  /** The bytes (little-endian) of the last, incomplete block. */
  readonly tail: number;
  /** Bytes taken so far; `length & 3` of them are in `tail`. */
  readonly length: number;
}

/** The seed of splits, Unleash's; percents use seed 0. */
export const SPLIT_SEED = 86028157;

/** Positions per percent are 1000, so percents compare exactly down to 0.001. */
export const POSITIONS = 100_000;

function mix(hash: number, block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, tail: number, length: number): number {
  const k = Math.imul(tail, 0xcc9e2d51);
  let h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593) ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

// hash, tail and length after absorb(): a place outside the heap's young generation, so that non-ASCII ids do not allocate
const absorbed = new Int32Array(3);

function absorb(hash: number, tail: number, length: number, text: string): void {
  let h = hash;
  let carry = tail;
  let taken = length;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
      } else {
        code = 0xfffd; // what every UTF-8 encoder writes for a lone surrogate
      }
    }
    let bytes = code;
    let size = 1;
    if (code >= 0x10000) {
      bytes = 0x808080f0 | (code >> 18) | ((code & 0x3f000) >> 4) | ((code & 0xfc0) << 10) | ((code & 0x3f) << 24);
      size = 4;
    } else if (code >= 0x800) {
      bytes = 0x8080e0 | (code >> 12) | ((code & 0xfc0) << 2) | ((code & 0x3f) << 16);
      size = 3;
    } else if (code >= 0x80) {
      bytes = 0x80c0 | (code >> 6) | ((code & 0x3f) << 8);
      size = 2;
    }
    const held = taken & 3;
    carry |= bytes << (held << 3);
    if (held + size >= 4) {
      h = mix(h, carry);
      // held = 0 leaves nothing over, and a shift by 32 would be one by 0
      carry = held === 0 ? 0 : bytes >>> ((4 - held) << 3);
    }
    taken += size;
  }
  absorbed[0] = h;
  absorbed[1] = carry;
  absorbed[2] = taken;
}

// Signed: unsigned ones above 2³¹ are objects to most engines, and would be allocated.
// One pass for ASCII, which nearly every id is; what else comes is seen at the end, and hashed anew with care
function continueHash(hash: number, tail: number, length: number, text: string): number {
  const end = text.length;
  let h = hash;
  let carry = tail;
  let held = length & 3;
  let seen = 0;
  let i = 0;
  if (held !== 0) {
    for (; held < 4 && i < end; held++) {
      const code = text.charCodeAt(i++);
      seen |= code;
      carry |= code << (held << 3);
    }
    if (held === 4) {
      h = mix(h, carry);
      carry = 0;
      held = 0;
    }
  }
  for (; i + 4 <= end; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    h = mix(h, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; i < end; held++) {
    const code = text.charCodeAt(i++);
    seen |= code;
    carry |= code << (held << 3);
  }
  return seen < 128 ? finish(h, carry, length + end) : continueAnyHash(hash, tail, length, text);
}

function continueAnyHash(hash: number, tail: number, length: number, text: string): number {
  absorb(hash, tail, length, text);
  return finish(absorbed[0] ?? 0, absorbed[1] ?? 0, absorbed[2] ?? 0);
}

/** MurmurHash3 x86 32-bit of the text's UTF-8 bytes, unsigned. A lone surrogate counts as U+FFFD. Does not allocate. */
export function murmur3(text: string, seed: number): number {
  return continueHash(seed | 0, 0, 0, text) >>> 0;
}

/** {@link murmur3} of a text whose UTF-8 bytes are given: for where little code counts more than speed. */
export function hashBytes(bytes: Uint8Array, seed: number): number {
  let hash = seed;
  let carry = 0;
  bytes.forEach((byte, i) => {
    carry |= byte << (8 * (i & 3));
    if ((i & 3) === 3) {
      hash = mix(hash, carry);
      carry = 0;
    }
  });
  return finish(hash, carry, bytes.length) >>> 0;
}

/** The state after the bytes of `salt + ":"`, to be continued over an id with {@link hashFrom}. */
export function saltState(salt: string, seed: number): HashState {
  absorb(seed | 0, 0, 0, `${salt}:`);
  return { hash: absorbed[0] ?? 0, tail: absorbed[1] ?? 0, length: absorbed[2] ?? 0 };
}

/** `murmur3(salt + ":" + id, seed)` from the salt's state; costs the id's bytes only. */
export function hashFrom(state: HashState, id: string): number {
  return signedHashFrom(state, id) >>> 0;
}

/** The same 32 bits as {@link hashFrom}'s, as a signed integer: allocates nothing. */
export function signedHashFrom({ hash, tail, length }: HashState, id: string): number {
  return continueHash(hash, tail, length, id);
}

/**
 * Where a hash stands in 0…99 999: `(h mod 100) * 1000 + floor(h / 100) mod 1000`. The first factor is Unleash's bucket, so
 * whole percents hold the people that Unleash picks; the second orders the people inside it.
 */
export function position(hash: number): number {
  const h = hash >>> 0;
  return (h % 100) * 1000 + (((h / 100) >>> 0) % 1000);
}

/** Whether a hash's {@link position} is below a threshold; the second factor is worked out only where the first does not decide. */
export function isBelow(hash: number, threshold: number): boolean {
  const whole = (threshold / 1000) | 0;
  const bucket = (hash >>> 0) % 100;
  return bucket === whole ? position(hash) < threshold : bucket < whole;
}

/** The first position outside a percent: `round(percent * 1000)`, an integer, so that 2.007 % lets in 2007 and not 2008. */
export function thresholdOf(percent: number): number {
  return Math.round(percent * 1000);
}
