import { encodeHashes, type UnitHash, unitHash } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { planWith, stage } from '../../rollout/testing.ts';
import type { UnfoldedReport } from '../ports.ts';
import type { Batch, Rollout } from '../rollout/rollout.ts';
import { senders } from './client-reports.ts';
import { type Evidence, NO_EVIDENCE } from './evidence.ts';
import { foldTick, type Memory, replay } from './memory.ts';
import { bytesOf } from './thinning.ts';

const START = 1_800_000_000_000;
const PLAN = planWith({ stages: [stage(20, 'manual', 0)] });
const TRUSTING = planWith({ trustClientOutcomes: true });

function report(id: number, of: { client: boolean; app?: string; units?: readonly UnitHash[]; failed?: readonly UnitHash[] }) {
  const { client, app = 'web', units = [], failed = [] } = of;
  const arms = (['treatment', 'control'] as const).map((arm, i) => {
    const mine = (all: readonly UnitHash[]) => encodeHashes(all.filter(({ lo }) => (lo % 5 === 0) === (i === 0)));
    return { arm, percent: 20, opened: '', closed: mine(units), failed: mine(failed), slow: [] };
  });
  const sent = { instance: `i${client}`, sequence: id, app, platform: 'p' };
  return {
    id,
    receivedAt: START,
    client,
    report: sent,
    part: { rollout: 'ro1', arms, unattributed: 0 },
  } satisfies UnfoldedReport;
}
const crowd = (from: number, n: number) => Array.from({ length: n }, (_, i) => unitHash('ro1', `u${from + i}`));

function running(): Rollout {
  return {
    ...{
      id: 'ro1',
      project: 'default',
      environment: 'production',
      flag: 'checkout',
      rule: 'everyone',
      release: 'r1',
      plan: PLAN,
    },
    ...{ state: 'running', reason: null, stage: 0, startPercent: 0, percent: 20, startedAt: START, forced: null },
    startedBy: { kind: 'user', id: 'ada', name: 'Ada' },
    ...{ stageSince: START, bakeSince: START, endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
  };
}

describe('reports by their senders', () => {
  it('are apart, and together where the plan trusts browsers', () => {
    const [app, browser] = [report(1, { client: false }), report(2, { client: true })];
    expect(senders([app, browser], PLAN)).toEqual({ evidence: [app], client: [browser] });
    expect(senders([app, browser], TRUSTING)).toEqual({ evidence: [app, browser], client: [] });
    const hostile = [null, {}, { ...browser, client: 'no' }, { ...browser, report: {} }, { ...browser, part: null }];
    expect(senders(hostile as never, PLAN)).toEqual({ evidence: [], client: [] });
  });

  it('are of the 32 fullest applications and platforms only, of browsers', () => {
    const few = Array.from({ length: 100 }, (_, i) => report(i, { client: true, app: `forged-${i}` }));
    const many = Array.from({ length: 40 }, (_, i) => report(100 + i, { client: true, app: 'web' }));
    for (const plan of [PLAN, TRUSTING]) {
      const { client, evidence } = senders([...few, ...many], plan);
      const apps = [...client, ...evidence].map(({ report: { app } }) => app);
      expect(new Set(apps).size).toBe(32);
      expect(apps.filter((app) => app === 'web')).toHaveLength(40);
    }
    const own = Array.from({ length: 100 }, (_, i) => report(i, { client: false, app: `shop-${i}` }));
    expect(senders(own, PLAN).evidence).toHaveLength(100);
  });

  it('have at most 100,000 units of browsers in a tick, the first that came', () => {
    const one = report(0, { client: true, units: crowd(0, 5_000) });
    const full = Array.from({ length: 30 }, (_, id) => ({ ...one, id }));
    const kept = senders(full, PLAN).client;
    expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(
      senders(
        full.map((one) => ({ ...one, client: false })),
        PLAN,
      ).evidence,
    ).toHaveLength(30);
  });
});

describe('a flood of units that browsers made up', () => {
  const BOUND = 64 * 1_024;

  function fold(mostBytes: number) {
    const rollout = running();
    const memory: Memory = replay(rollout, NO_EVIDENCE, []);
    const log: Batch[] = [];
    let evidence: Evidence = NO_EVIDENCE;
    const most = { own: 0, client: 0 };
    for (let second = 1; second <= 60; second++) {
      const at = START + second * 1_000;
      const known = crowd(0, 1_000);
      const units = crowd(10_000 + 1_000 * second, 1_000);
      const reports = [
        report(2 * second, { client: false, units: known, failed: known.slice(second, second + 1) }),
        report(2 * second + 1, { client: true, units, failed: units.slice(0, 300) }),
      ];
      const folded = foldTick(memory, rollout, evidence, reports, { at, expire: true, mostBytes });
      if (folded === null) throw new Error('nothing was folded');
      evidence = folded.evidence;
      log.push(...folded.batches);
      most.own = Math.max(most.own, bytesOf(memory));
      most.client = Math.max(most.client, bytesOf(memory.client));
    }
    return { rollout, memory, evidence, log, most };
  }

  it('keeps to its quarter of the bound, and takes nothing from the others; without a bound it grows (the control)', () => {
    const bounded = fold(BOUND);
    const free = fold(Number.POSITIVE_INFINITY);
    // a quarter of it, while a batch is on top and sets have just doubled
    expect(bounded.most.client).toBeLessThanOrEqual(BOUND);
    expect(free.most.client).toBeGreaterThan(16 * BOUND);
    expect(bounded.memory.client.sample).toBeLessThan(1 / 8);
    expect([bounded.memory.sample, free.memory.sample]).toEqual([1, 1]);
    const { lnM, lnS, totals } = free.evidence;
    expect(bounded.evidence).toMatchObject({ lnM, lnS, totals });
    expect(totals.treatment.units + totals.control.units).toBe(1_000);
  });

  it('equals a replay of its log, sample and all', () => {
    const { rollout, memory, evidence, log } = fold(BOUND);
    const again = replay({ ...rollout, evidence }, evidence, log);
    expect(again.client.sample).toBe(memory.client.sample);
    expect(again.client.process).toEqual(memory.client.process);
    expect([again.client.totals, again.client.stage]).toEqual([memory.client.totals, memory.client.stage]);
    expect(again.process).toEqual(memory.process);
  });
});
