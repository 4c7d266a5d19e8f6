import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { Guard } from '../domain/guard/guard.ts';
import { recompute } from '../domain/guard/recompute.ts';
import type { HeldOverride, Store } from '../domain/ports.ts';
import { revertOverrideId } from '../domain/rollout/rollout-transitions.ts';
import { type Fails, planWith, stage } from './testing.ts';
import { createUndurableWorld, type UndurableWorld } from './testing-undurable.ts';

const HEALTHY: Fails = () => 0.01;
const BAD: Fails = (arm) => (arm === 'treatment' ? 0.06 : 0.01);
const STAGES = [stage(50, 'manual', 0)];
const OUTCOMES: Guard = { kind: 'outcomes', key: 'errors', action: 'kill', tolerated: 1 };
const QUERY: Guard = {
  ...{ kind: 'query', key: 'errors', action: 'kill', source: 'prom', errors: 'e', total: 't', limit: 0.02 },
  ...{ windowMs: 1_000, lagMs: 0, maxAgeMs: 5_000 },
};

/** How a database refuses; answers how it takes writes again. */
const REFUSALS: Readonly<Record<string, (connection: Database.Database) => () => void>> = {
  'a read-only database'(connection) {
    connection.pragma('query_only = ON');
    return () => connection.pragma('query_only = OFF');
  },
  'a database that another program has locked'(connection) {
    connection.pragma('busy_timeout = 5');
    const other = new Database(connection.name);
    other.exec('begin immediate');
    return () => {
      other.exec('rollback');
      other.close();
    };
  },
};
const READ_ONLY = REFUSALS['a read-only database'];

describe('a kill that the database does not take', () => {
  let server: UndurableWorld;
  beforeEach(async () => {
    server = await createUndurableWorld(29);
  });
  afterEach(() => server.close());

  /** A rollout whose guard asks for a kill in one tick of a database that refuses from then on. */
  async function wanted(guard: Guard, refuse = READ_ONLY) {
    const { world } = server;
    const { id } = await world.startRollout(planWith({ stages: STAGES, guards: [guard] }));
    let off: (() => void) | undefined;
    const store: Store = {
      ...world.store,
      async commit(change) {
        if (change.breakLease !== undefined) off ??= refuse?.(server.connection());
        return world.store.commit(change);
      },
    };
    const { tick } = world.controller('one', store, 10_000, server.started());
    await world.run({ id, tick, fails: HEALTHY, seconds: 4, requests: 300 });
    await world.run({ id, tick, fails: BAD, seconds: 20, requests: 300, until: () => off !== undefined });
    const decidedAt = world.clock();
    expect([...server.told.keys()]).toEqual([revertOverrideId(id)]);
    const [held] = server.started().pending();
    if (held === undefined) throw new Error('nothing is held');
    return { id, held, decidedAt, off: () => off?.() };
  }

  /** Another process on the same files, later, when other reports have come; what it makes of them in one tick. */
  async function restarted(id: string) {
    const { world } = server;
    for (let i = 0; i < 3; i++) await world.send(await world.traffic(id, 300, HEALTHY));
    world.pass(60_000);
    const store = server.reopened();
    await world.controller('one', store, 10_000, server.started()).tick();
    const rollout = await world.rollout(id);
    return { rollout, state: (await world.state()).entity, log: await store.batches(id) };
  }

  it.each(Object.keys(REFUSALS))('%s: it is revert and kill after a restart, for the reason that the guard had', async (name) => {
    const { id, held, decidedAt, off } = await wanted(OUTCOMES, REFUSALS[name]);
    expect(held).toMatchObject({ kill: true, decided: { at: decidedAt } });
    expect((await server.world.state()).entity.killed).toBeNull();
    off();
    const { rollout, state, log } = await restarted(id);
    const reason = held.why.text;
    expect(reason).toMatch(/users on the new version failed/);
    expect(rollout).toMatchObject({ state: 'reverted', percent: 0, reason: { code: 'evidence', text: reason } });
    expect(rollout.timeline.at(-1)).toMatchObject({ at: decidedAt, text: `Reverted to 0 % and killed the flag: ${reason}.` });
    expect(state.rules.map(({ percent }) => percent)).toEqual([0]);
    expect(state.killed).toEqual({ by: 'Burgee', at: server.world.clock(), reason });
    expect(server.told.size).toBe(0);
    // the rows that it was decided on, and none of the reports that came later
    expect(log.at(-1)?.at).toBe(decidedAt);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
  });

  it('is a revert only, and without its rows, where the file says no more (the control)', async () => {
    const { id, held, off } = await wanted(OUTCOMES);
    const { kill: _, decided: __, ...before } = held;
    await server.started().assert(before satisfies HeldOverride);
    off();
    const { rollout, state, log } = await restarted(id);
    expect(rollout).toMatchObject({ state: 'reverted', percent: 0 });
    expect(state.killed).toBeNull();
    expect(recompute(rollout, log).differences).toMatchObject([{ what: 'reverted', recomputed: 'no rows of that tick' }]);
  });

  it('goes by what a metric source had said, too, which nobody can be asked for again', async () => {
    const { world } = server;
    const source = { project: 'default', key: 'prom', name: 'Prom', type: 'json' as const, url: 'http://x', headers: [] };
    await world.store.commit({
      environments: [],
      writes: [{ put: 'source', entity: { ...source, timeoutMs: 1_000 }, basedOn: null }],
      audit: [],
    });
    let errors = 1;
    world.answers((_, to) => ({ kind: 'ok', errors: errors++ > 4 ? 60 : 1, total: 200, asOf: to }));
    const { id, held, off } = await wanted(QUERY);
    expect(Object.keys(held.decided?.queries ?? {})).toEqual(['errors']);
    world.answers(() => ({ kind: 'unavailable', reason: 'nobody answers' }));
    off();
    const { rollout, state, log } = await restarted(id);
    expect([rollout.state, state.killed?.reason]).toEqual(['reverted', held.why.text]);
    expect(recompute(rollout, log)).toMatchObject({ agrees: true, differences: [] });
    // the control: what the outcomes' log says alone
    const unasked = { ...rollout, evidence: { ...evidenceOf(rollout), queries: {} } };
    expect(recompute(unasked, log).agrees).toBe(false);
  });

  it('is stored without its rows when others have folded them since, and says so', async () => {
    const { id, off } = await wanted(OUTCOMES);
    off();
    const { world } = server;
    // a server whose file was lost, so that it goes on as if nothing had been asked for, on more that is well
    for (let i = 0; i < 20; i++) await world.send(await world.traffic(id, 1_000, HEALTHY));
    world.pass(11_000);
    await world.controller('two').tick();
    expect((await world.rollout(id)).state).not.toBe('reverted');
    const { rollout, state, log } = await restarted(id);
    expect([rollout.state, state.killed?.by]).toEqual(['reverted', 'Burgee']);
    expect(recompute(rollout, log).differences).toMatchObject([{ what: 'reverted', recomputed: 'no rows of that tick' }]);
  });

  it('gives way to a person who has taken the rule meanwhile', async () => {
    const { id, off } = await wanted(OUTCOMES);
    off();
    await server.world.edit((state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule, percent: 20 })) }));
    const { rollout, state } = await restarted(id);
    expect([rollout.state, state.killed, state.rules[0]?.percent]).toEqual([expect.not.stringMatching('reverted'), null, 20]);
    expect(server.told.size).toBe(0);
  });
});
