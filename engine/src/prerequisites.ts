import { FlagError } from './flag-error.ts';
import type { RulesetFlag } from './types.ts';

/** One evaluation of a flag evaluates at most this many prerequisites, each as often as it is named. */
export const PREREQUISITE_LIMIT = 100;

type Flags = Pick<ReadonlyMap<string, RulesetFlag>, 'get'>;

const namedBy = (flag: RulesetFlag | undefined): readonly string[] => {
  const named: unknown = flag?.prerequisites;
  return Array.isArray(named) ? named.map((prerequisite) => prerequisite?.flag) : [];
};

/** Throws where a flag's prerequisites lead back to it, or are too many to be evaluated. */
export function checkPrerequisites(flag: RulesetFlag, flags: Flags): void {
  if (namedBy(flag).length === 0) return;
  const known = new Map<string, readonly string[]>();
  const behind = (key: string): readonly string[] => {
    let named = known.get(key);
    if (named === undefined) {
      // what a flag source makes anew each time is asked for once
      named = namedBy(flags.get(key));
      known.set(key, named);
    }
    return named;
  };
  if (reachesItself(flag.key, behind)) throw new FlagError('its prerequisites lead back to itself');
  weighPrerequisites(flag.key, behind);
}

type Behind = (key: string) => readonly string[];

/** Whether a flag's prerequisites lead back to it, looked for among the nearest PREREQUISITE_LIMIT flags. */
function reachesItself(key: string, behind: Behind): boolean {
  const met = new Set(behind(key));
  for (const next of met) {
    if (next === key) return true;
    if (met.size <= PREREQUISITE_LIMIT) for (const further of behind(next)) met.add(further);
  }
  return false;
}

/**
 * Throws where an evaluation could meet more than PREREQUISITE_LIMIT prerequisites: paths multiply as diamonds stack up, and
 * a cycle that is too long for reachesItself() has no end.
 */
function weighPrerequisites(key: string, behind: Behind): void {
  const pending: string[] = [...behind(key)];
  for (let met = 0; pending.length > 0; met++) {
    if (met >= PREREQUISITE_LIMIT)
      throw new FlagError(`it depends on more than ${PREREQUISITE_LIMIT} evaluations of other flags`);
    const next = pending.pop();
    // a flag in a cycle of its own answers PARSE_ERROR without looking behind itself
    if (next !== undefined && !reachesItself(next, behind)) pending.push(...behind(next));
  }
}
