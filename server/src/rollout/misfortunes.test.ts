import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { QueryGuard, Sample } from '../domain/guard/guard.ts';
import type { Change } from '../domain/ports.ts';
import { nextStage } from '../domain/rollout/rollout-decide.ts';
import { BURGEE, changeOf } from '../domain/rollout/rollout-transitions.ts';
import { createWorld, dice, planWith, stage, type World } from './testing.ts';

const ROUNDS = Math.max(20, Math.round(Number(process.env.BURGEE_TICKS ?? 1_000) / 25));
const SCOPE = { project: 'default', environment: 'production' };
const HEALTHY = () => 0.01;
const TIMED = planWith({ stages: [5, 20, 50, 80].map((percent) => stage(percent, 'time', 5_000)) });
const GUARD: QueryGuard = {
  ...{ kind: 'query', key: 'errors', action: 'pause', source: 'prom', errors: 'e', total: 't', limit: 0.05 },
  ...{ windowMs: 1_000, lagMs: 0, maxAgeMs: 5_000 },
};
const GUARDED = { ...TIMED, guards: [...TIMED.guards, GUARD] };

/** What systems answer that is no number of errors out of a number of requests. */
const UNKNOWN: Readonly<Record<string, (at: number) => unknown>> = {
  'no data': () => ({ kind: 'no_data', reason: 'empty vector' }),
  'two series': () => ({ kind: 'unavailable', reason: 'two series, wanted one' }),
  'an error': () => ({ kind: 'unavailable', reason: 'status 500', permanent: true }),
  'a time-out with a wish to be left alone': () => ({ kind: 'unavailable', reason: 'time-out', retryAfterMs: 5_000 }),
  ...Object.fromEntries(
    [
      [Number.NaN, 100],
      [1, Number.NaN],
      [0, 0],
      [-1, 100],
      [1, -100],
      [101, 100],
      [Number.POSITIVE_INFINITY, 100],
      [1, Number.POSITIVE_INFINITY],
      [null, 100],
      [1, null],
      ['NaN', 100],
      [undefined, undefined],
      [1e308, 1],
    ].map(([errors, total]) => [`${errors} of ${total}`, (at: number) => ({ kind: 'ok', errors, total, asOf: at })]),
  ),
  'stale data': (at) => ({ kind: 'ok', errors: 1, total: 100, asOf: at - 3_600_000 }),
  'data from the future': (at) => ({ kind: 'ok', errors: 1, total: 100, asOf: at + 3_600_000 }),
  'data without a time': () => ({ kind: 'ok', errors: 1, total: 100, asOf: Number.NaN }),
};

