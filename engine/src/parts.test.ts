import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { hashFrom, murmur3, saltState } from './bucketing.ts';
import { LATENCY_BOUNDS_MS, latencyBucket } from './latency.ts';
import { addToSketch, createSketch, decodeSketch, encodeSketch, estimate, mergeSketches } from './sketch.ts';
import { decodeHashes, encodeHashes, sampled, unitHash, unitHasher, unitKey } from './units.ts';

const SEED = { seed: 20261123 };

/** MurmurHash3 as its reference has it, over bytes: slow, and a second opinion. */
function reference(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scramble = (k: number): number => {
    const product = Math.imul(k, 0xcc9e2d51);
    return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  };
  let h = seed;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    h ^= scramble(view.getUint32(i, true));
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let j = bytes.length - 1; j >= i; j--) tail = (tail << 8) | (bytes[j] ?? 0);
  h ^= scramble(tail) ^ bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

describe('murmur3', () => {
  const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-c\ud800-\udfff]{0,9}$/));
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('is the reference over UTF-8, lone surrogates as U+FFFD', () => {
    fc.assert(
      fc.property(anyText, fc.integer(), (text, seed) => {
        expect(murmur3(text, seed)).toBe(reference(utf8(text), seed));
      }),
      { ...SEED, numRuns: 5000 },
    );
    for (const text of ['\ud800', 'a\udc00', '\udc00\ud800', 'abc\ud83d', '\ud83d\ud83d\ude00']) {
      expect(murmur3(text, 7)).toBe(reference(utf8(text), 7));
    }
  });

  it('continues from a salt of any length', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer(), (salt, id, seed) => {
        const bytes = Uint8Array.from([...utf8(salt), 58, ...utf8(id)]);
        expect(hashFrom(saltState(salt, seed), id)).toBe(reference(bytes, seed));
      }),
      { ...SEED, numRuns: 5000 },
    );
  });
});

describe('base64', () => {
  it('agrees with the host, and refuses what it is not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(btoa(String.fromCharCode(...bytes)));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
      SEED,
    );
    for (const text of ['a', 'ab', 'abc', 'ab=c', '====', 'a===', 'ab c', 'äbcd', 'ab-_', 'abcd=']) {
      expect(decodeBase64(text), text).toBeNull();
    }
  });
});

describe('unit hashes', () => {
  it('travel', () => {
    const hashes = Array.from({ length: 100 }, (_, index) => unitHash('ro-1', `u${index}`));
    expect(decodeHashes(encodeHashes(hashes))).toEqual(hashes);
    expect(decodeHashes('')).toEqual([]);
    expect(encodeHashes([{ hi: 0x08070605, lo: 0x04030201 }])).toBe('AQIDBAUGBwg=');
    expect(() => decodeHashes('AQID')).toThrow(/8 bytes/);
    expect(() => decodeHashes('!')).toThrow(/base64/);
    expect(unitHasher('ro-1')('u1')).toEqual(unitHash('ro-1', 'u1'));
    expect(unitHash('ro-2', 'u1')).not.toEqual(unitHash('ro-1', 'u1'));
  });

  it('are distinct, and so are their keys', () => {
    const hasher = unitHasher('ro-1');
    const keys = new Set(Array.from({ length: 100_000 }, (_, index) => unitKey(hasher(`u${index}`))));
    expect(keys.size).toBe(100_000);
    for (const key of keys) expect(Number.isSafeInteger(key)).toBe(true);
  });

  it('are sampled at the rate, whoever is in the bucket, and a lower rate only removes', () => {
    const hasher = unitHasher('checkout');
    const bucket = saltState('checkout', 0);
    let low = 0;
    let both = 0;
    for (let index = 0; index < 100_000; index++) {
      const hash = hasher(`u${index}`);
      if (sampled(hash, 0.05)) expect(sampled(hash, 0.1)).toBe(true);
      if (!sampled(hash, 0.1)) continue;
      low++;
      if (hashFrom(bucket, `u${index}`) % 100 < 10) both++;
    }
    expect(Math.abs(low - 10_000)).toBeLessThan(4 * Math.sqrt(9000));
    expect(Math.abs(both - 1000)).toBeLessThan(4 * Math.sqrt(990));
    expect(sampled(hasher('u'), 1)).toBe(true);
    expect(sampled(hasher('u'), 0)).toBe(false);
  });
});

describe('sketches', () => {
  it('estimate within four standard errors, and merge as unions', () => {
    for (const people of [0, 1, 10, 1000, 3000, 10_000, 200_000]) {
      const whole = createSketch();
      const halves = [createSketch(), createSketch()] as const;
      for (let index = 0; index < people; index++) {
        const hash = murmur3(`salt:u${index}`, 0);
        addToSketch(whole, hash);
        addToSketch(whole, hash);
        addToSketch(halves[index % 3 === 0 ? 0 : 1], hash);
      }
      expect(Math.abs(estimate(whole) - people)).toBeLessThanOrEqual(Math.ceil(people * 4 * 0.0325));
      expect(mergeSketches(...halves)).toEqual(whole);
      expect(decodeSketch(encodeSketch(whole))).toEqual(whole);
    }
  });

  it('refuse what is none', () => {
    expect(() => decodeSketch('AAAA')).toThrow(TypeError);
    expect(() => decodeSketch(encodeBase64(new Uint8Array(1024).fill(24)))).toThrow(/23/);
    const full = createSketch();
    for (const hash of [0, 2 ** 32 - 1, 2 ** 22]) addToSketch(full, hash);
    expect([full[0], full[1023], full[1]]).toEqual([23, 1, 23]);
  });
});

describe('latency buckets', () => {
  it('take what is at or below their bound', () => {
    expect(LATENCY_BOUNDS_MS).toHaveLength(24);
    for (const [index, bound] of LATENCY_BOUNDS_MS.entries()) {
      expect(latencyBucket(bound)).toBe(index);
      expect(latencyBucket(bound + 0.001)).toBe(index + 1);
    }
    expect([0, -1, Number.NaN, 60_001, Number.POSITIVE_INFINITY].map(latencyBucket)).toEqual([0, 0, 0, 24, 24]);
  });
});
