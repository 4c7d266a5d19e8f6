import type { TrackingEventDetails } from '@openfeature/core';

/** How a tracked event says that work ended. */
export interface TrackedOutcome {
  readonly error: unknown;
  readonly durationMs?: number;
}

/**
 * Reads tracked events as outcomes: those that are named, and no other, since one that does not end a unit of work would count
 * as a success of it. The event failed when its details have an `error` other than undefined, null and false; its `value` is how
 * long the work took, ms.
 */
export function createOutcomes(
  names: readonly string[],
): (event: string, details?: TrackingEventDetails) => TrackedOutcome | null {
  const known = new Set(names);
  return (event, { value, error } = {}) => {
    if (!known.has(event)) return null;
    return typeof value === 'number' ? { error, durationMs: value } : { error };
  };
}
