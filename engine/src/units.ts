import { decodeBase64, encodeBase64 } from './base64.ts';
import { type HashState, hashFrom, saltState } from './bucketing.ts';

/** 64 bits that stand for one unit in one rollout: two unsigned 32-bit halves. The id cannot be read from it. */
export interface UnitHash {
  readonly hi: number;
  readonly lo: number;
}

// neither 0 (percents) nor SPLIT_SEED: whoever is sampled or reported must not correlate with who is ramped next
const HI_SEED = 0x9747b28c;
const LO_SEED = 0x3c6ef372;

/** Hashes many ids of one rollout: the rollout's part is computed once. */
export function unitHasher(rollout: string): (id: string) => UnitHash {
  const hi: HashState = saltState(rollout, HI_SEED);
  const lo: HashState = saltState(rollout, LO_SEED);
  return (id) => ({ hi: hashFrom(hi, id), lo: hashFrom(lo, id) });
}

/** `murmur3(rollout + ":" + id)` twice, with two fixed seeds. For many ids of one rollout take {@link unitHasher}. */
export function unitHash(rollout: string, id: string): UnitHash {
  return unitHasher(rollout)(id);
}

/**
 * A number for `Set` and `Map`: 53 of the 64 bits. Two of a million units share one with probability
 * 10¹² / 2 / 2⁵³ ≈ 0.00006.
 */
export function unitKey(hash: UnitHash): number {
  return hash.hi * 0x200000 + (hash.lo >>> 11);
}

/**
 * Whether a unit belongs to a sample of `rate` (0…1). Lowering the rate only ever removes units. Decided by other bits than
 * the bucket's, else a sample of control would be the people who are ramped next.
 */
export function sampled(hash: UnitHash, rate: number): boolean {
  return hash.lo < rate * 0x100000000;
}

/** base64 of the hashes' 8-byte little-endian forms (low half first), one after another. */
export function encodeHashes(hashes: Iterable<UnitHash>): string {
  const bytes: number[] = [];
  for (const { hi, lo } of hashes) {
    bytes.push(lo & 255, (lo >>> 8) & 255, (lo >>> 16) & 255, lo >>> 24);
    bytes.push(hi & 255, (hi >>> 8) & 255, (hi >>> 16) & 255, hi >>> 24);
  }
  return encodeBase64(Uint8Array.from(bytes));
}

/** The opposite of {@link encodeHashes}. Throws a TypeError where the text is not that. */
export function decodeHashes(text: string): UnitHash[] {
  const bytes = decodeBase64(text);
  if (bytes === null) throw new TypeError('unit hashes must be padded base64');
  if (bytes.length % 8 !== 0) throw new TypeError(`unit hashes must be 8 bytes each, got ${bytes.length} bytes`);
  const half = (at: number): number =>
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
  const hashes: UnitHash[] = [];
  for (let at = 0; at < bytes.length; at += 8) hashes.push({ hi: half(at + 4), lo: half(at) });
  return hashes;
}
