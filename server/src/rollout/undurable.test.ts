import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BurgeeError } from '../domain/errors.ts';
import type { Store } from '../domain/ports.ts';
import { revertOverrideId } from '../domain/rollout/rollout-transitions.ts';
import { ADA, planWith, stage, type World } from './testing.ts';
import { createUndurableWorld, FORGETFUL, type UndurableWorld } from './testing-undurable.ts';

const ROUNDS = Math.max(3, Math.round(Number(process.env.BURGEE_TICKS ?? 1_000) / 333));
const KEY = { project: 'default', environment: 'production' };
const PLAN = planWith({ stages: [stage(50, 'manual', 0)] });

/** What keeps the database from taking a revert: on, and off again. `wrap` stands between the controller and the store. */
interface Fault {
  readonly wrap?: (store: Store, isOn: () => boolean) => Store;
  readonly on?: (connection: Database.Database) => () => void;
}

const refusing = (commit: (store: Store, change: Parameters<Store['commit']>[0]) => ReturnType<Store['commit']>): Fault => ({
  wrap: (store, isOn) => ({ ...store, commit: (change) => (isOn() ? commit(store, change) : store.commit(change)) }),
});

const FAULTS: Readonly<Record<string, Fault>> = {
  'a read-only database': {
    on(connection) {
      connection.pragma('query_only = ON');
      return () => connection.pragma('query_only = OFF');
    },
  },
  'a database that another program has locked': {
    on(connection) {
      connection.pragma('busy_timeout = 5');
      const other = new Database(connection.name);
      other.exec('begin immediate');
      return () => {
        other.exec('rollback');
        other.close();
      };
    },
  },
  'a full disk': refusing(async () => {
    throw new BurgeeError('storage', 'sqlite: database or disk is full (SQLITE_FULL)');
  }),
  'a store that throws what nobody expects': refusing(async () => {
    throw new TypeError('cannot read properties of undefined');
  }),
  'a commit whose answer is lost': refusing(async (store, change) => {
    await store.commit(change);
    throw new BurgeeError('storage', 'the connection was reset');
  }),
  'a commit that is never answered': refusing(() => new Promise(() => undefined)),
};

describe('a revert that the database does not take', () => {
  let server: UndurableWorld;
  let world: World;
  let told: UndurableWorld['told'];
  beforeEach(async () => {
    server = await createUndurableWorld(17);
    ({ world, told } = server);
  });
  afterEach(() => server.close());
  const started = () => server.started();

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`${name}: SDKs are told at once, never that it is durable, and it is finished after a restart`, async () => {
      const rounds = name.includes('never') ? 1 : ROUNDS;
      for (let round = 0; round < rounds; round++) {
        const { id } = await world.startRollout(PLAN, { release: `r${round}`, force: { reason: 'test' } });
        let isOn = false;
        const store = fault.wrap?.(world.store, () => isOn) ?? world.store;
        const before = world.controller('one', store, 10_000, started());
        await before.tick();
        await world.send(await world.traffic(id, 1_000, (arm) => (arm === 'treatment' ? 0.3 : 0.01)));
        world.pass(1_000);
        isOn = true;
        const off = fault.on?.(server.connection());
        await before.tick();
        const asserted = { id: revertOverrideId(id), flag: 'checkout', rule: 'everyone', percent: 0 };
        expect(told.get(asserted.id)).toEqual(asserted);
        if (!name.includes('lost')) expect((await world.rollout(id)).state).toBe('holding');
        // a restart while it lasts: told again before anything else, and nothing moves up meanwhile
        told.clear();
        const after = world.controller('one', store, 10_000, started());
        expect(told.get(asserted.id)).toEqual(asserted);
        if (!name.includes('never')) await after.tick();
        isOn = false;
        off?.();
        world.pass(1_000);
        await after.tick();
        expect(await world.rollout(id)).toMatchObject({ state: 'reverted', percent: 0 });
        expect(told.size).toBe(0);
        expect(started().pending()).toEqual([]);
      }
    });
  }

  it('remembers who wanted it and why: a revert by hand of a completed rollout, too', async () => {
    const { id } = await world.startRollout(PLAN);
    await world.order('advance', id);
    expect((await world.rollout(id)).state).toBe('completed');
    const asked = { ...KEY, override: { id: revertOverrideId(id), flag: 'checkout', rule: 'everyone', percent: 0 } };
    const why = { actor: ADA, text: 'wrong prices' };
    await started().assert({ ...asked, why });
    // the negative control: without the file nobody knows of it after a restart
    await world.controller('one', world.store, 10_000, FORGETFUL).tick();
    expect((await world.rollout(id)).state).toBe('completed');
    await world.controller('one', world.store, 10_000, started()).tick();
    const { state, timeline } = await world.rollout(id);
    expect([state, timeline.at(-1)?.text]).toEqual(['reverted', 'Reverted to 0 % by Ada: wrong prices']);
    expect(told.size).toBe(0);
  });

  it('holds while it waits: no advance although the evidence is in', async () => {
    const { id } = await world.startRollout(planWith({ stages: [stage(1, 'time', 1_000), stage(50, 'time', 1_000)] }));
    const overrides = started();
    const why = { actor: ADA, text: 'wrong prices' };
    await overrides.assert({
      ...KEY,
      override: { id: revertOverrideId(id), flag: 'checkout', rule: 'everyone', percent: 0 },
      why,
    });
    let refused = 0;
    const store: Store = {
      ...world.store,
      commit: async (change) => {
        if (change.breakLease === undefined) return world.store.commit(change);
        refused += 1;
        throw new BurgeeError('read_only', 'sqlite: the database is read-only');
      },
    };
    const { tick } = world.controller('one', store, 10_000, overrides);
    await world.run({ id, tick, fails: () => 0.01, seconds: 10, requests: 100 });
    expect(await world.rollout(id)).toMatchObject({ state: 'running', percent: 1 });
    expect(refused).toBe(10);
  });
});
