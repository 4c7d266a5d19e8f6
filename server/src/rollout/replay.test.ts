import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LineState, replay } from '../domain/guard/memory.ts';
import { recompute } from '../domain/guard/recompute.ts';
import type { Batch, Rollout } from '../domain/rollout/rollout.ts';
import { createWorld, type Fails, planWith, stage, type World } from './testing.ts';

const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.04 : 0.01);
const ended = ({ endedAt }: Rollout) => endedAt !== null;

/** The log of one rollout that a controller looked after, every decision its own. */
async function logOf(
  world: World,
  flag: string,
  input: { plan?: Parameters<typeof planWith>[0]; fails: Fails; seconds: number; between?: (id: string) => Promise<void> },
): Promise<{ rollout: Rollout; log: Batch[] }> {
  await world.addFlag(flag);
  const { id } = await world.startRollout(planWith(input.plan), { flag });
  const { tick } = world.controller();
  const run = () => world.run({ id, tick, fails: input.fails, seconds: input.seconds, until: ended });
  await run();
  if (input.between) {
    await input.between(id);
    await run();
  }
  return { rollout: await world.rollout(id), log: await world.store.batches(id) };
}

const two = { stages: [stage(5, 'evidence', 2_000), stage(50, 'evidence', 2_000)] };

describe('a replay of the batch log', () => {
  let world: World;
  let good: { rollout: Rollout; log: Batch[] };
  let bad: { rollout: Rollout; log: Batch[] };
  beforeAll(async () => {
    world = await createWorld({ seed: 11 });
    good = await logOf(world, 'good', { fails: HEALTHY, seconds: 200 });
    bad = await logOf(world, 'bad', { plan: two, fails: BAD, seconds: 60 });
  });
  afterAll(() => world.close());

  it('agrees with a rollout that completed, every advance on evidence made again', () => {
    expect(good.rollout.state).toBe('completed');
    expect(recompute(good.rollout, good.log)).toEqual({
      agrees: true,
      batches: good.log.length,
      decisions: 3,
      differences: [],
    });
  });

  it('agrees with a revert, in its tick', () => {
    expect(bad.rollout.state).toBe('reverted');
    expect(recompute(bad.rollout, bad.log)).toMatchObject({ agrees: true, decisions: 1, differences: [] });
    const late = bad.rollout.timeline.map((event) => (event.event === 'reverted' ? { ...event, at: event.at + 1_000 } : event));
    const { differences } = recompute({ ...bad.rollout, timeline: late }, bad.log);
    expect(differences).toMatchObject([{ what: 'reverted', seq: bad.log.length, recorded: null, recomputed: 'revert' }]);
  });

  it('agrees after an edit, a page, a resume and the revert', async () => {
    await world.addFlag('edited');
    const { id } = await world.startRollout(planWith(two), { flag: 'edited' });
    const { tick } = world.controller();
    const run = (seconds: number) => world.run({ id, tick, fails: BAD, seconds, until: ended });
    await run(2);
    await world.edit((found) => ({ ...found, rules: found.rules.map((rule) => ({ ...rule, percent: 20 })) }), 'edited');
    await run(20);
    await world.order('resume', id);
    await run(20);
    const rollout = await world.rollout(id);
    const log = await world.store.batches(id);
    expect(rollout.timeline.map(({ event }) => event)).toEqual(['started', 'paused', 'evidence', 'resumed', 'reverted']);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true });
    const unpaged = rollout.timeline.filter(({ event }) => event !== 'evidence');
    expect(recompute({ ...rollout, timeline: unpaged }, log).agrees).toBe(false);
  });

  it('agrees with a pause on evidence that a person overruled', async () => {
    const plan = {
      ...two,
      pauseAlpha: 0.05,
      guards: [{ kind: 'outcomes', key: 'errors', action: 'pause', tolerated: 1 }],
    } as const;
    const { rollout, log } = await logOf(world, 'overruled', {
      plan,
      fails: BAD,
      seconds: 20,
      between: (id) => world.order('resume', id),
    });
    const events = rollout.timeline.map(({ event }) => event);
    expect(events.filter((event) => event === 'paused')).toHaveLength(1);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true });
    const unpaused = { ...rollout, timeline: rollout.timeline.filter(({ event }) => event !== 'paused') };
    expect(recompute(unpaused, log).differences[0]).toMatchObject({ what: 'paused', recomputed: 'pause' });
  });

  it('agrees with steps back, and with the revert after the last of them', async () => {
    const guards = [{ kind: 'outcomes', key: 'errors', action: 'back', tolerated: 1, coolDownMs: 5_000, retries: 1 }] as const;
    const stages = [stage(5, 'time', 1_000), stage(20, 'evidence', 2_000), stage(50, 'evidence', 2_000)];
    const { rollout, log } = await logOf(world, 'back', { plan: { guards, stages }, fails: BAD, seconds: 90 });
    const events = rollout.timeline.map(({ event }) => event);
    expect(events.filter((event) => event === 'stepped-back').length, events.join()).toBeGreaterThan(0);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    const unstepped = { ...rollout, timeline: rollout.timeline.filter(({ event }) => event !== 'stepped-back') };
    expect(recompute(unstepped, log).agrees).toBe(false);
  });

  it('agrees where each stage has a risk set of its own', async () => {
    const { rollout, log } = await logOf(world, 'anew', { plan: { freshRiskSet: true }, fails: HEALTHY, seconds: 200 });
    expect(rollout.state).toBe('completed');
    expect(recompute(rollout, log)).toMatchObject({ agrees: true });
  });

  it('agrees with nothing', () => {
    const fresh = { ...good.rollout, evidence: null, timeline: good.rollout.timeline.slice(0, 1) };
    expect(recompute(fresh, [])).toEqual({ agrees: true, batches: 0, decisions: 0, differences: [] });
  });

  const at = (log: readonly Batch[], i: number, change: (row: Batch) => Partial<Batch>): Batch[] =>
    log.map((row, k) => (k === i ? { ...row, ...change(row) } : row));
  const state = (row: Batch, change: Partial<LineState>) => ({ state: { ...(row.state as LineState), ...change } });

  it.each<[string, (log: readonly Batch[]) => Batch[], string]>([
    [
      'an error taken away',
      (log) =>
        at(
          log,
          log.findIndex(({ e1 }) => e1 > 0),
          ({ e1 }) => ({ e1: e1 - 1 }),
        ),
      'lnM',
    ],
    ['a unit more', (log) => at(log, 2, ({ n1 }) => ({ n1: n1 + 1 })), 'w'],
    ['ln M one part in a million higher', (log) => at(log, 3, ({ lnM }) => ({ lnM: lnM + 1e-6 })), 'lnM'],
    ['ln S of one row', (log) => at(log, 3, ({ lnS }) => ({ lnS: lnS + 1e-6 })), 'lnS'],
    ['another start weight', (log) => at(log, 0, (row) => state(row, { weight: 0.4 })), 'weight'],
    ['another form of the test', (log) => at(log, 1, (row) => state(row, { exact: true })), 'exact'],
    ['a row lost', (log) => log.filter((_, i) => i !== 2), 'seq'],
    ['the last row lost', (log) => log.slice(0, -1), 'rows'],
    ['people lost', (log) => at(log, 0, () => ({ seen1: '' })), 'totals.treatment.units'],
    ['a row that cannot be read', (log) => at(log, 1, () => ({ state: null })), 'log'],
    ['a weight that cannot be', (log) => at(log, 1, (row) => state(row, { weight: 2 })), 'log'],
  ])('finds %s', (_, tamper, what) => {
    for (const { rollout, log } of [good, bad]) {
      const { agrees, differences } = recompute(rollout, tamper(log));
      expect(agrees).toBe(false);
      expect(differences.map((difference) => difference.what)).toContain(what);
    }
  });

  it('finds a decision that nothing asked for, and one that was not taken', () => {
    const [first] = good.log;
    const reverted = { at: (first?.at ?? 0) + 1, event: 'reverted', text: 'Reverted to 0 %: so.', actor: 'Burgee' };
    expect(recompute({ ...good.rollout, timeline: [...good.rollout.timeline, reverted] }, good.log).differences).toMatchObject([
      { what: 'reverted', recorded: 'Reverted to 0 %: so.', recomputed: 'no rows of that tick' },
    ]);
    const went = { ...bad.rollout, timeline: bad.rollout.timeline.filter(({ event }) => event !== 'reverted') };
    expect(recompute(went, bad.log).differences).toMatchObject([{ what: 'reverted', recorded: null, recomputed: 'revert' }]);
    const early = good.rollout.timeline.map((event) =>
      event.text.includes('from 5 %') ? { ...event, at: event.at - 2_000 } : event,
    );
    expect(recompute({ ...good.rollout, timeline: early }, good.log).differences[0]).toMatchObject({ what: 'advanced' });
  });

  it('leaves the process where the controller had it', () => {
    const { process } = replay(bad.rollout, bad.rollout.evidence as never, bad.log);
    expect(process.mixture).toEqual((bad.rollout.evidence as { mixture: unknown }).mixture);
  });
});
