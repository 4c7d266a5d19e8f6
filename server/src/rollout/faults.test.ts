import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { QueryGuard } from '../domain/guard/guard.ts';
import { replay, summary } from '../domain/guard/memory.ts';
import type { Change, Store } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { nextStage } from '../domain/rollout/rollout-decide.ts';
import { BURGEE, changeOf } from '../domain/rollout/rollout-transitions.ts';
import { createWorld, dice, type Fails, planWith, stage, type World } from './testing.ts';

const TICKS = Number(process.env.BURGEE_TICKS ?? 1_000);
const ROUNDS = Math.max(20, Math.round(TICKS / 25));
const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.2 : 0.01);
/** Many stages, so that there is much to skip or to take twice. */
const MANY = planWith({
  stages: Array.from({ length: 48 }, (_, i) => stage(2 * (i + 1), 'time', 2_000)),
});

/** Advances seen in the timeline, as the stages they led to. */
function stagesOf({ timeline }: Rollout): string[] {
  return timeline.filter(({ event }) => event === 'advanced').map(({ text }) => text);
}

function missing(): never {
  throw new TypeError('no answer');
}

/** The store, with a fault thrown before or after every n-th call of these methods. */
function faulty(store: Store, throwsAt: (call: number) => 'before' | 'after' | null): Store {
  let calls = 0;
  const wrap = <A extends unknown[], R>(run: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      calls += 1;
      const where = throwsAt(calls);
      if (where === 'before') throw new Error(`crash before call ${calls}`);
      const result = await run(...args);
      if (where === 'after') throw new Error(`crash after call ${calls}`);
      return result;
    };
  };
  return {
    ...store,
    getAll: wrap(store.getAll) as Store['getAll'],
    commit: wrap(store.commit),
    commitEach: (changes) => changes.map(wrap(async (change: Change) => (await store.commitEach([change])[0]) ?? missing())),
    unfoldedOf: wrap(store.unfoldedOf),
    unfolded: wrap(store.unfolded),
    batches: wrap(store.batches),
    claim: wrap(store.claim),
  };
}

