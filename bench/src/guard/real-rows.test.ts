import { describe, expect, it } from 'vitest';
import { createNoticed } from './noticed.ts';
import { planOf, stayingAt, timePlan } from './plans.ts';
import { BAD, HEALTHY, inWorld, percentOf, TIMED } from './real.ts';
import { outage } from './row-11.ts';
import { silence } from './row-12.ts';
import { ticksToRevert } from './row-13.ts';
import { life } from './row-14.ts';
import { persons } from './row-15.ts';
import { runAgain } from './row-16.ts';
import { startsAtOnce } from './row-17.ts';
import { refusedRevert } from './row-18.ts';
import { crashing } from './row-19.ts';
import { controllerCost } from './row-22.ts';

describe('rows on the real store and controller, few seeds', () => {
  it('11: holds while a source is down and goes on by itself', async () => {
    const run = await outage(1, 60_000);
    expect(run).toMatchObject({ reverts: 0, advances: 0, told: 1 });
    expect(run.heldAfter).toBeLessThanOrEqual(2);
    expect(run.goesOnAfter).toBeLessThanOrEqual(5);
    // the negative control: without the guard the same minute takes it up
    const advanced = await inWorld(1, async (world) => {
      const { id } = await world.startRollout(TIMED);
      await world.run({ id, tick: world.controller().tick, fails: HEALTHY, seconds: 70, requests: 50 });
      return (await world.rollout(id)).stage;
    });
    expect(advanced).toBeGreaterThan(0);
  });

  it('12: waits where nobody comes, and only time alone completes without anybody', async () => {
    expect(await silence(stayingAt(5), 120)).toEqual({ reverted: 0, moved: 0, waits: 1 });
    expect(await silence({ ...timePlan([5, 5], [50, 5]), guards: [] }, 30)).toMatchObject({ moved: 1 });
  });

  it('13: finds a fault although a third of the reads tell nothing, and no fault where there is none', async () => {
    const found = { bad: 0.06, seconds: 60 };
    expect(await ticksToRevert(1, { ...found, broken: 0.3 })).toBeLessThan(30);
    expect(await ticksToRevert(1, { bad: 0.01, broken: 0.3, seconds: 60 })).toBe(Number.POSITIVE_INFINITY);
    // the negative control: reads that never tell anything
    expect(await ticksToRevert(1, { ...found, broken: 1 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('14: is killed, and counts everything once', async () => {
    const stays = planOf([{ percent: 5, advance: 'manual', bakeMs: 0, maxHoldMs: 600_000 }]);
    const killed = await life({ plan: stays, fails: BAD, seconds: 60, killEvery: 3, wellFor: 15 }, 1);
    expect(killed).toMatchObject({ state: 'reverted', differs: 0, doubles: 0, twice: 0 });
    expect(killed.kills).toBeGreaterThan(0);
    const calm = await life({ plan: stays, fails: BAD, seconds: 60, killEvery: 0, wellFor: 15 }, 1);
    expect(killed.ended - calm.ended).toBeLessThanOrEqual(10);
    expect(calm.kills).toBe(0);
  }, 120_000);

  it('15: gives way to a person within a tick', async () => {
    for (const round of await persons(2, 6)) expect(round).toEqual({ ticks: expect.any(Number), overwritten: 0 });
    for (const { ticks } of await persons(3, 3)) expect(ticks).toBeLessThanOrEqual(1);
    // the negative control: nobody interferes, and the percent does not stay
    const moved = await inWorld(1, async (world) => {
      const { id } = await world.startRollout(TIMED);
      const before = await percentOf(world);
      await world.run({ id, tick: world.controller().tick, fails: HEALTHY, seconds: 30, requests: 50 });
      return (await percentOf(world)) - before;
    });
    expect(moved).toBeGreaterThan(0);
  });

  it('16: stays off when the pipeline runs again; another release may start', async () => {
    expect(await runAgain(5)).toEqual({ latched: 5, raised: 0 });
    const percent = await inWorld(1, async (world) => {
      const { id } = await world.startRollout(TIMED);
      await world.order('revert', id);
      await world.startRollout(TIMED, { release: 'r2' });
      return percentOf(world);
    });
    expect(percent).toBe(5);
  });

  it('17: makes one rollout of starts at once', async () => {
    expect(new Set(await startsAtOnce(10, 3))).toEqual(new Set([1]));
  });

  it('18: tells SDKs when it cannot store a revert, and calls it confirmed only when exposures have ended', async () => {
    const run = await refusedRevert(1, { refusesMs: 10_000, staleMs: 10_000, downMs: 30_000 });
    expect(run).toMatchObject({ storedAfter: 0, early: 0, told: 1 });
    expect(run.confirmedAfter).toBeLessThanOrEqual(30);
    // the notice waits for its target, and nothing waits for the notice
    expect(run).toMatchObject({ waited: 0, taken: 1, attempts: 2 });
    expect(run.deliveredAfter).toBeLessThanOrEqual(72);
  });

  it('18: would wait for a notice if it were told before it is stored (the control)', async () => {
    await inWorld(1, async (world) => {
      const noticed = await createNoticed(world, 1);
      const stays = planOf([{ percent: 50, advance: 'manual', bakeMs: 0, maxHoldMs: 600_000 }]);
      const { id } = await world.startRollout(stays);
      const { tick } = world.controller('one', noticed.tellsFirst(world.store));
      await noticed.hang();
      await world.send(await world.traffic(id, 1_000, BAD));
      world.pass(1_000);
      const ticking = tick();
      await noticed.arrives(2);
      expect((await world.rollout(id)).state).not.toBe('reverted');
      await noticed.close();
      await ticking;
      expect((await world.rollout(id)).state).toBe('reverted');
    });
  });

  it('19: sees a crash that nobody reports, and none where there is none', async () => {
    expect(await crashing(1, { crashes: true, seconds: 90 })).toBeLessThanOrEqual(60);
    expect(await crashing(1, { crashes: false, seconds: 60 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('22: runs', async () => {
    const { idle, busy } = await controllerCost(20, 2);
    expect(busy).toBeGreaterThan(0);
    expect(idle).toBeGreaterThanOrEqual(0);
  });
});
