import { encodeHashes, unitHash } from '@burgee/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnfoldedReport } from '../ports.ts';
import type { Batch, Plan, Rollout } from '../rollout/rollout.ts';
import { decide } from '../rollout/rollout-decide.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { begunAnew } from '../rollout/rollout-step-back.ts';
import { type Evidence, NO_EVIDENCE } from './evidence.ts';
import { judge } from './judge.ts';
import { foldTick, isClientRow, replay } from './memory.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 1_000) / 10;
const PERCENTS = [5, 50];
const STAGE_MS = 1_000_000;
const stages = PERCENTS.map((percent) => ({ percent, advance: 'evidence' as const, bakeMs: 0, maxHoldMs: 60_000 }));
const UNITS = Array.from({ length: 80 }, (_, i) => unitHash('r', `u${i}`));

function planWith(more: Partial<Plan> = {}): Plan {
  return { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages, minErrors: 1, ...more };
}
function rolloutAt(plan: Plan, stage: number): Rollout {
  const percent = PERCENTS[stage] ?? 100;
  return {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null, plan },
    ...{ stage, percent, startPercent: 0, startedAt: 0, forced: null, endedAt: null, confirmedAt: null, ruleDigest: '' },
    ...{ stageSince: stage * STAGE_MS, bakeSince: 0, startedBy: { kind: 'user', id: 'u', name: 'Ada' } },
    ...{ evidence: null, timeline: [] },
  };
}
/** Low bars, so that short courses come to every decision. */
const HASTY = { pauseAlpha: 0.7, revertAlpha: 0.5, beta: 0.9, minDifference: 0 };
const ours = (percent: number) => ({
  kind: 'ours' as const,
  rule: { id: 'a', percent, by: 'default', serve: { variant: 'on' } },
});

interface Sent {
  readonly client: boolean;
  readonly app: string;
  readonly arms: readonly unknown[];
}
interface Tick {
  readonly sent: readonly Sent[];
  readonly next: 'stay' | 'advance' | 'back';
}
const some = fc.array(fc.nat(UNITS.length - 1), { maxLength: 12 });
const hashes = some.map((units) => encodeHashes(units.map((i) => UNITS[i] ?? { hi: 0, lo: 0 })));
const arm = fc.record({
  arm: fc.constantFrom('treatment' as const, 'control' as const),
  percent: fc.constantFrom(0, ...PERCENTS, 100),
  opened: fc.oneof(fc.constant(''), hashes),
  closed: hashes,
  failed: hashes,
  slow: fc.constantFrom([], ['']),
});
/** Anything at all may stand where an arm should. */
const hostileArm = fc.oneof(
  { weight: 6, arbitrary: arm },
  fc.anything(),
  fc.record({ ...{ arm: fc.string() }, percent: fc.double() }),
);
const own = fc.record({ client: fc.constant(false), app: fc.constant('shop'), arms: fc.array(arm, { maxLength: 3 }) });
const foreign = fc.record({ client: fc.constant(true), app: fc.string(), arms: fc.array(hostileArm, { maxLength: 3 }) });
const next = fc.constantFrom('stay' as const, 'stay' as const, 'advance' as const, 'back' as const);
const ticksOf = (sent: fc.Arbitrary<Sent>) =>
  fc.array(fc.record({ sent: fc.array(sent, { maxLength: 4 }), next }), { minLength: 1, maxLength: 12 });

