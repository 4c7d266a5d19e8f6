import { encodeHashes, type RolloutReport, unitHash } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import { isClientRow } from '../domain/guard/memory.ts';
import { recompute } from '../domain/guard/recompute.ts';
import { ENDED, type Plan } from '../domain/rollout/rollout.ts';
import { createWorld, type Fails, planWith, SILENT, stage, type World } from './testing.ts';

const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.3 : 0.01);
const PLAN: Partial<Plan> = { stages: [stage(5, 'evidence', 2_000), stage(50, 'evidence', 2_000)], pauseAlpha: 0.05 };

describe('a rollout that browsers report of', () => {
  let world: World;
  let errors: unknown[];
  beforeEach(async () => {
    errors = [];
    world = await createWorld({ seed: 3, log: { ...SILENT, error: (...line) => void errors.push(line) } });
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  /** Seconds in which applications (null: none do) and browsers report. */
  async function run(id: string, tick: () => Promise<void>, of: { apps: Fails | null; browsers: Fails | null; seconds: number }) {
    for (let second = 0; second < of.seconds; second++) {
      if (of.apps) await world.send(await world.traffic(id, 600, of.apps));
      if (of.browsers) {
        const part = await world.traffic(id, 400, of.browsers);
        await world.send(part, { instance: 'browser-0000000001', app: 'web', client: true });
      }
      world.pass(1_000);
      await tick();
      if (ENDED.has((await world.rollout(id)).state)) return;
    }
  }
  const eventsOf = async (id: string) => (await world.rollout(id)).timeline.map(({ event }) => event);

  it('pauses when only they see it fail, goes on when a person says so, and agrees with its log', async () => {
    const { id } = await world.startRollout(planWith(PLAN));
    const { tick } = world.controller();
    await run(id, tick, { apps: HEALTHY, browsers: BAD, seconds: 12 });
    const paused = await world.rollout(id);
    expect(paused).toMatchObject({ state: 'paused', percent: 5, reason: { code: 'guard-client-outcomes' } });
    expect(paused.reason?.text).toMatch(/^browsers report that .* outcomes that anyone can send never revert$/);
    const log = await world.store.batches(id);
    expect(new Set(log.map(isClientRow))).toEqual(new Set([false, true]));
    expect(recompute(paused, log)).toMatchObject({ agrees: true, differences: [] });

    await world.order('resume', id);
    await run(id, tick, { apps: HEALTHY, browsers: BAD, seconds: 60 });
    const done = await world.rollout(id);
    expect(await eventsOf(id)).toEqual(['started', 'paused', 'resumed', 'advanced', 'completed']);
    expect(recompute(done, await world.store.batches(id))).toMatchObject({ agrees: true, differences: [] });

    // the control: a row of theirs that is changed, or a pause that nothing asked for, is seen
    const changed = log.map((row) => (isClientRow(row) && row.e1 > 0 ? { ...row, e1: row.e1 - 1 } : row));
    expect(recompute(paused, changed).agrees).toBe(false);
    const unpaused = { ...paused, timeline: paused.timeline.filter(({ event }) => event !== 'paused') };
    expect(recompute(unpaused, log).differences[0]).toMatchObject({ what: 'paused', recorded: null });
    const quiet = log.filter((row) => !isClientRow(row)).map((row, i) => ({ ...row, seq: i + 1 }));
    expect(recompute(paused, quiet).differences.map(({ what }) => what)).toContain('paused');
  });

  it('neither reverts nor moves by them alone, and does both where the plan trusts them', async () => {
    const { id } = await world.startRollout(planWith(PLAN));
    const { tick } = world.controller();
    await run(id, tick, { apps: null, browsers: () => 1, seconds: 5 });
    await run(id, tick, { apps: null, browsers: BAD, seconds: 15 });
    expect(await world.rollout(id)).toMatchObject({ state: 'paused', percent: 5 });
    await world.order('revert', id);

    await world.addFlag('trusting');
    const plan = planWith({ ...PLAN, trustClientOutcomes: true });
    const failing = await world.startRollout(plan, { flag: 'trusting' });
    await run(failing.id, tick, { apps: null, browsers: BAD, seconds: 15 });
    const reverted = await world.rollout(failing.id);
    expect(reverted).toMatchObject({ state: 'reverted', percent: 0, reason: { code: 'evidence' } });
    expect(recompute(reverted, await world.store.batches(failing.id))).toMatchObject({ agrees: true });

    await world.addFlag('fine');
    const fine = await world.startRollout(plan, { flag: 'fine' });
    await run(fine.id, tick, { apps: null, browsers: HEALTHY, seconds: 90 });
    const completed = await world.rollout(fine.id);
    expect(completed.state).toBe('completed');
    expect(evidenceOf(completed)).toMatchObject({ client: null, instances: {} });
    await world.addFlag('untrusted');
    const untrusted = await world.startRollout(planWith(PLAN), { flag: 'untrusted' });
    await run(untrusted.id, tick, { apps: null, browsers: HEALTHY, seconds: 90 });
    expect(await world.rollout(untrusted.id)).toMatchObject({ state: 'holding', percent: 5, reason: { code: 'no-data' } });
  });

  it('is in other hands what it was, their strand too', async () => {
    const { id } = await world.startRollout(planWith({ ...PLAN, stages: [stage(5, 'manual', 0), stage(50, 'manual', 0)] }));
    const one = world.controller('one');
    await run(id, one.tick, { apps: HEALTHY, browsers: HEALTHY, seconds: 5 });
    await one.stop();
    const before = evidenceOf(await world.rollout(id));
    const two = world.controller('two');
    await run(id, two.tick, { apps: HEALTHY, browsers: HEALTHY, seconds: 5 });
    const after = await world.rollout(id);
    expect(evidenceOf(after).client?.totals.treatment.units).toBeGreaterThan(before.client?.totals.treatment.units ?? 0);
    expect(recompute(after, await world.store.batches(id))).toMatchObject({ agrees: true });
    expect(errors).toEqual([]);
    await two.stop();
  });

  it('reverts in the same second when a crowd of them floods it', async () => {
    const secondsTo = async (flood: number) => {
      const fresh = await createWorld({ seed: 9 });
      await fresh.addFlag('checkout');
      const { id } = await fresh.startRollout(planWith(PLAN));
      const { tick } = fresh.controller();
      let seconds = 0;
      while (seconds < 40 && (await fresh.rollout(id)).state !== 'reverted') {
        const closed = encodeHashes(Array.from({ length: 20 }, (_, i) => unitHash(id, `${seconds}/${i}`)));
        const arm = { arm: 'treatment' as const, percent: 5, opened: closed, closed, failed: '', slow: [] };
        if (flood > 0) await sendMany(fresh, Array(flood).fill({ rollout: id, arms: [arm], unattributed: 9 }));
        await fresh.send(await fresh.traffic(id, 500, (side) => (side === 'treatment' ? 0.06 : 0.01)));
        fresh.pass(1_000);
        await tick();
        seconds += 1;
      }
      const { lnM, unattributed, totals, open } = evidenceOf(await fresh.rollout(id));
      await fresh.close();
      return { seconds, lnM, unattributed, totals, open };
    };
    const alone = await secondsTo(0);
    expect(alone.seconds).toBeGreaterThan(3);
    expect(alone.seconds).toBeLessThan(40);
    expect(await secondsTo(3_000)).toEqual(alone);
  });

  /** One request stands for many: each part is a report to the fold. */
  async function sendMany(to: World, parts: readonly RolloutReport[]): Promise<void> {
    const identity = { instance: 'browser-0000000002', sequence: to.clock(), sdk: 'x', app: 'web', platform: 'b' };
    const rest = { revision: null, spanMs: 1, counts: [], sketches: [], work: null, attributes: [], rollouts: parts };
    const scope = { project: 'default', environment: 'production' };
    await to.store.ingest({ ...scope, client: true, minutes: [], report: { schema: 1, ...identity, ...rest } });
  }

  it('is not confirmed by them: what a browser shows nobody has seen', async () => {
    const { id } = await world.startRollout(planWith(PLAN));
    const { tick } = world.controller();
    await run(id, tick, { apps: BAD, browsers: null, seconds: 15 });
    expect((await world.rollout(id)).state).toBe('reverted');
    const after = async (client: boolean) => {
      for (let second = 0; second < 20; second++) {
        await world.send(await world.traffic(id, 50, HEALTHY), { client, instance: `instance-000000001${client}` });
        world.pass(1_000);
        await tick();
      }
      return (await world.rollout(id)).confirmedAt;
    };
    expect(await after(true)).toBeNull();
    expect(await after(false)).not.toBeNull();
  });
});
