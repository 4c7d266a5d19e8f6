import type { Delta, Override, Revision, Ruleset } from '@burgee/engine';

/** Negative when `a` is older than `b`, 0 when equal. */
export function compareRevisions(a: Revision, b: Revision): number {
  return a.epoch - b.epoch || a.n - b.n;
}

/** Whether a delta applies: to exactly the revision before it, within one epoch. */
export function isNext(held: Revision, delta: Revision): boolean {
  return delta.epoch === held.epoch && delta.n === held.n + 1;
}

/** What a delta makes of the ruleset before it. */
export function patched(held: Ruleset, { removedFlags, removedSegments, ...delta }: Delta): Ruleset {
  return {
    ...held,
    overrides: [],
    overridesApplied: [],
    ...delta,
    flags: replace(held.flags, delta.flags, removedFlags),
    segments: replace(held.segments, delta.segments, removedSegments),
  };
}

/** Overrides still in force: known ones and the ruleset's, without those whose id the ruleset lists as applied. */
export function activeOverrides(
  known: readonly Override[],
  ruleset: Pick<Ruleset, 'overrides' | 'overridesApplied'>,
): readonly Override[] {
  const applied = new Set(ruleset.overridesApplied ?? []);
  const byId = new Map<string, Override>();
  for (const override of [...known, ...(ruleset.overrides ?? [])]) byId.set(override.id, override);
  return [...byId.values()].filter((override) => !applied.has(override.id));
}

/** In the order held, what is new at the end. */
function replace<T extends { readonly key: string }>(
  held: readonly T[],
  fresh: readonly T[],
  removed: readonly string[],
): readonly T[] {
  const kept = held.filter(({ key }) => !removed.includes(key));
  return [...new Map([...kept, ...fresh].map((item) => [item.key, item])).values()];
}
