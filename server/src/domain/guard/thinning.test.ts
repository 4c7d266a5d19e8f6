import { describe, expect, it } from 'vitest';
import { dice, planWith, stage, visits } from '../../rollout/testing.ts';
import type { Batch, Rollout } from '../rollout/rollout.ts';
import { type Evidence, evidenceOf, NO_EVIDENCE } from './evidence.ts';
import { judge } from './judge.ts';
import { foldTick, type Memory, replay, summary } from './memory.ts';
import { bytesOf } from './thinning.ts';

const START = 1_800_000_000_000;
const BOUND = 16 * 1_024;
const plan = planWith({ stages: [stage(20, 'manual', 0)], controlSample: 0.5 });

function running(): Rollout {
  return {
    ...{ id: 'ro1', project: 'default', environment: 'production', flag: 'checkout', rule: 'everyone', release: 'r1', plan },
    ...{ state: 'running', reason: null, stage: 0, startPercent: 0, percent: 20, startedAt: START, forced: null },
    startedBy: { kind: 'user', id: 'ada', name: 'Ada' },
    ...{ stageSince: START, bakeSince: START, endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
  };
}

/** Seconds of traffic, folded as a controller does; `broken` from that second on. */
function fold(of: { readonly seconds: number; readonly mostBytes: number; readonly broken?: number; readonly base?: number }) {
  const rollout = running();
  const random = dice(9);
  const memory: Memory = replay(rollout, NO_EVIDENCE, []);
  const log: Batch[] = [];
  let evidence: Evidence = evidenceOf(rollout);
  let most = 0;
  let revertedAt: number | null = null;
  const { base = 0.01, broken = Number.POSITIVE_INFINITY } = of;
  for (let second = 1; second <= of.seconds && revertedAt === null; second++) {
    const fails = (arm: string) => (arm === 'treatment' && second > broken ? 0.3 : base);
    const what = { id: 'ro1', flag: 'checkout', percent: 20, controlSample: 0.5, requests: 400, fails, users: 100_000 };
    const report = { instance: 'i', sequence: second, app: 'shop', platform: 'node' };
    const at = START + second * 1_000;
    const reports = [{ id: second, receivedAt: at, client: false, report, part: visits(what, random) }];
    const folded = foldTick(memory, rollout, evidence, reports, { at, expire: true, mostBytes: of.mostBytes });
    if (folded === null) continue;
    evidence = folded.evidence;
    log.push(...folded.batches);
    most = Math.max(most, bytesOf(memory));
    if (judge(rollout, evidence, at).revert !== null) revertedAt = second;
  }
  return { rollout, memory, evidence, log, most, revertedAt };
}

describe('a rollout with more units than memory', () => {
  it('keeps to its bound by halving the sample of both arms; without a bound it grows (the control)', () => {
    const bounded = fold({ seconds: 120, mostBytes: BOUND });
    const free = fold({ seconds: 120, mostBytes: Number.POSITIVE_INFINITY });
    // at the end of a batch one set may have just doubled
    expect(bounded.most).toBeLessThanOrEqual(4 * BOUND);
    expect(free.most).toBeGreaterThan(16 * BOUND);
    expect(bounded.memory.sample).toBeLessThan(1 / 4);
    expect(free.memory.sample).toBe(1);
    expect([bounded.revertedAt, free.revertedAt]).toEqual([null, null]);
  });

  it('takes the arms for split as they are', () => {
    const { evidence } = fold({ seconds: 120, mostBytes: BOUND });
    const { treatment, control } = evidence.stage;
    // 20 % against half of 80 %
    expect(treatment.units / control.units).toBeGreaterThan(0.42);
    expect(treatment.units / control.units).toBeLessThan(0.58);
    expect(evidence.stage.lnMismatch).toBeLessThan(Math.log(1_000));
  });

  it('still finds a fault, and none where both arms fail alike', () => {
    const found = fold({ seconds: 150, mostBytes: BOUND, broken: 60 });
    expect(found.memory.sample).toBeLessThan(1);
    expect(found.revertedAt).toBeGreaterThan(60);
    expect(fold({ seconds: 150, mostBytes: BOUND, base: 0.1 }).revertedAt).toBeNull();
  });

  it('equals a replay of its log, sample and all', () => {
    const { rollout, memory, evidence, log } = fold({ seconds: 90, mostBytes: BOUND });
    const again = replay({ ...rollout, evidence }, evidence, log);
    expect(again.sample).toBe(memory.sample);
    expect(summary(again, rollout)).toEqual(summary(memory, rollout));
    expect(bytesOf(again)).toBeLessThanOrEqual(4 * BOUND);
  });
});
