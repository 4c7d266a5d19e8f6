import type { Delta, Ruleset } from '@burgee/engine';
import { compareRevisions, isNext, patched } from './order.ts';

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
  if (!isNext(held.revision, delta.revision)) return { verdict: 'resync' };
  const ruleset = patched(held, delta);
  const changed = new Set([...delta.flags.map((flag) => flag.key), ...delta.removedFlags]);
  const segments = new Set([...delta.segments.map((segment) => segment.key), ...delta.removedSegments]);
  if (segments.size > 0) addUsersOf(segments, ruleset, changed);
  return { verdict: 'take', ruleset, changed: [...changed] };
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
