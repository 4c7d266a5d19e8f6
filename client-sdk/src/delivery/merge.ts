import type { Delta } from '@burgee/engine';
import type { Held } from './held.ts';
import { compareRevisions, isNext, patched } from './order.ts';

/**
 * What to do with an arriving ruleset or delta: take the merged ruleset; ignore what is not newer; ask for a snapshot because of
 * a gap or a new epoch; refuse what belongs to another project or environment.
 */
export type Merge =
  | { readonly verdict: 'take'; readonly ruleset: Held; readonly changed: readonly string[] }
  | { readonly verdict: 'ignore' }
  | { readonly verdict: 'older' }
  | { readonly verdict: 'resync' }
  | { readonly verdict: 'foreign' };

/**
 * A snapshot replaces everything, if it is newer, or as old and with other overrides: those come without a revision. `changed`
 * lists the flags whose definition or override differs.
 */
export function mergeSnapshot(held: Held | undefined, incoming: Held): Merge {
  if (held === undefined) return { verdict: 'take', ruleset: incoming, changed: [...incoming.flags.keys()] };
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
export function mergeDelta(held: Held | undefined, delta: Delta): Merge {
  if (held === undefined) return { verdict: 'resync' };
  const order = compareRevisions(delta.revision, held.revision);
  if (order <= 0) return { verdict: 'ignore' };
  if (!isNext(held.revision, delta.revision)) return { verdict: 'resync' };
  const rest = patched({ ...held, flags: [] }, { ...delta, flags: [], removedFlags: [] });
  const ruleset: Held = { ...rest, flags: held.flags.patched(delta) };
  const changed = new Set([...delta.flags.map((flag) => flag.key), ...delta.removedFlags]);
  const segments = new Set([...delta.segments.map((segment) => segment.key), ...delta.removedSegments]);
  if (segments.size > 0) for (const key of ruleset.flags.using(segments)) changed.add(key);
  return { verdict: 'take', ruleset, changed: [...changed] };
}

/** The flags whose definition or segments differ. */
export function differences(held: Held, incoming: Held): readonly string[] {
  const changed = incoming.flags.differing(held.flags);
  const segments = new Map(held.segments.map((segment) => [segment.key, JSON.stringify(segment)]));
  const moved = new Set<string>();
  for (const segment of incoming.segments) {
    if (segments.get(segment.key) !== JSON.stringify(segment)) moved.add(segment.key);
    segments.delete(segment.key);
  }
  for (const key of segments.keys()) moved.add(key);
  if (moved.size > 0) for (const key of incoming.flags.using(moved)) changed.add(key);
  return [...changed];
}

/** Flags with an override that one of the two does not have. */
function overridden(held: Held, incoming: Held): readonly string[] {
  const inOf = ({ overrides = [] }: Held) => new Map(overrides.map((one) => [JSON.stringify(one), one.flag]));
  const [before, after] = [inOf(held), inOf(incoming)];
  const differing = [...before, ...after].filter(([text]) => !(before.has(text) && after.has(text)));
  return [...new Set(differing.map(([, flag]) => flag))];
}