describe('misfortunes', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ seed: 37 });
    await world.addFlag('checkout');
    const source = { project: 'default', key: 'prom', name: 'Prom', type: 'json' as const, url: 'http://x', headers: [] };
    await world.store.commit({
      environments: [],
      writes: [{ put: 'source', entity: { ...source, timeoutMs: 1_000 }, basedOn: null }],
      audit: [],
    });
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
  });
  afterEach(() => world.close());

  it.each(Object.entries(UNKNOWN))('%s is unknown: it holds and never advances', async (_, answer) => {
    const { id } = await world.startRollout(GUARDED);
    const { tick } = world.controller();
    world.answers(() => answer(world.clock()) as Sample);
    await world.run({ id, tick, fails: HEALTHY, seconds: 40, requests: 50 });
    expect(await world.rollout(id)).toMatchObject({ state: 'holding', percent: 5 });
  });

  it('goes up on the same traffic when the source answers (the control)', async () => {
    const { id } = await world.startRollout(GUARDED);
    await world.run({ id, tick: world.controller().tick, fails: HEALTHY, seconds: 40, requests: 50 });
    expect((await world.rollout(id)).percent).toBeGreaterThan(5);
  });

  it('a source that comes and goes turns nothing around', async () => {
    const { id } = await world.startRollout(GUARDED);
    const { tick } = world.controller();
    const percents: number[] = [];
    for (let second = 0; second < 120; second++) {
      const up = second % 4 < 2;
      world.answers((_, to) =>
        up ? { kind: 'ok', errors: 1, total: 100, asOf: to } : { kind: 'unavailable', reason: 'connection refused' },
      );
      await world.run({ id, tick, fails: HEALTHY, seconds: 1, requests: 50 });
      percents.push((await world.rollout(id)).percent);
    }
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect((await world.rollout(id)).timeline.length).toBeLessThan(20);
  });

  it('an error spike takes it back within a window and five seconds', async () => {
    const guard: QueryGuard = { ...GUARD, action: 'revert' };
    const plan = { ...planWith({ stages: [stage(20, 'manual', 0)] }), guards: [guard] };
    for (let round = 0; round < ROUNDS / 4; round++) {
      const { id } = await world.startRollout(plan, { release: `r${round}` });
      const { tick } = world.controller();
      world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
      const run = (seconds: number) =>
        world.run({ id, tick, fails: HEALTHY, seconds, requests: 20, until: ({ state }) => state === 'reverted' });
      expect(await run(5 + (round % 7))).toBe(5 + (round % 7));
      world.answers((_, to) => ({ kind: 'ok', errors: 60, total: 100, asOf: to }));
      expect(await run(30)).toBeLessThanOrEqual(1 + 5);
      expect((await world.state()).entity.rules[0]?.percent).toBe(0);
    }
  });

  it(`a holder that wakes after its lease writes nothing, ${ROUNDS} of ${ROUNDS} times`, async () => {
    const { id } = await world.startRollout(TIMED);
    const outcomes = { late: 0, early: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [kind, slept] of [['late', 10_001] as const, ['early', 9_000] as const]) {
        const [claim] = await world.store.claim('one', 10_000, ['running']);
        if (claim === undefined) throw new Error('nothing was claimed');
        world.pass(slept);
        await world.store.claim('two', 10_000, ['running']);
        const write = { put: 'rollout' as const, entity: claim.rollout.entity, basedOn: claim.rollout.version };
        const fence = { rollout: id, owner: 'one', token: claim.token };
        const refused = await world.store
          .commit({ environments: [], writes: [write], audit: [], fence })
          .then(() => false)
          .catch((error: unknown) => error instanceof BurgeeError && error.code === 'conflict');
        if (refused) outcomes[kind] += 1;
        await world.store.release('one');
        await world.store.release('two');
      }
    }
    expect(outcomes).toEqual({ late: ROUNDS, early: 0 });
  });

  it('an advance that was decided before a revert comes too late, unless nothing is compared (the control)', async () => {
    const random = dice(41);
    for (let round = 0; round < ROUNDS / 2; round++) {
      const { id } = await world.startRollout(TIMED, { release: `r${round}` });
      const rollout = await world.store.get('rollout', { ...SCOPE, id });
      if (rollout === undefined) throw new Error('no rollout');
      const situation = { rollout, state: await world.state(), actor: BURGEE, at: world.clock() };
      const advance = changeOf(nextStage(rollout.entity), situation);
      await world.order('revert', id);
      world.pass(Math.floor(random() * 5_000));
      await expect(world.store.commit(advance)).rejects.toMatchObject({ code: 'conflict' });
      expect((await world.state()).entity.rules[0]?.percent).toBe(0);
      if (round > 0) continue;
      const writes = advance.writes.map((write) => ({ ...write, basedOn: 'any' }) as Change['writes'][number]);
      await world.store.commit({ ...advance, writes });
      expect((await world.state()).entity.rules[0]?.percent).toBe(20);
      await world.edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: 0 })) }));
      await world.order('revert', id);
    }
  });

  const ENDS: Readonly<Record<string, () => Promise<unknown>>> = {
    'an archived flag': async () => {
      const flag = await world.store.get('flag', { project: 'default', key: 'checkout' });
      if (flag === undefined) throw new Error('no flag');
      const write = { put: 'flag' as const, entity: { ...flag.entity, archived: true }, basedOn: flag.version };
      return world.store.commit({ environments: [SCOPE], writes: [write], audit: [] });
    },
    'a deleted flag': () =>
      world.store.commit({
        environments: [SCOPE],
        writes: [
          { remove: 'state', key: { ...SCOPE, flag: 'checkout' }, basedOn: 'any' },
          { remove: 'flag', key: { project: 'default', key: 'checkout' }, basedOn: 'any' },
        ],
        audit: [],
      }),
    'a flag that is off': () => world.edit((state) => ({ ...state, enabled: false })),
    'a removed rule': () => world.edit((state) => ({ ...state, rules: [] })),
  };

  it.each(Object.entries(ENDS))('%s ends it cleanly, with a line in the audit; another goes on (the control)', async (_, end) => {
    await world.addFlag('other');
    const other = await world.startRollout(TIMED, { flag: 'other' });
    const { id } = await world.startRollout(TIMED);
    const { tick } = world.controller();
    await world.run({ id, tick, fails: HEALTHY, seconds: 3, requests: 50 });
    await end();
    for (let i = 0; i < 12; i++) {
      world.pass(1_000);
      await tick();
    }
    expect((await world.rollout(id)).state).toBe('aborted');
    const entries = await world.store.audit({ object: `rollout/${id}`, limit: 10 });
    expect(entries.map(({ action }) => action)).toContain('rollout.aborted');
    expect((await world.rollout(other.id)).percent).toBeGreaterThan(5);
  });

  it('a deleted environment takes its rollouts with it, and the controller goes on', async () => {
    const { id } = await world.startRollout(TIMED);
    const { tick } = world.controller();
    await world.run({ id, tick, fails: HEALTHY, seconds: 3, requests: 50 });
    await world.store.commit({
      environments: [SCOPE],
      writes: [
        { remove: 'rollout', key: { ...SCOPE, id }, basedOn: 'any' },
        { remove: 'state', key: { ...SCOPE, flag: 'checkout' }, basedOn: 'any' },
        { remove: 'environment', key: { project: 'default', key: 'production' }, basedOn: 'any' },
      ],
      audit: [],
    });
    for (let i = 0; i < 5; i++) {
      world.pass(1_000);
      await tick();
    }
    expect(await world.store.list('rollout')).toEqual([]);
  });

  it('keeps its evidence through a commit that is refused, and counts nothing twice', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(50, 'manual', 0)] }));
    let refuses = false;
    const store = {
      ...world.store,
      commitEach: (changes: readonly Change[]) =>
        refuses ? changes.map(() => Promise.reject(new BurgeeError('storage', 'no'))) : world.store.commitEach(changes),
    };
    const { tick } = world.controller('one', store);
    for (let second = 0; second < 20; second++) {
      refuses = second % 3 === 1;
      await world.run({ id, tick, fails: HEALTHY, seconds: 1, requests: 100 });
    }
    refuses = false;
    await tick();
    const log = await world.store.batches(id);
    const { totals } = evidenceOf(await world.rollout(id));
    expect(log.reduce((sum, { e1, e0 }) => sum + e1 + e0, 0)).toBe(totals.treatment.errors + totals.control.errors);
    expect(await world.store.unfolded(id, 10)).toEqual([]);
  });
});
