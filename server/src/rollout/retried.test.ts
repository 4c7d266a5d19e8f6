import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import { recompute } from '../domain/guard/recompute.ts';
import type { Change, Store } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { createWorld, dice, type Fails, planWith, stage, type World } from './testing.ts';

const ROUNDS = Math.max(10, Math.round(Number(process.env.BURGEE_TICKS ?? 1_000) / 100));
const KEY = { project: 'default', environment: 'production' };
const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.2 : 0.01);
const PLAN = planWith({ stages: [10, 30, 60, 90].map((percent) => stage(percent, 'manual', 0)) });

/** What comes between a revert's decision and its commit. */
const RACES: Readonly<Record<string, (world: World, rollout: Rollout) => Promise<unknown>>> = {
  'a pause': (world, { id }) => world.order('pause', id),
  'a pause and a resume': async (world, { id }) => {
    await world.order('pause', id);
    await world.order('resume', id);
  },
  'an advance': (world, { id }) => world.order('advance', id),
  'another rule of the flag': (world, { flag }) =>
    world.edit(
      (state) => ({ ...state, rules: [...state.rules, { id: 'late', percent: 5, by: 'default', serve: { variant: 'on' } }] }),
      flag,
    ),
  'a rule that is not ours': (world, { flag, rule }) =>
    world.edit(
      (state) => ({ ...state, rules: state.rules.map((one) => (one.id === rule ? { ...one, percent: 33 } : one)) }),
      flag,
    ),
  'a revert by hand': (world, { id }) => world.order('revert', id),
  'more reports': async (world, { id }) => world.send(await world.traffic(id, 300, BAD)),
  'another process, which decides the same': async (world) => {
    world.pass(11_000);
    await world.controller('two').tick();
  },
  'another process, which has seen more': async (world, { id }) => {
    world.pass(11_000);
    for (let i = 0; i < 5; i++) await world.send(await world.traffic(id, 3_000, HEALTHY));
    const two = world.controller('two');
    await two.tick();
    await two.stop();
  },
  'a refusal': async () => {
    throw new BurgeeError('storage', 'sqlite: database or disk is full (SQLITE_FULL)');
  },
};

/** As a retry was: with the evidence that is stored, and no rows. */
async function bare(store: Store, change: Change): Promise<Change> {
  const { fold: _, ...rest } = change;
  const writes = change.writes.map(async (write): Promise<Change['writes'][number]> => {
    if (!('put' in write) || write.put !== 'rollout') return write;
    const found = await store.get('rollout', { ...KEY, id: write.entity.id });
    return { ...write, entity: { ...write.entity, evidence: found?.entity.evidence ?? null } };
  });
  return { ...rest, writes: await Promise.all(writes) };
}

describe('a revert that meets other writes', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ seed: 23 });
  });
  afterAll(() => world.close());

  /** A bad release whose revert meets these races, one at each try; what is stored in the end. */
  async function meets(races: readonly string[], flag: string, kept: 'rows' | 'no rows' = 'rows') {
    await world.addFlag(flag);
    const { id } = await world.startRollout(PLAN, { flag });
    const due = [...races];
    let tries = 0;
    const store: Store = {
      ...world.store,
      async commit(change) {
        if (change.breakLease !== id) return world.store.commit(change);
        const race = due.shift();
        world.pass(3);
        if (race !== undefined) await RACES[race]?.(world, await world.rollout(id));
        tries += 1;
        return world.store.commit(kept === 'rows' || tries === 1 ? change : await bare(world.store, change));
      },
    };
    const controller = world.controller('one', store);
    await world.run({ id, tick: controller.tick, fails: HEALTHY, seconds: 3, requests: 200 });
    const reverted = ({ state }: Rollout) => state === 'reverted';
    await world.run({ id, tick: controller.tick, fails: BAD, seconds: 20, requests: 500, until: reverted });
    await controller.stop();
    const rollout = await world.rollout(id);
    return { rollout, tries, log: await world.store.batches(id) };
  }

  it.each(Object.keys(RACES))('agrees with its log after %s', async (race) => {
    const { rollout, log } = await meets([race], `after-${Object.keys(RACES).indexOf(race)}`);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    if (race.includes('not ours')) expect([rollout.state, rollout.reason?.code]).toEqual(['paused', 'edited']);
    else expect(rollout.state).toBe('reverted');
    const { seq } = evidenceOf(rollout);
    expect(seq).toBe(log.length);
  });

  it(`agrees with its log however many of them it meets, ${ROUNDS} times`, async () => {
    const random = dice(31);
    const names = Object.keys(RACES).filter((name) => !name.includes('not ours'));
    let [late, wrong] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const races = Array.from({ length: 1 + Math.floor(random() * 3) }, () => names[Math.floor(random() * names.length)] ?? '');
      const { rollout, log, tries } = await meets(races, `round-${round}`);
      expect(rollout.state, races.join()).toBe('reverted');
      expect(recompute(rollout, log).differences, races.join()).toEqual([]);
      if (tries > 1) late += 1;
      // the negative control: whoever reads anew and stores what it finds, without the rows
      const naive = await meets(races, `naive-${round}`, 'no rows');
      const { differences } = recompute(naive.rollout, naive.log);
      if (differences.some(({ recomputed }) => recomputed === 'no rows of that tick')) wrong += 1;
    }
    expect(late).toBeGreaterThan(ROUNDS / 4);
    expect(wrong).toBeGreaterThan(ROUNDS / 4);
  });

  it.each(['storage', 'conflict'] as const)('is stored without its rows where they alone are refused (%s)', async (code) => {
    const flag = `refused-${code}`;
    await world.addFlag(flag);
    const { id } = await world.startRollout(PLAN, { flag });
    const store: Store = {
      ...world.store,
      async commit(change) {
        if (change.breakLease === id && change.fold !== undefined) throw new BurgeeError(code, 'these rows are not taken');
        return world.store.commit(change);
      },
    };
    const { tick } = world.controller('one', store);
    await world.run({ id, tick, fails: BAD, seconds: 60, requests: 100, until: ({ state }) => state === 'reverted' });
    const rollout = await world.rollout(id);
    expect(rollout).toMatchObject({ state: 'reverted', percent: 0 });
    expect(recompute(rollout, await world.store.batches(id)).differences).toMatchObject([{ recomputed: 'no rows of that tick' }]);
  });
});
