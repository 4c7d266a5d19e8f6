export { murmur3, position, saltState } from './bucketing.ts';
export { evaluate, type Observer } from './evaluate.ts';
export { LATENCY_BOUNDS_MS, latencyBucket } from './latency.ts';
export { OPERATORS, type Prepared, type PrepareOptions, prepare } from './prepare.ts';
export { addToSketch, createSketch, estimate, mergeSketches, SKETCH_REGISTERS } from './sketch.ts';
export type * from './types.ts';
export { decodeHashes, encodeHashes, sampled, type UnitHash, unitHash } from './units.ts';
export type * from './wire.ts';
