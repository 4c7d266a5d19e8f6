export { type HashState, hashFrom, murmur3, position, SPLIT_SEED, saltState, thresholdOf } from './bucketing.ts';
export { parseNetwork } from './cidr.ts';
export { type Answer, type CountSlot, evaluationOf, type SketchSlot } from './compile.ts';
export type { Moment } from './conditions.ts';
export { instantOf } from './dates.ts';
export { checkEnvelope, indexed } from './envelope.ts';
export { answerOf, evaluate, type Observer } from './evaluate.ts';
export { LATENCY_BOUNDS_MS, latencyBucket } from './latency.ts';
export {
  type FlagSource,
  OPERATORS,
  type Prepared,
  type PrepareOptions,
  prepare,
  prepareSource,
  type SourceRuleset,
} from './prepare.ts';
export { type RampedRule, rampedRules, unitAttribute } from './ramped.ts';
export { needsRegex, type RegexCompiler } from './regex.ts';
export { parseVersion } from './semver.ts';
export { addToSketch, createSketch, decodeSketch, encodeSketch, estimate, mergeSketches, SKETCH_REGISTERS } from './sketch.ts';
export type * from './types.ts';
export { decodeHashes, encodeHashes, sampled, type UnitHash, unitHash, unitHasher, unitKey } from './units.ts';
export type * from './wire.ts';