describe('faults', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ seed: 11 });
    await world.addFlag('checkout');
  });
  afterEach(() => world.close());

  it(`advances once although two controllers want to, in ${TICKS} ticks`, async () => {
    const { id } = await world.startRollout(MANY);
    const random = dice(13);
    let refused = 0;
    // a process that stops in the middle of a step, and writes when it wakes: by then the other may hold the lease
    const LEASE = 2_500;
    const processes = ['one', 'two'].map((owner) => {
      const stalled: (() => void)[] = [];
      const store: Store = {
        ...world.store,
        commitEach: (changes) =>
          changes.map(async (change) => {
            if (random() < 0.1) await new Promise<void>((resolve) => stalled.push(resolve));
            return world.store.commit(change).catch((error: unknown) => {
              refused += 1;
              throw error;
            });
          }),
      };
      return { stalled, controller: world.controller(owner, store, LEASE) };
    });
    const tick = async () => {
      const rounds = processes.map(async ({ stalled, controller }) => {
        if (stalled.length === 0) return controller.tick();
        if (random() < 0.2) for (const wake of stalled.splice(0)) wake();
      });
      await Promise.race([Promise.all(rounds), new Promise((resolve) => setTimeout(resolve, 4))]);
      // whoever is in the middle of a step has turns of the event loop to end it in
      for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    let ticks = 0;
    let release = 1;
    let current = id;
    while (ticks < TICKS) {
      ticks += await world.run({
        id: current,
        tick,
        fails: HEALTHY,
        seconds: TICKS - ticks,
        requests: 100,
        until: ({ state }) => state === 'completed',
      });
      const rollout = await world.rollout(current);
      const steps = stagesOf(rollout);
      expect(new Set(steps).size).toBe(steps.length);
      expect(steps).toHaveLength(Math.min(rollout.stage, 47));
      if (rollout.state !== 'completed') break;
      await world.edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: 0 })) }));
      release += 1;
      current = (await world.startRollout(MANY, { release: `r${release}` })).id;
    }
    expect(refused).toBeGreaterThan(0);
    // the negative control: two that decide on what they read a moment ago and write it without a version
    let doubles = 0;
    const naive = await world.startRollout(planWith({ ...MANY, key: 'naive' }), { release: `r${release}` });
    for (let i = 0; i < 20; i++) {
      const read = await Promise.all(
        [0, 1].map(() => world.store.get('rollout', { project: 'default', environment: 'production', id: naive.id })),
      );
      for (const stored of read) {
        if (stored === undefined) continue;
        const now = await world.rollout(naive.id);
        const next = nextStage(now);
        if (now.stage !== stored.entity.stage) doubles += 1;
        const change = changeOf(next, {
          rollout: { ...stored, entity: now },
          state: await world.state(),
          actor: BURGEE,
          at: world.clock(),
        });
        await world.store.commit({
          ...change,
          writes: change.writes.map((write) => ({ ...write, basedOn: 'any' }) as Change['writes'][number]),
        });
      }
    }
    expect(doubles).toBeGreaterThan(0);
  });

  it(`skips and repeats nothing when it dies at any call, ${ROUNDS} times`, async () => {
    const { id } = await world.startRollout(MANY);
    const random = dice(5);
    let rounds = 0;
    while ((await world.rollout(id)).state === 'running' && rounds < 10 * ROUNDS) {
      rounds += 1;
      const dies = 1 + Math.floor(random() * 12);
      const where = random() < 0.5 ? 'before' : 'after';
      // the new process has the database for itself: a start takes over its own leases
      const controller = world.controller(
        'one',
        faulty(world.store, (call) => (call === dies ? where : null)),
      );
      await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 3, requests: 50 });
    }
    const rollout = await world.rollout(id);
    expect(rollout.state, rollout.reason?.text).toBe('completed');
    expect(rounds).toBeGreaterThan(Math.min(ROUNDS, 30));
    const steps = stagesOf(rollout);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps).toHaveLength(47);
    expect(await replayed(id)).toEqual(await stored(id));
  });

  it('ends reverted however a revert and an advance interleave', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await world.startRollout(planWith(), { release: `r${round}`, force: { reason: 'test' } });
      const random = dice(round);
      const controller = world.controller('one');
      await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 1 + Math.floor(random() * 6), requests: 50 });
      const pause = () => new Promise((resolve) => setImmediate(resolve));
      const revert = async () => {
        for (let i = Math.floor(random() * 4); i > 0; i--) await pause();
        for (let tries = 0; ; tries++) {
          try {
            return await world.order('revert', id);
          } catch (error) {
            if (!(error instanceof BurgeeError) || error.code !== 'conflict' || tries > 50) throw error;
          }
        }
      };
      world.pass(1_000);
      await world.send(await world.traffic(id, 50, HEALTHY));
      await Promise.all([controller.tick(), revert(), controller.tick()]);
      await controller.tick();
      expect(await world.rollout(id)).toMatchObject({ state: 'reverted', percent: 0 });
      expect((await world.state()).entity.rules[0]?.percent).toBe(0);
    }
  });

  const replayed = async (id: string) => {
    const rollout = await world.rollout(id);
    const memory = replay(rollout, evidenceOf(rollout), await world.store.batches(id));
    const { mixture, lnM, heaviest, totals } = summary(memory, rollout);
    return { mixture, lnM, heaviest, totals };
  };
  const stored = async (id: string) => {
    const { mixture, lnM, heaviest, totals } = evidenceOf(await world.rollout(id));
    return { mixture, lnM, heaviest, totals };
  };

  it('counts every report once, in any order, and equals a replay of its log bit by bit', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)] }));
    const controller = world.controller();
    const random = dice(3);
    let waiting: { part: Awaited<ReturnType<typeof world.traffic>>; sequence: number }[] = [];
    let sent = 0;
    for (let sequence = 1; sequence <= 60; sequence++) {
      waiting.push({ part: await world.traffic(id, 100, HEALTHY, 1_000), sequence });
      waiting.sort(() => random() - 0.5);
      const now = waiting.filter(() => random() < 0.5);
      for (const report of [...now, ...now.filter(() => random() < 0.5)])
        await world.send(report.part, { sequence: report.sequence });
      sent += now.length;
      waiting = waiting.filter((report) => !now.includes(report));
      world.pass(1_000);
      await controller.tick();
    }
    const log = await world.store.batches(id);
    expect(log.length).toBeGreaterThan(30);
    expect(await replayed(id)).toEqual(await stored(id));
    expect(sent).toBeGreaterThan(40);
    // another process finds the same and goes on from it
    await controller.stop();
    const next = world.controller('two');
    await world.send(await world.traffic(id, 100, HEALTHY, 1_000), { sequence: 1_000 });
    world.pass(1_000);
    await next.tick();
    expect(await replayed(id)).toEqual(await stored(id));
    // each unit erred at most once
    const all = await world.store.batches(id);
    const erred = all.reduce((sum, row) => sum + row.e1 + row.e0, 0);
    expect(erred).toBe((await stored(id)).totals.treatment.errors + (await stored(id)).totals.control.errors);
  });

  it('lowers the rule at once when the database cannot take the revert, and stores it later', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)] }));
    let full = true;
    const store: Store = {
      ...world.store,
      commit: async (change) => {
        if (full && change.breakLease !== undefined) throw new BurgeeError('storage', 'the disk is full');
        return world.store.commit(change);
      },
    };
    const controller = world.controller('one', store);
    await world.run({ id, tick: controller.tick, fails: BAD, seconds: 10, until: () => world.asserted.length > 0 });
    expect(world.asserted).toEqual([{ id: `revert-${id}`, flag: 'checkout', rule: 'everyone', percent: 0 }]);
    expect(world.settled).toEqual([]);
    expect((await world.rollout(id)).state).not.toBe('reverted');
    full = false;
    world.pass(1_000);
    await controller.tick();
    expect(await world.rollout(id)).toMatchObject({ state: 'reverted', percent: 0 });
    expect(world.settled).toEqual([`revert-${id}`]);
  });

  it('holds while a source is down, says so, and goes on when it is back', async () => {
    const guard: QueryGuard = {
      ...{ kind: 'query', key: 'errors', action: 'pause', source: 'prom', errors: 'e', total: 't', limit: 0.05 },
      ...{ windowMs: 2_000, lagMs: 0, maxAgeMs: 5_000 },
    };
    const source = {
      project: 'default',
      key: 'prom',
      name: 'Prom',
      type: 'json' as const,
      url: 'http://x',
      headers: [],
      timeoutMs: 1_000,
    };
    await world.store.commit({ environments: [], writes: [{ put: 'source', entity: source, basedOn: null }], audit: [] });
    const stages = [stage(5, 'time', 10_000), stage(50, 'time', 10_000), stage(60, 'manual', 0)];
    const { id } = await world.startRollout(planWith({ stages, guards: [...planWith().guards, guard] }));
    const controller = world.controller();
    const run = (seconds: number) => world.run({ id, tick: controller.tick, fails: HEALTHY, seconds, requests: 100 });
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
    await run(5);
    expect(await world.rollout(id)).toMatchObject({ state: 'running', percent: 5 });
    world.answers(() => ({ kind: 'unavailable', reason: 'connection refused' }));
    await run(4);
    expect(await world.rollout(id)).toMatchObject({ state: 'holding', reason: { code: 'source-unavailable' } });
    await run(60);
    const held = await world.rollout(id);
    expect(held).toMatchObject({ state: 'holding', percent: 5, reason: { code: 'source-unavailable' } });
    expect(held.timeline.filter(({ event }) => event === 'held')).toHaveLength(1);
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
    await run(10);
    expect(await world.rollout(id)).toMatchObject({ percent: 50 });
    for (const [answer, why] of [
      [{ errors: Number.NaN, total: 100 }, 'no-data'],
      [{ errors: 0, total: 0 }, 'no-data'],
      [{ errors: 200, total: 100 }, 'no-data'],
    ] as const) {
      world.answers((_, to) => ({ kind: 'ok', ...answer, asOf: to }));
      await run(5);
      expect(await world.rollout(id)).toMatchObject({ state: 'holding', reason: { code: why } });
    }
    world.answers((_, to) => ({ kind: 'ok', errors: 40, total: 100, asOf: to }));
    await run(10);
    expect(await world.rollout(id)).toMatchObject({ state: 'paused', reason: { code: 'guard-query' } });
    await world.order('resume', id, 'known problem elsewhere');
    await run(5);
    expect((await world.rollout(id)).state).not.toBe('paused');
  });

  it('is not delayed by another rollout that fails', async () => {
    await world.addFlag('other');
    const broken = await world.startRollout(planWith(), { flag: 'other' });
    const { id } = await world.startRollout(planWith());
    const store: Store = {
      ...world.store,
      batches: (rollout, after) => (rollout === broken.id ? new Promise(() => undefined) : world.store.batches(rollout, after)),
    };
    const controller = world.controller('one', store);
    const tick = () => {
      // the broken rollout's step never ends, so a whole round does not either
      void controller.tick();
      return new Promise<void>((resolve) => setTimeout(resolve, 5));
    };
    await world.run({ id, tick, fails: HEALTHY, seconds: 60, until: ({ state }) => state === 'completed' });
    expect((await world.rollout(id)).state).toBe('completed');
    expect((await world.rollout(broken.id)).percent).toBe(1);
    // the negative control: rollouts that wait for each other
    const naive = async () => {
      for (const rollout of [broken.id, id]) await store.batches(rollout);
      return 'done';
    };
    expect(await Promise.race([naive(), new Promise((resolve) => setTimeout(resolve, 20))])).toBeUndefined();
  });
});