interface Course {
  readonly evidence: Evidence;
  readonly log: readonly Batch[];
  readonly each: readonly { readonly evidence: Evidence; readonly rollout: Rollout; readonly at: number }[];
}
function course(plan: Plan, ticks: readonly Tick[], forgets = false): Course {
  let [stage, evidence, log] = [0, NO_EVIDENCE as Evidence, [] as Batch[]];
  let rollout = rolloutAt(plan, stage);
  let memory = replay(rollout, evidence, log);
  const each: Course['each'][number][] = [];
  for (const [i, { sent, next: then }] of ticks.entries()) {
    const at = stage * STAGE_MS + i * 1_000;
    if (forgets) memory = replay(rollout, structuredClone(evidence), structuredClone(log));
    // numbered apart: those of an application come the same whatever comes beside them
    const numbers = { true: 10 * i, false: 10 * i };
    const reports = sent.map(({ client, app, arms }, j): UnfoldedReport => {
      numbers[`${client}`] += 1;
      const report = { instance: client ? 'c' : 'i', sequence: numbers[`${client}`], app, platform: 'n' };
      return { id: 10 * i + j, receivedAt: at, client, report, part: { rollout: 'r', unattributed: 0, arms: arms as never } };
    });
    const folded = foldTick(memory, rollout, evidence, reports, { at, expire: true });
    if (folded !== null) [evidence, log] = [folded.evidence, [...log, ...folded.batches]];
    each.push({ evidence, rollout, at });
    if (then === 'back') evidence = { ...evidence, ...begunAnew(evidence, 0) };
    if (then === 'advance' && stage < PERCENTS.length) rollout = rolloutAt(plan, ++stage);
  }
  return { evidence, log, each };
}

/** All that a client key must not touch: the counters of rows and ticks are shared. */
function ownOf({ client: _, seq: __, tick: ___, ...rest }: Evidence): Partial<Evidence> {
  return rest;
}

describe('what comes with a client key', () => {
  it('changes nothing that reverts, steps back, holds or advances, whatever it is', () => {
    const decided = new Map<string, number>();
    fc.assert(
      fc.property(ticksOf(fc.oneof(own, foreign)), fc.boolean(), (ticks, freshRiskSet) => {
        const plan = planWith({ freshRiskSet, ...HASTY });
        const without = ticks.map((tick) => ({ ...tick, sent: tick.sent.filter(({ client }) => !client) }));
        const [all, some_] = [course(plan, ticks), course(plan, without)];
        for (const [i, { evidence, rollout, at }] of all.each.entries()) {
          expect(ownOf(evidence)).toEqual(ownOf(some_.each[i]?.evidence as Evidence));
          const alone = { ...evidence, client: null };
          const [{ pause, readings, ...told }, { pause: pauses, readings: theirs, ...wanted }] = [
            judge(rollout, evidence, at),
            judge(rollout, alone, at),
          ];
          expect(told).toEqual(wanted);
          expect(readings.filter(({ kind }) => kind !== 'client-outcomes')).toEqual(theirs);
          const facts = { rollout, target: ours(rollout.percent), at, tickMs: 1_000 };
          const [did, would] = [evidence, alone].map((known) =>
            decide({ ...facts, evidence: known, judgement: judge(rollout, known, at) }),
          );
          const what = did?.kind === 'pause' ? did.code : (did?.kind ?? '');
          decided.set(what, (decided.get(what) ?? 0) + 1);
          if (pause?.code === 'guard-client-outcomes' && did?.kind === 'pause') continue;
          expect(did).toEqual(would);
          expect(pause).toEqual(pauses);
        }
        const rows = all.log.filter((row) => !isClientRow(row));
        const bare = (row: Batch) => ({ ...row, seq: 0, state: { ...(row.state as object), tick: 0 } });
        expect(rows.map(bare)).toEqual(some_.log.map(bare));
      }),
      { seed: 21, numRuns: RUNS },
    );
    for (const what of ['revert', 'advance', 'hold', 'guard-outcomes', 'guard-client-outcomes'])
      expect(decided.get(what), what).toBeGreaterThan(0);
  });

  it('is counted as if an application had sent it, only apart', () => {
    const closedOnly = own.map((sent) => ({ ...sent, arms: sent.arms.map((one) => ({ ...one, opened: '' })) }));
    let [pauses, compared] = [0, 0];
    fc.assert(
      fc.property(ticksOf(closedOnly), fc.boolean(), (ticks, freshRiskSet) => {
        const plan = planWith({ freshRiskSet, ...HASTY });
        const asClient = ticks.map((tick) => ({ ...tick, sent: tick.sent.map((sent) => ({ ...sent, client: true })) }));
        const [direct, apart] = [course(plan, ticks), course(plan, asClient)];
        const { client } = apart.evidence;
        const { mixture, lnM, lnS, heaviest, stage, totals, spending } = direct.evidence;
        if (client === null) {
          expect(direct.log).toEqual([]);
          return;
        }
        const { at: _, ...told } = client;
        expect(told).toEqual({ mixture, lnM, lnS, heaviest, stage, totals, spending });
        expect(apart.log.every(isClientRow)).toBe(true);
        expect(ownOf(apart.evidence)).toEqual({ ...ownOf(NO_EVIDENCE), ...restartsOf(apart.evidence) });
        for (const [i, { evidence, rollout, at }] of apart.each.entries()) {
          const paused = judge(rollout, evidence, at).pause !== null;
          const there = direct.each[i];
          const { pause, revert } = judge(rollout, there?.evidence as Evidence, at);
          expect(paused).toBe(pause !== null || revert !== null);
          compared += 1;
          if (paused) pauses += 1;
        }
      }),
      { seed: 22, numRuns: RUNS },
    );
    expect(pauses).toBeGreaterThan(compared / 100);
    expect(pauses).toBeLessThan(compared);
  });

  it('comes to the same, bit by bit, from memory and from the log', () => {
    fc.assert(
      fc.property(ticksOf(fc.oneof(own, foreign)), fc.boolean(), (ticks, freshRiskSet) => {
        const plan = planWith({ freshRiskSet, ...HASTY });
        const [kept, rebuilt] = [course(plan, ticks), course(plan, ticks, true)];
        // the order of what is open is nobody's
        const closed = ({ evidence, log }: Course) => ({ evidence: { ...evidence, open: [] }, log });
        expect(closed(rebuilt)).toEqual(closed(kept));
        expect(kept.evidence.client?.mixture.spent ?? 0).toBeLessThanOrEqual(1);
      }),
      { seed: 23, numRuns: RUNS },
    );
  });
});

