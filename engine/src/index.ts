export { type HashState, hashFrom, murmur3, position, SPLIT_SEED, saltState, thresholdOf } from './bucketing.ts';
export { evaluate, type Observer } from './evaluate.ts';
export { LATENCY_BOUNDS_MS, latencyBucket } from './latency.ts';
export { OPERATORS, type Prepared, type PrepareOptions, prepare } from './prepare.ts';
export { needsRegex, type RegexCompiler } from './regex.ts';
export { addToSketch, createSketch, decodeSketch, encodeSketch, estimate, mergeSketches, SKETCH_REGISTERS } from './sketch.ts';
export type * from './types.ts';
export { decodeHashes, encodeHashes, sampled, type UnitHash, unitHash, unitHasher, unitKey } from './units.ts';
export type * from './wire.ts';
