import { FlagError } from './operators.ts';
import type { RulesetFlag } from './types.ts';

/** One evaluation of a flag evaluates at most this many prerequisites, each as often as it is named. */
export const PREREQUISITE_LIMIT = 100;

function behind(flag: RulesetFlag | undefined): readonly string[] {
  const named: unknown = flag?.prerequisites;
  return Array.isArray(named) ? named.map((prerequisite) => prerequisite?.flag) : [];
}

/** Whether a flag's prerequisites lead back to it. */
export function reachesItself(key: string, flags: ReadonlyMap<string, RulesetFlag>): boolean {
  const seen = new Set<string>();
  const pending = [...behind(flags.get(key))];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === key) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    pending.push(...behind(flags.get(next)));
  }
  return false;
}

/** Throws where an evaluation could meet more than PREREQUISITE_LIMIT prerequisites: paths multiply as diamonds stack up. */
export function weighPrerequisites(key: string, flags: ReadonlyMap<string, RulesetFlag>): void {
  const pending: string[] = [...behind(flags.get(key))];
  for (let met = 0; pending.length > 0; met++) {
    if (met >= PREREQUISITE_LIMIT)
      throw new FlagError(`it depends on more than ${PREREQUISITE_LIMIT} evaluations of other flags`);
    const next = pending.pop();
    // a flag in a cycle of its own answers PARSE_ERROR without looking behind itself
    if (next !== undefined && !reachesItself(next, flags)) pending.push(...behind(flags.get(next)));
  }
}
