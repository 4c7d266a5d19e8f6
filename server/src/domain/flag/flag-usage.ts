import type { MinuteRow } from '../ports.ts';
import type { ArmMinute, Rollout, RolloutState } from '../rollout/rollout.ts';
import { unitsIn, type VariantCount, variantCounts } from '../usage.ts';

/** How often a rule decided, and for which variant; `rule` is null for the default and off variants. */
export type RuleCount = Omit<VariantCount, 'flag'>;

/** What reports say of a flag in an environment. What nobody reported is not there: an empty list is no zero. */
export interface FlagUsage {
  /** The minutes asked for, ms: from, up to but without `to`. */
  readonly from: number;
  readonly to: number;
  /** Oldest first; a minute in which nobody asked is left out. */
  readonly minutes: readonly { readonly minute: number; readonly counts: readonly RuleCount[] }[];
  readonly day: {
    /** Start of the last 24 hours, ms. */
    readonly from: number;
    readonly counts: readonly RuleCount[];
    /**
     * Distinct units that met a rule's conditions and were taken by no rule before it, inside and outside its percent; within
     * about 3 %. Only where SDKs sketched them, which they do while the percent is below 100.
     */
    readonly units: readonly { readonly rule: string; readonly units: number }[];
  };
  /** What failed, of each rollout that ran in the minutes asked for, newest first. Nobody counts outcomes by flag outside of one. */
  readonly outcomes: readonly FlagOutcomes[];
  /** Start of the last minute in which anybody asked, ms; null: not in the last 90 days. */
  readonly lastEvaluated: number | null;
}

/** Failed work of one rollout of a flag, by arm. */
export interface FlagOutcomes {
  readonly rollout: string;
  readonly release: string;
  readonly state: RolloutState;
  readonly endedAt: number | null;
  /** Oldest first: units at risk and first errors, treatment (1) and control (0). Without those that reported none. */
  readonly minutes: readonly Omit<ArmMinute, 'rollout'>[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The bounds of what is read, ms. A minute that is not over is read too. */
export function usageBounds(at: number, minutes: number): { readonly from: number; readonly to: number; readonly day: number } {
  const to = Math.floor(at / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  return { from: to - minutes * MINUTE_MS, to, day: to - DAY_MS };
}

/** The rollouts of a flag that ran at some time from `from` on, ms. */
export function ranSince(rollouts: readonly Rollout[], from: number): Rollout[] {
  return rollouts.filter(({ endedAt }) => endedAt === null || endedAt >= from).sort((a, b) => b.startedAt - a.startedAt);
}

function outcomesOf({ id, release, state, endedAt }: Rollout, minutes: readonly ArmMinute[]): FlagOutcomes {
  const own = minutes.filter(({ rollout }) => rollout === id).map(({ rollout: _, ...minute }) => minute);
  return { rollout: id, release, state, endedAt, minutes: own };
}

/** A flag's usage out of the `count` and `sketch` rows of at least the last day, `flag/<key>/…`. */
export function usageOf(
  rows: {
    readonly counts: readonly MinuteRow[];
    readonly sketches: readonly MinuteRow[];
    readonly rollouts: readonly Rollout[];
    readonly arms: readonly ArmMinute[];
  },
  bounds: ReturnType<typeof usageBounds>,
  lastEvaluated: number | null,
): FlagUsage {
  const within = (from: number) => (row: MinuteRow) => row.minute >= from && row.minute < bounds.to;
  const byMinute = grouped(rows.counts.filter(within(bounds.from)), ({ minute }) => minute);
  const bySubject = grouped(rows.sketches.filter(within(bounds.day)), ({ subject }) => subject.split('/')[2] ?? '');
  return {
    from: bounds.from,
    to: bounds.to,
    minutes: [...byMinute].sort(([a], [b]) => a - b).map(([minute, some]) => ({ minute, counts: countsIn(some) })),
    day: {
      from: bounds.day,
      counts: countsIn(rows.counts.filter(within(bounds.day))),
      units: [...bySubject].map(([rule, some]) => ({ rule, units: Math.round(unitsIn(some)) })),
    },
    outcomes: rows.rollouts.map((rollout) => outcomesOf(rollout, rows.arms)),
    lastEvaluated,
  };
}

function countsIn(rows: readonly MinuteRow[]): RuleCount[] {
  return variantCounts(rows).map(({ flag: _, ...count }) => count);
}

function grouped<K>(rows: readonly MinuteRow[], by: (row: MinuteRow) => K): Map<K, MinuteRow[]> {
  const groups = new Map<K, MinuteRow[]>();
  for (const row of rows) {
    const group = groups.get(by(row));
    if (group === undefined) groups.set(by(row), [row]);
    else group.push(row);
  }
  return groups;
}
