import { sampled, type UnitHash } from '@burgee/engine';
import type { Known } from './at-risk.ts';
import type { LatencyMemory, SlowUnits } from './latency-memory.ts';
import type { UnitSet } from './unit-set.ts';

/** What the units of one rollout may take, bytes; its part of the batch log is no larger. About two million units. */
export const MOST_BYTES = 64 * 1024 * 1024;
/** What of it is for those of client keys, always: whoever sends many of them must not take it from the others. */
export const CLIENT_SHARE = 1 / 4;

/** Whose units count: of both arms those whose hash is below this share, 2^-k. */
export interface Thinned {
  known: Known;
  readonly latency?: LatencyMemory;
  sample: number;
}

/**
 * Halves the sample until what is kept fits, between two batches. Who leaves it can never count again, in either arm, so nobody
 * is taken for new or for healthy: forgetting the oldest would do both. The arms keep their ratio.
 */
export function relieve(memory: Thinned, mostBytes: number): void {
  while (bytesOf(memory) > mostBytes && memory.sample > 2 ** -20) thinTo(memory, memory.sample / 2);
}

/** What a replay does where the log says that the sample was smaller. */
export function thinTo(memory: Thinned, sample: number): void {
  if (sample >= memory.sample) return;
  memory.sample = sample;
  for (const set of setsOf(memory)) set.keep((unit) => sampled(unit, sample));
}

/** The groups as the sample sees them. */
export function thinned(groups: readonly SlowUnits[], sample: number, controlSample: number): readonly SlowUnits[] {
  if (sample === 1) return groups;
  const within = (rate: number) => (units: readonly UnitHash[]) => units.filter((unit) => sampled(unit, rate));
  const [either, counted0] = [within(sample), within(sample * controlSample)];
  return groups.map((group) => ({
    ...group,
    closed1: either(group.closed1),
    closed0: counted0(group.closed0),
    failed1: either(group.failed1),
    failed0: either(group.failed0),
    slow1: group.slow1.map(either),
    slow0: group.slow0.map(either),
  }));
}

/** Bytes that the sets of units take. */
export function bytesOf(memory: Pick<Thinned, 'known' | 'latency'>): number {
  return setsOf(memory).reduce((sum, { bytes }) => sum + bytes, 0);
}

function setsOf({ known, latency }: Pick<Thinned, 'known' | 'latency'>): readonly UnitSet[] {
  return [...Object.values(known), ...(latency?.crossed ?? [])];
}
