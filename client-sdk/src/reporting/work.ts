import { LATENCY_BOUNDS_MS, latencyBucket, type Report } from '@burgee/engine';
import type { Outcome } from './exposures.ts';

/** The latency and error histogram of units of work. */
export interface Work {
  add(outcome: Outcome): void;
  /** Null when there was none. */
  take(): Report['work'];
}

export function createWork(): Work {
  let total = 0;
  let failed = 0;
  let latency = LATENCY_BOUNDS_MS.map(() => 0).concat(0);
  return {
    add(outcome) {
      total++;
      if (outcome.failed) failed++;
      const bucket = latencyBucket(outcome.durationMs);
      latency[bucket] = (latency[bucket] ?? 0) + 1;
    },
    take() {
      if (total === 0) return null;
      const taken = { total, failed, latency };
      total = 0;
      failed = 0;
      latency = latency.map(() => 0);
      return taken;
    },
  };
}
