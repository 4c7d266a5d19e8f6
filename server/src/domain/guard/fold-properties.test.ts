import { encodeHashes, type UnitHash, unitHash } from '@burgee/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnfoldedReport } from '../ports.ts';
import type { Batch, Plan, Rollout } from '../rollout/rollout.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { begunAnew } from '../rollout/rollout-step-back.ts';
import { type Evidence, NO_EVIDENCE } from './evidence.ts';
import { lnLatency } from './latency.ts';
import { foldTick, type Memory, replay } from './memory.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 1_000) / 10;
const PERCENTS = [5, 25, 50];
const stages = PERCENTS.map((percent) => ({ percent, advance: 'evidence' as const, bakeMs: 0, maxHoldMs: 60_000 }));
const slow = { kind: 'latency', key: 'slow', action: 'revert', tolerated: 1, cutoffsMs: [100, 500] } as const;
const UNITS = Array.from({ length: 60 }, (_, i) => unitHash('r', `u${i}`));

function planWith(more: Partial<Plan>): Plan {
  return { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages, guards: [...PLAN_DEFAULTS.guards, slow], ...more };
}
function rolloutAt(plan: Plan, stage: number): Rollout {
  return {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null, plan },
    ...{ stage, percent: PERCENTS[stage] ?? 0, startPercent: 0, startedAt: 0, forced: null, endedAt: null, confirmedAt: null },
    ...{ stageSince: stage * 1_000_000, bakeSince: 0, startedBy: { kind: 'user', id: 'u', name: 'Ada' }, ruleDigest: '' },
    ...{ evidence: null, timeline: [] },
  };
}
const lists = (units: readonly number[]) => encodeHashes(units.map((i) => UNITS[i % UNITS.length] as UnitHash));

interface Tick {
  readonly arms: readonly { treated: boolean; closed: number[]; failed: number[]; slow: [number[], number[]] }[];
  readonly next: 'stay' | 'advance' | 'back';
}
const some = fc.array(fc.nat(59), { maxLength: 12 });
const ticks: fc.Arbitrary<Tick[]> = fc.array(
  fc.record({
    arms: fc.array(fc.record({ treated: fc.boolean(), closed: some, failed: some, slow: fc.tuple(some, some) }), {
      maxLength: 4,
    }),
    next: fc.constantFrom('stay' as const, 'stay' as const, 'advance' as const, 'back' as const),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Course {
  readonly rollout: Rollout;
  readonly memory: Memory;
  readonly evidence: Evidence;
  readonly log: readonly Batch[];
}
/** Goes through ticks as a controller does; `forgets` rebuilds memory from what is stored before each of them. */
function course(plan: Plan, all: readonly Tick[], forgets: boolean): Course {
  let [stage, evidence, log] = [0, NO_EVIDENCE as Evidence, [] as Batch[]];
  let rollout = rolloutAt(plan, stage);
  let memory = replay(rollout, evidence, log);
  for (const [i, { arms, next }] of all.entries()) {
    if (forgets) {
      const stored = JSON.parse(JSON.stringify({ evidence, log })) as { evidence: Evidence; log: Batch[] };
      memory = replay(rollout, stored.evidence, stored.log);
    }
    const part = {
      rollout: 'r',
      unattributed: 0,
      arms: arms.map((arm) => ({
        ...{ arm: arm.treated ? ('treatment' as const) : ('control' as const), percent: rollout.percent, opened: '' },
        ...{ closed: lists(arm.closed), failed: lists(arm.failed), slow: arm.slow.map(lists) },
      })),
    };
    const report = { instance: 'i', sequence: i + 1, app: 'a', platform: 'n' };
    const reports: UnfoldedReport[] = [{ id: i, receivedAt: i * 1_000, client: false, report, part }];
    const folded = foldTick(memory, rollout, evidence, reports, { at: stage * 1_000_000 + i * 1_000, expire: true });
    if (folded !== null) [evidence, log] = [folded.evidence, [...log, ...folded.batches]];
    if (next === 'back') evidence = { ...evidence, ...begunAnew(evidence, 0) };
    if (next === 'advance' && stage < 2) rollout = rolloutAt(plan, ++stage);
  }
  return { rollout, memory: replay(rollout, evidence, log), evidence, log };
}

describe('folding', () => {
  it.each([false, true])('comes to the same, bit by bit, from memory and from the log; fresh risk sets: %s', (freshRiskSet) => {
    fc.assert(
      fc.property(ticks, (all) => {
        const plan = planWith({ freshRiskSet });
        const [kept, rebuilt] = [course(plan, all, false), course(plan, all, true)];
        expect(rebuilt.evidence).toEqual(kept.evidence);
        expect(rebuilt.log).toEqual(kept.log);
        expect(kept.memory.process.mixture).toEqual(kept.evidence.mixture);
        if (kept.log.length > 0) expect(kept.memory.latency.process).toEqual(kept.evidence.latency);
        for (const { mixture, latency } of [kept.evidence]) {
          for (const { spent } of [mixture, ...latency.mixtures]) expect(spent).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 11, numRuns: RUNS },
    );
  });

  const tick = (arms: Tick['arms'], next: Tick['next'] = 'stay'): Tick => ({ arms, next });
  const arm = (treated: boolean, closed: number[], failed: number[], late: number[]) => ({
    ...{ treated, closed, failed, slow: [late, []] as [number[], number[]] },
  });

  it('keeps risk sets over a step back and stages, unless each stage has its own', () => {
    const first = tick([arm(true, [1, 2], [1], [2]), arm(false, [3, 4], [3], [])], 'advance');
    const again = tick([arm(true, [1, 2], [1], [2]), arm(false, [3, 4], [3], [])]);
    const last = (fresh: boolean) => course(planWith({ freshRiskSet: fresh }), [first, again], false).log.at(-1);
    expect(last(false)).toMatchObject({ n1: 1, e1: 0, n0: 1, e0: 0 });
    expect(last(true)).toMatchObject({ n1: 2, e1: 1, n0: 2, e0: 1 });
    const back = course(planWith({}), [{ ...first, next: 'back' }, again], false);
    expect(back.log.at(-1)).toMatchObject({ n1: 1, e1: 0, state: { restarts: 1, weight: 0.3 } });
  });

  it('tells slow from failed, and each cut-off from the other', () => {
    const late = Array.from({ length: 8 }, (_, i) =>
      tick([
        arm(true, [2 * i, 2 * i + 1], [], [2 * i, 2 * i + 1]),
        arm(false, [20 + 4 * i, 21 + 4 * i, 22 + 4 * i, 23 + 4 * i], [], []),
      ]),
    );
    const { evidence } = course(planWith({}), late, false);
    expect(lnLatency(evidence.latency)).toBeGreaterThan(3);
    expect(evidence.lnM).toBeLessThan(0.01);
    expect(evidence.latency.sums.map(({ e1 }) => e1)).toEqual([16, 0]);
    const none = course(planWith({ guards: PLAN_DEFAULTS.guards }), late, false);
    expect(none.evidence.latency.mixtures).toEqual([]);
    expect(none.log.every(({ state }) => !('latency' in (state as object)))).toBe(true);
  });
});
