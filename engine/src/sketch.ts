import { decodeBase64, encodeBase64 } from './base64.ts';

/** Registers of a sketch, one byte each. The standard error of an estimate is 1.04 / √1024 = 3.3 %. */
export const SKETCH_REGISTERS = 1024;

/** An empty HyperLogLog (Flajolet et al. 2007): counts distinct units in a kilobyte, without storing them. */
export function createSketch(): Uint8Array {
  return new Uint8Array(SKETCH_REGISTERS);
}

/** Adds one unit by its uniform 32-bit hash. Sketches merge only where the same salt and seed made their hashes. */
export function addToSketch(sketch: Uint8Array, hash32: number): void {
  const register = hash32 >>> 22;
  const rank = Math.clz32((hash32 << 10) | 0x200) + 1;
  if (rank > (sketch[register] ?? 0)) sketch[register] = rank;
}

/** The sketch of the union, in a new array. */
export function mergeSketches(a: Uint8Array, b: Uint8Array): Uint8Array {
  const merged = createSketch();
  for (let i = 0; i < SKETCH_REGISTERS; i++) merged[i] = Math.max(a[i] ?? 0, b[i] ?? 0);
  return merged;
}

/** How many distinct units were added: exact enough for charts (3.3 %), linear counting below about 2,500. */
export function estimate(sketch: Uint8Array): number {
  const m = SKETCH_REGISTERS;
  let sum = 0;
  let empty = 0;
  for (let i = 0; i < m; i++) {
    const rank = sketch[i] ?? 0;
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / m)) * m * m) / sum;
  if (raw <= 2.5 * m && empty > 0) return Math.round(m * Math.log(m / empty));
  // collisions of 32-bit hashes, section 4 of the paper
  if (raw > 2 ** 32 / 30) return Math.round(-(2 ** 32) * Math.log(1 - Math.min(raw, 2 ** 32 - 1) / 2 ** 32));
  return Math.round(raw);
}

/** A sketch as the wire carries it. */
export function encodeSketch(sketch: Uint8Array): string {
  return encodeBase64(sketch);
}

/** The opposite of {@link encodeSketch}. Throws a TypeError where the text is not 1,024 possible registers. */
export function decodeSketch(text: string): Uint8Array {
  const sketch = decodeBase64(text);
  if (sketch === null || sketch.length !== SKETCH_REGISTERS) {
    throw new TypeError(`a sketch must be the base64 of ${SKETCH_REGISTERS} registers`);
  }
  // 32 bits less 10 for the register leave ranks 1…23
  if (sketch.some((rank) => rank > 23)) throw new TypeError('a sketch register must be at most 23');
  return sketch;
}
