import type { Delta, Override, Revision, Ruleset } from '@burgee/engine';

/**
 * What to do with an arriving ruleset or delta: take the merged ruleset; ignore what is not newer; ask for a snapshot because of
 * a gap or a new epoch; refuse what belongs to another project or environment.
 */
export type Merge =
  | { readonly verdict: 'take'; readonly ruleset: Ruleset; readonly changed: readonly string[] }
  | { readonly verdict: 'ignore' }
  | { readonly verdict: 'older' }
  | { readonly verdict: 'resync' }
  | { readonly verdict: 'foreign' };

/** Negative when `a` is older than `b`, 0 when equal. */
export function compareRevisions(a: Revision, b: Revision): number {
  return a.epoch - b.epoch || a.n - b.n;
}

/**
 * A snapshot replaces everything, if it is newer, or as old and with other overrides: those come without a revision. `changed`
 * lists the flags whose definition or override differs.
 */
export function mergeSnapshot(held: Ruleset | undefined, incoming: Ruleset): Merge {
  if (held === undefined) return { verdict: 'take', ruleset: incoming, changed: incoming.flags.map((flag) => flag.key) };
  if (held.project !== incoming.project || held.environment !== incoming.environment) return { verdict: 'foreign' };
  const order = compareRevisions(incoming.revision, held.revision);
  if (order === 0) {
    const changed = overridden(held, incoming);
    return changed.length === 0 ? { verdict: 'ignore' } : { verdict: 'take', ruleset: incoming, changed };
  }
  if (order < 0) return { verdict: 'older' };
  return { verdict: 'take', ruleset: incoming, changed: differences(held, incoming) };
}

/** A delta applies to exactly the revision before it, within one epoch. */
export function mergeDelta(held: Ruleset | undefined, delta: Delta): Merge {
  if (held === undefined) return { verdict: 'resync' };
  const order = compareRevisions(delta.revision, held.revision);
  if (order <= 0) return { verdict: 'ignore' };
  if (delta.revision.epoch !== held.revision.epoch || delta.revision.n !== held.revision.n + 1) return { verdict: 'resync' };
  const ruleset: Ruleset = {
    ...held,
    revision: delta.revision,
    flags: replace(held.flags, delta.flags, delta.removedFlags),
    segments: replace(held.segments, delta.segments, delta.removedSegments),
    overrides: delta.overrides ?? [],
    overridesApplied: delta.overridesApplied ?? [],
  };
  const changed = new Set([...delta.flags.map((flag) => flag.key), ...delta.removedFlags]);
  const segments = new Set([...delta.segments.map((segment) => segment.key), ...delta.removedSegments]);
  if (segments.size > 0) addUsersOf(segments, ruleset, changed);
  return { verdict: 'take', ruleset, changed: [...changed] };
}

/** Overrides still in force: known ones and the ruleset's, without those whose id the ruleset lists as applied. */
export function activeOverrides(known: readonly Override[], ruleset: Ruleset): readonly Override[] {
  const applied = new Set(ruleset.overridesApplied ?? []);
  const byId = new Map<string, Override>();
  for (const override of [...known, ...(ruleset.overrides ?? [])]) byId.set(override.id, override);
  return [...byId.values()].filter((override) => !applied.has(override.id));
}

/** In the order held, what is new at the end. Costs one look-up for each item held, in a map of what changes alone. */
function replace<T extends { readonly key: string }>(
  held: readonly T[],
  fresh: readonly T[],
  removed: readonly string[],
): readonly T[] {
  if (fresh.length === 0 && removed.length === 0) return held;
  const changes = new Map<string, T | null>(removed.map((key) => [key, null]));
  for (const item of fresh) changes.set(item.key, item);
  const replaced: T[] = [];
  for (let i = 0; i < held.length; i++) {
    const item = held[i] as T;
    const change = changes.get(item.key);
    if (change === undefined) replaced.push(item);
    else if (change !== null) replaced.push(change);
    if (change !== undefined) changes.delete(item.key);
  }
  for (const item of changes.values()) if (item !== null) replaced.push(item);
  return replaced;
}

/** The flags whose definition or segments differ. */
export function differences(held: Ruleset, incoming: Ruleset): readonly string[] {
  const before = new Map(held.flags.map((flag) => [flag.key, JSON.stringify(flag)]));
  const changed = new Set<string>();
  for (const flag of incoming.flags) {
    if (before.get(flag.key) !== JSON.stringify(flag)) changed.add(flag.key);
    before.delete(flag.key);
  }
  for (const key of before.keys()) changed.add(key);
  const segments = new Map(held.segments.map((segment) => [segment.key, JSON.stringify(segment)]));
  const moved = new Set<string>();
  for (const segment of incoming.segments) {
    if (segments.get(segment.key) !== JSON.stringify(segment)) moved.add(segment.key);
    segments.delete(segment.key);
  }
  for (const key of segments.keys()) moved.add(key);
  if (moved.size > 0) addUsersOf(moved, incoming, changed);
  return [...changed];
}

/** Flags with an override that one of the two does not have. */
function overridden(held: Ruleset, incoming: Ruleset): readonly string[] {
  const inOf = ({ overrides = [] }: Ruleset) => new Map(overrides.map((one) => [JSON.stringify(one), one.flag]));
  const [before, after] = [inOf(held), inOf(incoming)];
  const differing = [...before, ...after].filter(([text]) => !(before.has(text) && after.has(text)));
  return [...new Set(differing.map(([, flag]) => flag))];
}

function addUsersOf(segments: ReadonlySet<string>, ruleset: Ruleset, into: Set<string>): void {
  for (const flag of ruleset.flags) {
    // a malformed flag is judged when it is asked for, alone
    const rules = Array.isArray(flag.rules) ? (flag.rules as Ruleset['flags'][number]['rules']) : [];
    const uses = (reference: { readonly segment?: unknown } | null) => segments.has(String(reference?.segment));
    if (rules.some((rule) => Array.isArray(rule?.segments) && rule.segments.some(uses))) into.add(flag.key);
  }
}
