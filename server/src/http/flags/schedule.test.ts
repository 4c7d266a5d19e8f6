import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger, Store } from '../../domain/ports.ts';
import { createScheduler } from '../../schedule/scheduler.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { PRODUCTION, PROJECT } from '../testing-nouns.ts';
import { stateSubject, surroundings } from './state-subject.ts';

const SCHEDULE = `${PROJECT}/environments/production/schedule`;
const HOUR = 3_600_000;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const read = { subject: stateSubject, surroundings };

let server: TestServer;
let now = Date.UTC(2027, 0, 1);
const clock = () => now;
const schedulerOn = (store: Store) => createScheduler({ store, read, clock, log: silent });

beforeAll(async () => {
  server = await createTestServer({ clock });
});
afterAll(() => server.close());

interface View {
  readonly scheduled: { id: string; state: string; outcome: string | null; sentence: string; version: number };
}
const inAnHour = () => new Date(now + HOUR).toISOString();
/** A flag of its own for each test, with one rule at 5 %. */
async function flagOf(key: string): Promise<string> {
  await server.call('POST', `${PROJECT}/flags`, { body: { key } });
  const path = `${PRODUCTION}/${key}`;
  const rules = [{ id: 'r1', percent: 5, serve: { variant: 'on' } }];
  await server.call('PATCH', path, { body: { rules, enabled: true }, headers: { 'if-match': '"1"' } });
  return path;
}
const plan = (path: string, change: object, over: object = {}) =>
  server.call<View>('POST', `${path}/schedule`, { body: { at: inAnHour(), change, reason: 'the launch', ...over } });
const percentOf = async (path: string) =>
  (await server.call<{ state: { rules: { percent: number }[] } }>('GET', path)).body.state.rules[0]?.percent;
const TO_TEN = { kind: 'percent', rule: 'r1', percent: 10 };

describe('scheduled changes over HTTP', () => {
  it('are shown, wait, and are made at their time', async () => {
    const path = await flagOf('shown');
    const made = await plan(path, TO_TEN);
    expect(made.status).toBe(201);
    const { id } = made.body.scheduled;
    expect(made.body.scheduled.sentence).toMatch(/^To take rule r1 to 10 % at 2027-01-01 01:00 UTC, wanted by Olive Owner\.$/);
    const listed = await server.call<{ scheduled: { id: string }[] }>('GET', SCHEDULE);
    expect(listed.body.scheduled.map((one) => one.id)).toContain(id);
    const scheduler = schedulerOn(server.store);
    await scheduler.tick();
    expect(await percentOf(path)).toBe(5);
    now += HOUR;
    await scheduler.tick();
    expect(await percentOf(path)).toBe(10);
    const after = await server.call<View>('GET', `${SCHEDULE}/${id}`);
    expect(after.body.scheduled).toMatchObject({ state: 'applied', version: 2 });
    expect((await server.call<{ scheduled: object[] }>('GET', SCHEDULE)).body.scheduled).toEqual([]);
    const told = (await server.store.notices({ project: 'default', limit: 1 }))[0]?.notice;
    expect(told).toMatchObject({ event: 'schedule.applied', flag: 'shown', path: '/projects/default/flags/shown' });
  });

  it('can be cancelled, once, and are then not made', async () => {
    const path = await flagOf('cancelled');
    const { id } = (await plan(path, TO_TEN)).body.scheduled;
    expect((await server.call<View>('DELETE', `${SCHEDULE}/${id}`)).body.scheduled.state).toBe('cancelled');
    expect((await server.call('DELETE', `${SCHEDULE}/${id}`)).status).toBe(200);
    now += HOUR;
    await schedulerOn(server.store).tick();
    expect(await percentOf(path)).toBe(5);
    const listed = await server.call<{ scheduled: { state: string }[] }>('GET', `${path}/schedule`);
    expect(listed.body.scheduled.map(({ state }) => state)).toEqual(['cancelled']);
  });

  it('are refused at their time when the flag has moved, and say so everywhere', async () => {
    const path = await flagOf('moved');
    const { id } = (await plan(path, TO_TEN)).body.scheduled;
    await server.call('PUT', `${path}/rules/r1/percent`, { body: { percent: 7 } });
    now += HOUR;
    await schedulerOn(server.store).tick();
    expect(await percentOf(path)).toBe(7);
    expect((await server.call<View>('GET', `${SCHEDULE}/${id}`)).body.scheduled).toMatchObject({
      state: 'refused',
      outcome: 'Refused: the flag has moved since it was scheduled (rules).',
    });
    const [entry] = await server.store.audit({ object: 'flag/moved', limit: 1 });
    expect(entry).toMatchObject({ action: 'schedule.refused', environment: 'production' });
    const [notice] = await server.store.notices({ project: 'default', limit: 1 });
    expect(notice?.notice).toMatchObject({ event: 'schedule.refused', flag: 'moved' });
    expect((await server.call('DELETE', `${SCHEDULE}/${id}`)).status).toBe(409);
  });

  it('are made at once after the server was away, and say that they were late', async () => {
    const path = await flagOf('late');
    const { id } = (await plan(path, { kind: 'edit', edit: { enabled: false } })).body.scheduled;
    now += 5 * HOUR;
    await schedulerOn(server.store).tick();
    const { scheduled } = (await server.call<View>('GET', `${SCHEDULE}/${id}`)).body;
    expect(scheduled.outcome).toMatch(/4 hours late/);
  });

  it('are made only while who wanted them may still do it', async () => {
    const path = await flagOf('left');
    const editor = await server.person('editor');
    const viewer = await server.person('viewer');
    const body = { at: inAnHour(), change: TO_TEN, reason: 'the launch' };
    expect((await server.call('POST', `${path}/schedule`, { as: viewer, body })).status).toBe(403);
    const made = await server.call<View>('POST', `${path}/schedule`, { as: editor, body });
    const stored = await server.store.get('user', { id: editor.user.id });
    const gone = { ...editor.user, disabled: true };
    await server.store.commit({
      environments: [],
      writes: [{ put: 'user', entity: gone, basedOn: stored?.version ?? 0 }],
      audit: [],
    });
    now += HOUR;
    await schedulerOn(server.store).tick();
    const { scheduled } = (await server.call<View>('GET', `${SCHEDULE}/${made.body.scheduled.id}`)).body;
    expect(scheduled.state).toBe('refused');
    expect(await percentOf(path)).toBe(5);
  });

  it('stand still where their flag is deleted', async () => {
    const path = await flagOf('deleted');
    const { id } = (await plan(path, TO_TEN)).body.scheduled;
    await server.call('PATCH', `${PROJECT}/flags/deleted`, { body: { archived: true }, headers: { 'if-match': '"1"' } });
    expect((await server.call('DELETE', `${PROJECT}/flags/deleted`)).status).toBe(204);
    now += HOUR;
    await schedulerOn(server.store).tick();
    expect((await server.call<View>('GET', `${SCHEDULE}/${id}`)).body.scheduled.outcome).toMatch(/gone/);
  });

  it('name the field that is wrong, and change nothing', async () => {
    const path = await flagOf('wrong');
    const wrong: readonly (readonly [string, object])[] = [
      ['at', { at: 'tomorrow' }],
      ['at', { at: '2027-01-01T09:00:00' }],
      ['at', { at: '2020-01-01T09:00:00Z' }],
      ['at', { at: '2037-01-01T09:00:00Z' }],
      ['reason', { reason: ' ' }],
      ['change.kind', { change: { kind: 'delete' } }],
      ['percent', { change: { ...TO_TEN, percent: 100.0001 } }],
      ['change.edit', { change: { kind: 'edit', edit: { killed: null } } }],
      ['change', { change: { kind: 'edit', edit: {} } }],
      ['defaultVariant', { change: { kind: 'edit', edit: { defaultVariant: 'mauve' } } }],
    ];
    for (const [field, over] of wrong) {
      const answer = await plan(path, TO_TEN, over);
      const fields = (answer.body as unknown as { fields?: { field: string }[] }).fields ?? [];
      expect([answer.status, fields.map((one) => one.field)], JSON.stringify(over)).toEqual([
        400,
        [expect.stringContaining(field)],
      ]);
    }
    expect((await plan(path, { kind: 'percent', rule: 'r7', percent: 1 })).status).toBe(404);
    expect((await plan(`${PRODUCTION}/nowhere`, TO_TEN)).status).toBe(404);
    const stale = { body: { at: inAnHour(), change: TO_TEN, reason: 'x' }, headers: { 'if-match': '"1"' } };
    expect((await server.call('POST', `${path}/schedule`, stale)).status).toBe(412);
    expect((await server.call<{ scheduled: object[] }>('GET', `${path}/schedule`)).body.scheduled).toEqual([]);
  });
});

