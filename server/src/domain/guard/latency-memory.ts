import { decodeHashes, encodeHashes, type UnitHash } from '@burgee/engine';
import type { Plan } from '../rollout/rollout.ts';
import type { Group } from './at-risk.ts';
import { isAnyComparable, type LatencyProcess, newLatency, type SlowLine, slowLines, stepLatency, tallySlow } from './latency.ts';
import { nextWeight, type Spending } from './start-weights.ts';
import { UnitSet } from './unit-set.ts';

/** A group, and for each cut-off its units with slower work. */
export interface SlowUnits extends Group {
  readonly slow1: readonly UnitHash[][];
  readonly slow0: readonly UnitHash[][];
}

/** What is kept between ticks: the processes, and who crossed each cut-off. Mutable. */
export interface LatencyMemory {
  process: LatencyProcess;
  crossed: readonly UnitSet[];
}

/** What one batch row says of the cut-offs: enough for a replay. */
export interface LatencyRow {
  readonly weight: number;
  readonly lines: readonly SlowLine[];
  /** First crossings, one list per cut-off. */
  readonly crossed: readonly string[];
}

/** The cut-offs that a rollout's units are reported at, ms; none without a latency guard. Survives any plan: rulesets need it. */
export function cutoffsOf({ guards }: Pick<Plan, 'guards'>): readonly number[] {
  if (!Array.isArray(guards)) return [];
  const guard = (guards as Plan['guards']).find((candidate) => candidate?.kind === 'latency');
  if (guard?.kind !== 'latency' || !Array.isArray(guard.cutoffsMs)) return [];
  return (guard.cutoffsMs as readonly unknown[]).filter((ms): ms is number => typeof ms === 'number' && ms > 0).slice(0, 3);
}

export function newLatencyMemory(plan: Pick<Plan, 'guards'>): LatencyMemory {
  const cutoffs = cutoffsOf(plan);
  return { process: newLatency(cutoffs.length), crossed: cutoffs.map(() => new UnitSet()) };
}

/** Folds a tick's groups; answers one row each, none where the plan has no cut-offs. */
export function foldLatency(
  memory: LatencyMemory,
  groups: readonly SlowUnits[],
  now: {
    readonly plan: Plan;
    readonly spending: Spending;
    readonly at: number;
    readonly stage: number;
    readonly percent: number;
  },
): { readonly rows: readonly LatencyRow[]; readonly spending: Spending } {
  if (memory.crossed.length === 0) return { rows: [], spending: now.spending };
  const tallies = groups.map((group) => {
    // a failure may come before its unit closes: whoever failed was active
    const active = { closed1: [...group.closed1, ...group.failed1], closed0: group.closed0 };
    return tallySlow({ ...active, slow1: group.slow1, slow0: group.slow0 }, memory.crossed, now.plan.controlSample);
  });
  const lines = tallies.map((cutoffs) =>
    slowLines(
      memory.process,
      cutoffs.map(({ counts }) => counts),
    ),
  );
  const stageSeen = groups.some((group, i) => group.percent === now.percent && isAnyComparable([lines[i] ?? []]));
  const { weight, spending } = isAnyComparable(lines)
    ? nextWeight(now.spending, now.plan, { at: now.at, stage: now.stage, stageSeen })
    : { weight: 0, spending: now.spending };
  memory.process = stepLatency(memory.process, { weight, lines }, toleratedOf(now.plan));
  const rows = tallies.map((cutoffs, i) => ({
    weight,
    lines: lines[i] ?? [],
    crossed: cutoffs.map(({ crossed }) => encodeHashes(crossed)),
  }));
  return { rows, spending };
}

/** The same from the batch log: the rows of one tick. */
export function replayLatency(memory: LatencyMemory, plan: Plan, rows: readonly LatencyRow[]): void {
  const [first] = rows;
  if (first === undefined || memory.crossed.length === 0) return;
  for (const { crossed } of rows) {
    for (const [i, units] of crossed.entries()) for (const unit of decodeHashes(units)) memory.crossed[i]?.add(unit);
  }
  memory.process = stepLatency(
    memory.process,
    { weight: first.weight, lines: rows.map(({ lines }) => lines) },
    toleratedOf(plan),
  );
}

function toleratedOf(plan: Plan): number {
  const guard = plan.guards.find(({ kind }) => kind === 'latency');
  return guard?.kind === 'latency' ? guard.tolerated : 1;
}
