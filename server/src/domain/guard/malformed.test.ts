import { encodeHashes, unitHash } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { UnfoldedReport } from '../ports.ts';
import type { Plan, Rollout } from '../rollout/rollout.ts';
import { decide } from '../rollout/rollout-decide.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { type Evidence, NO_EVIDENCE } from './evidence.ts';
import { judge } from './judge.ts';
import { foldTick, replay } from './memory.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 1_000);
const AT = 1_000_000;
/** mulberry32 */
function dice(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTILE: readonly unknown[] = [
  ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e308, '', 'x', '====', true, [], {}, [null], [[]]],
  { length: 3 },
];
/** The value with one of its fields, anywhere, replaced. */
function spoiled<T>(value: T, random: () => number): T {
  const copy = structuredClone(value);
  const places: (readonly [holder: Record<string, unknown>, key: string])[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const holder = part as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      visit(holder[key]);
    }
  };
  visit(copy);
  const [holder, key] = places[Math.floor(random() * places.length)] ?? [{}, ''];
  holder[key] = HOSTILE[Math.floor(random() * HOSTILE.length)];
  return copy;
}

const window = { source: 's', windowMs: 1_000, lagMs: 0, maxAgeMs: 1_000 };
const PLAN: Plan = {
  ...{ project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS },
  stages: [5, 50].map((percent) => ({ percent, advance: 'evidence' as const, bakeMs: 0, maxHoldMs: 1_000 })),
  guards: [
    ...PLAN_DEFAULTS.guards,
    { kind: 'latency', key: 'l', action: 'back', tolerated: 1, cutoffsMs: [100, 500] },
    { kind: 'query', key: 'q', action: 'revert', errors: 'e', total: 't', limit: 0.1, ...window },
    { kind: 'rate', key: 'r', action: 'kill', events: 'e', limitPerSecond: 1, ...window },
    { kind: 'threshold', key: 't', action: 'pause', value: 'v', limit: 1, consecutive: 2, ...window },
  ],
};
const ROLLOUT: Rollout = {
  ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null, plan: PLAN },
  ...{ stage: 0, percent: 5, startPercent: 0, startedAt: 0, forced: null, endedAt: null, confirmedAt: null, stageSince: 0 },
  ...{ bakeSince: 0, startedBy: { kind: 'user', id: 'u', name: 'Ada' }, ruleDigest: '', evidence: null, timeline: [] },
};
const units = (...ids: number[]) => encodeHashes(ids.map((id) => unitHash('r', `${id}`)));
const arm = (of: 'treatment' | 'control', ...ids: [number, number, number]) => ({
  ...{ arm: of, percent: 5, opened: units(ids[0]), closed: units(...ids), failed: units(ids[1]), slow: [units(ids[2]), ''] },
});
const REPORTS: readonly UnfoldedReport[] = [1, 2].map((sequence) => ({
  ...{ id: sequence, receivedAt: AT, client: false, report: { instance: 'i', sequence, app: 'a', platform: 'n' } },
  part: { rollout: 'r', unattributed: 1, arms: [arm('treatment', 1, 2, 3), arm('control', 4, 5, 6)] },
}));
const fold = (reports: readonly UnfoldedReport[], rollout = ROLLOUT) =>
  foldTick(replay(rollout, NO_EVIDENCE, []), rollout, NO_EVIDENCE, reports, { at: AT, expire: true });
const numbers = (evidence: Evidence) => [evidence.lnM, evidence.lnS, ...(evidence.mixture.lnR ?? []), evidence.mixture.spent];

describe('whatever field of it is spoiled', () => {
  it(`a report is folded, and its evidence stays a number: ${RUNS} runs`, () => {
    const random = dice(1);
    for (let run = 0; run < RUNS; run++) {
      const [first, second] = REPORTS as [UnfoldedReport, UnfoldedReport];
      const folded = fold([spoiled(first, random), second]);
      expect(numbers(folded?.evidence ?? NO_EVIDENCE).every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(folded?.evidence.unattributed)).toBe(true);
      // the other report counts all the same
      expect(folded?.batches.some(({ n1, n0 }) => n1 > 0 && n0 > 0)).toBe(true);
    }
  });

  it('a plan is judged and followed, and never advances on what cannot be read', () => {
    const random = dice(2);
    const sound = fold(REPORTS)?.evidence ?? NO_EVIDENCE;
    const rule = { id: 'a', percent: 5, by: 'default', serve: { variant: 'on' } };
    for (let run = 0; run < RUNS; run++) {
      const rollout = { ...ROLLOUT, plan: spoiled(PLAN, random) };
      const judgement = judge(rollout, sound, AT);
      const action = decide({ rollout, target: { kind: 'ours', rule }, evidence: sound, judgement, at: AT, tickMs: 1_000 });
      expect(['stay', 'hold', 'pause', 'announce', 'run']).toContain(action.kind);
    }
  });

  it('one guard leaves the others their say', () => {
    const guards = PLAN.guards.map((guard) => (guard.kind === 'latency' ? (null as unknown as typeof guard) : guard));
    const failing = { ...NO_EVIDENCE, lnM: 99, heaviest: { errors: 9, difference: 1 }, unitsAt: AT, treatedAt: AT };
    expect(judge({ ...ROLLOUT, plan: { ...PLAN, guards } }, failing, AT).revert).not.toBeNull();
    // as it is, nothing of it fails
    expect(judge(ROLLOUT, { ...failing, lnM: 0 }, AT).revert).toBeNull();
  });
});
