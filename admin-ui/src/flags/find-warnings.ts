import type { Flag } from '@burgee/server/api';
import { targetingOf } from '../api/changes.ts';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { page } from '../text/flag-page.ts';
import { servedToAll, UNUSED_DAYS } from './lifecycle.ts';
import { reachWords } from './words.ts';

const t = page.warnings;
const DAY = 86_400_000;

export interface Surroundings {
  readonly flag: Flag;
  readonly row: StateRow;
  /** Every flag of the project; undefined while it is not known. */
  readonly flags: readonly FlagRow[] | undefined;
  /** Keys of the project's segments; undefined while they are not known. */
  readonly segments: ReadonlySet<string> | undefined;
  readonly now: number;
}

/** What somebody who looks at this flag here should know, one sentence each. */
export function warningsOf({ flag, row, flags, segments, now }: Surroundings): string[] {
  if (flag.archived) return [t.archived];
  const { state } = row;
  const on = state.enabled && state.killed === null;
  const warnings: string[] = [];
  if (on && servedToAll(state) === state.offVariant) warnings.push(t.nobody(reachWords(targetingOf(state))));
  const taken = state.rules.findIndex((rule) => rule.percent >= 100 && !rule.when && (rule.segments?.length ?? 0) === 0);
  if (taken >= 0 && taken < state.rules.length - 1) warnings.push(t.unreached(taken + 1));
  for (const { flag: needed, variants } of state.prerequisites) {
    const other = flags?.find((one) => one.flag.key === needed);
    const there = other?.states.find((one) => one.state.environment === state.environment);
    if (flags && !there) warnings.push(t.missingFlag(needed));
    const served = there && servedToAll(there.state);
    if (served && !variants.includes(served)) warnings.push(t.unmet(needed, served));
  }
  const named = new Set(state.rules.flatMap((rule) => (rule.segments ?? []).map(({ segment }) => segment)));
  for (const segment of named) if (segments && !segments.has(segment)) warnings.push(t.missingSegment(segment));
  const since = now - UNUSED_DAYS * DAY;
  if (on && (row.lastEvaluated ?? 0) < since && flag.createdAt < since) warnings.push(t.unused(UNUSED_DAYS));
  if (flag.lifetimeDays !== null && now > flag.createdAt + flag.lifetimeDays * DAY) warnings.push(t.overdue(flag.lifetimeDays));
  return warnings;
}
