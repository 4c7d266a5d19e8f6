import { FlagError } from './flag-error.ts';
import type { RulesetFlag } from './types.ts';

/** One evaluation of a flag evaluates at most this many prerequisites, each as often as it is named. */
export const PREREQUISITE_LIMIT = 100;

type Flags = ReadonlyMap<string, RulesetFlag>;

function behind(key: string, flags: Flags): readonly string[] {
  const named: unknown = flags.get(key)?.prerequisites;
  return Array.isArray(named) ? named.map((prerequisite) => prerequisite?.flag) : [];
}

/** Whether a flag's prerequisites lead back to it, looked for among the nearest PREREQUISITE_LIMIT flags. */
export function reachesItself(key: string, flags: Flags): boolean {
  const met = new Set(behind(key, flags));
  for (const next of met) {
    if (next === key) return true;
    if (met.size <= PREREQUISITE_LIMIT) for (const further of behind(next, flags)) met.add(further);
  }
  return false;
}

/**
 * Throws where an evaluation could meet more than PREREQUISITE_LIMIT prerequisites: paths multiply as diamonds stack up, and
 * a cycle that is too long for reachesItself() has no end.
 */
export function weighPrerequisites(key: string, flags: Flags): void {
  const pending: string[] = [...behind(key, flags)];
  for (let met = 0; pending.length > 0; met++) {
    if (met >= PREREQUISITE_LIMIT)
      throw new FlagError(`it depends on more than ${PREREQUISITE_LIMIT} evaluations of other flags`);
    const next = pending.pop();
    // a flag in a cycle of its own answers PARSE_ERROR without looking behind itself
    if (next !== undefined && !reachesItself(next, flags)) pending.push(...behind(next, flags));
  }
}