describe('two schedulers on one store', () => {
  /** Counts how often a change was made: audit entries of one flag. */
  const timesMade = async (key: string) =>
    (await server.store.audit({ object: `flag/${key}`, action: 'schedule.applied', limit: 50 })).length;

  it('make each change at most once, whatever the order of their steps', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (order, ticks) => {
        const key = `race-${++run}`;
        const path = await flagOf(key);
        await plan(path, TO_TEN, { at: new Date(now + HOUR - 2).toISOString() });
        await plan(path, { ...TO_TEN, percent: 20 }, { at: new Date(now + HOUR - 1).toISOString() });
        await plan(path, { kind: 'kill' }, { at: new Date(now + HOUR).toISOString() });
        now += HOUR;
        const reordered: Store = {
          ...server.store,
          get: (kind, id) => order.schedule(server.store.get(kind, id), 'get'),
          commit: (change) => order.scheduleFunction(server.store.commit)(change),
        };
        const both = [schedulerOn(reordered), schedulerOn(reordered)];
        const done = Promise.all(Array.from({ length: ticks }, () => both.map((one) => one.tick())).flat());
        await order.waitFor(done);
        expect(await timesMade(key)).toBe(3);
        expect(await percentOf(path)).toBe(20);
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  it('would make it twice if versions were not compared (the control)', async () => {
    const path = await flagOf('control');
    await plan(path, { kind: 'edit', edit: { defaultVariant: 'on' } });
    now += HOUR;
    const careless: Store = {
      ...server.store,
      commit: (change) =>
        server.store.commit({
          ...change,
          writes: change.writes.map((write) => ('put' in write ? { ...write, basedOn: 'any' as const } : write)),
        }),
    };
    await Promise.all([schedulerOn(careless).tick(), schedulerOn(careless).tick()]);
    expect(await timesMade('control')).toBe(2);
  });
});