/** What a step back leaves in evidence that nothing else came to. */
function restartsOf({ restarts, coolUntil, announced }: Evidence): Partial<Evidence> {
  return { restarts, coolUntil, announced };
}

describe('a browser in which the new version fails', () => {
  const list = (arms: 'treatment' | 'control', from: number, units: number, failed: number, percent = 5) => {
    const ids = Array.from({ length: units }, (_, i) => unitHash('r', `${arms}${from + i}`));
    const [closed, bad] = [encodeHashes(ids), encodeHashes(ids.slice(0, failed))];
    return { arm: arms, percent, opened: '', closed, failed: bad, slow: [] };
  };
  const tick = (i: number, failed1: number, client = true): Tick => ({
    sent: [{ client, app: 'web', arms: [list('treatment', 50 * i, 50, failed1), list('control', 950 * i, 950, 9)] }],
    next: 'stay',
  });
  const bad = Array.from({ length: 6 }, (_, i) => tick(i, 8));
  const good = Array.from({ length: 60 }, (_, i) => tick(i, i % 2));
  const asApplication = (sent: Sent): Sent => ({ ...sent, client: false });
  const last = ({ each }: Course) => {
    const { evidence, rollout, at } = each.at(-1) ?? { evidence: NO_EVIDENCE, rollout: rolloutAt(planWith(), 0), at: 0 };
    return { evidence, rollout, at, judgement: judge(rollout, evidence, at) };
  };

  it('weighs as much as was calculated by other means', () => {
    const one = { client: true, app: 'web', arms: [list('treatment', 0, 10, 1), list('control', 0, 990, 0)] };
    const { client } = course(planWith(), [{ sent: [one], next: 'stay' }]).evidence;
    // the grid mixture of (1, 0, 10, 990), with three tenths of the bets on the first tick
    expect(client?.lnM).toBeCloseTo(Math.log(0.3 * Math.exp(2.5419791927) + 0.7), 9);
    expect(client?.totals).toEqual({ treatment: { units: 10, errors: 1 }, control: { units: 990, errors: 0 } });
  });

  it('pauses the rollout, with its own reason, and goes no further', () => {
    const { evidence, rollout, at, judgement } = last(course(planWith(), bad));
    // far beyond what reverts
    expect(evidence.client?.lnM).toBeGreaterThan(Math.log(1_000));
    expect([evidence.lnM, evidence.lnS, evidence.unitsAt]).toEqual([0, 0, null]);
    expect(judgement).toMatchObject({ revert: null, back: null, kill: false, clear: false });
    const text =
      'browsers report that 48 of 300 users on the new version failed (16.0 %) against 54 of 5,700 (0.9 %) without it; ' +
      'the chance of this by luck is below 1 in 20; outcomes that anyone can send never revert';
    expect(judgement.pause).toEqual({ guard: 'outcomes/client', code: 'guard-client-outcomes', text });
    expect(judgement.readings.at(-1)).toEqual({
      ...{ key: 'outcomes/client', kind: 'client-outcomes', action: 'pause', verdict: 'fail', text },
    });
    expect(decide({ rollout, target: ours(5), evidence, judgement, at, tickMs: 1_000 })).toMatchObject({
      kind: 'pause',
      code: 'guard-client-outcomes',
    });
  });

  it('does not pause again what a person has resumed, and never blocks it', () => {
    const both = good.map((tick, i) => ({ ...tick, sent: [...(bad[i]?.sent ?? []), ...tick.sent.map(asApplication)] }));
    const { evidence, rollout, at, judgement } = last(course(planWith(), both));
    expect(judgement).toMatchObject({ pause: { guard: 'outcomes/client' }, passing: true, clear: true });
    const judged = judge(rollout, { ...evidence, overruled: ['outcomes/client'] }, at);
    expect(judged).toMatchObject({ pause: null, passing: true });
    const facts = { rollout, target: ours(5), evidence, judgement: judged, at, tickMs: 1_000 };
    expect(decide(facts)).toMatchObject({ kind: 'advance', percent: 50 });
  });

  it('is only shown where the guard observes, and not even read where no guard compares outcomes', () => {
    const observing = planWith({ guards: [{ kind: 'outcomes', key: 'errors', action: 'observe', tolerated: 1 }] });
    const seen = last(course(observing, bad)).judgement;
    expect(seen.pause).toBeNull();
    expect(seen.readings.at(-1)).toMatchObject({ key: 'errors/client', action: 'observe', verdict: 'pass' });
    expect(last(course(planWith({ guards: [] }), bad)).judgement).toMatchObject({ pause: null, readings: [] });
  });

  it('may fail so much more often as the guard tolerates', () => {
    const tolerant = planWith({ guards: [{ kind: 'outcomes', key: 'errors', action: 'revert', tolerated: 40 }] });
    expect(last(course(tolerant, bad)).judgement.pause).toBeNull();
    const doubled = planWith({ pauseAlpha: 1e-40, revertAlpha: 1e-40 });
    expect(last(course(doubled, bad)).judgement.pause).toBeNull();
  });

  it('reverts where the plan trusts it, and advances where all is well', () => {
    const trusting = planWith({ trustClientOutcomes: true });
    const failing = last(course(trusting, bad));
    expect(failing.evidence.client).toBeNull();
    expect(failing.judgement.revert).toContain('48 of 300 users on the new version failed');
    const fine = last(course(trusting, good));
    expect(fine.judgement).toMatchObject({ revert: null, clear: true, passing: true });
    expect(fine.evidence.unitsAt).toBe(fine.at);
    // the same without trust: nothing moves, for want of data
    const held = last(course(planWith(), good));
    expect(held.judgement).toMatchObject({ revert: null, pause: null, clear: false, passing: false });
    expect(held.judgement.readings.at(-1)).toMatchObject({ kind: 'client-outcomes', verdict: 'pass' });
  });

  it('begins anew after a step back, at half the chance', () => {
    const back = course(planWith(), [...bad.slice(0, 5), { ...tick(5, 8), next: 'back' }]).evidence;
    expect(back.client).toMatchObject({ lnM: 0, mixture: { spent: 0 } });
    expect(back.client?.totals.treatment.errors).toBe(48);
  });

  it('counts as one batch of each application, and leaves instances and open exposures alone', () => {
    const opened = [{ ...list('treatment', 0, 50, 3), opened: encodeHashes(UNITS) }];
    for (const trustClientOutcomes of [false, true]) {
      const { evidence, log } = course(planWith({ trustClientOutcomes }), [
        {
          sent: [
            { client: true, app: 'web', arms: opened },
            { client: true, app: 'ios', arms: opened },
          ],
          next: 'stay',
        },
      ]);
      expect(log.map(({ stratum }) => stratum)).toEqual(['ios/n', 'web/n']);
      expect([evidence.instances, evidence.open]).toEqual([{}, []]);
    }
  });
});
