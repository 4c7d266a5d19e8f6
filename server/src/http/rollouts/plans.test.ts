import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from '../testing.ts';
import { planRoutes } from './plans.ts';

const PLANS = '/api/v1/projects/default/plans';
const stage = (percent: number, more: object = {}) => ({
  percent,
  advance: 'evidence',
  bakeMs: 60_000,
  maxHoldMs: 600_000,
  ...more,
});
interface Answer {
  readonly key: string;
  readonly version: number;
  readonly code: string;
  readonly fields: readonly { readonly field: string; readonly message: string }[];
  readonly plans: readonly { readonly key: string; readonly builtin: boolean }[];
}

describe('plans over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await createTestServer({ routes: planRoutes });
  });
  afterAll(() => server.close());
  const post = (body: object) => server.call<Answer>('POST', PLANS, { body });

  it('has four that nobody made and nobody can change', async () => {
    const { body } = await server.call<Answer>('GET', PLANS);
    expect(body.plans.map(({ key }) => key)).toEqual(['standard', 'cautious', 'fast', 'time-only']);
    expect((await post({ key: 'standard', name: 'Mine', stages: [stage(5)] })).body.code).toBe('exists');
    expect((await server.call<Answer>('DELETE', `${PLANS}/standard`)).body.code).toBe('in_use');
    expect((await server.call<Answer>('GET', `${PLANS}/standard`)).body.version).toBe(0);
  });

  it('makes, replaces and deletes one', async () => {
    const made = await post({ key: 'mine', name: 'Mine', stages: [stage(0.5), stage(99, { advance: 'time' })] });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ revertAlpha: 0.001, pauseAlpha: 0.05, rhoBad: 3, guards: [{ kind: 'outcomes' }] });
    const put = (version: string, name: string) =>
      server.call<Answer>('PUT', `${PLANS}/mine`, { body: { name, stages: [stage(5)] }, headers: { 'if-match': version } });
    expect((await put('"1"', 'Renamed')).body.version).toBe(2);
    expect((await put('"1"', 'Late')).status).toBe(412);
    const body = { name: 'Trusting', stages: [stage(5)], trustClientOutcomes: true };
    await server.call('PUT', `${PLANS}/mine`, { body, headers: { 'if-match': '"2"' } });
    expect((await server.call('GET', `${PLANS}/mine`)).body).toMatchObject({ name: 'Trusting', trustClientOutcomes: true });
    expect((await server.call('DELETE', `${PLANS}/mine`)).status).toBe(204);
    expect((await server.call('GET', `${PLANS}/mine`)).status).toBe(404);
  });

  it('names every wrong field at once', async () => {
    const query = { kind: 'query', key: 'outcomes', source: 'nope', errors: 'e', total: 't', limit: 2 };
    const { status, body } = await post({
      key: 'wrong',
      name: 'Wrong',
      stages: [stage(5.0001), stage(2), stage(101), stage(100, { maxHoldMs: 1 })],
      guards: [{ kind: 'outcomes', key: 'outcomes', action: 'kill', retries: 1, tolerated: 0.5 }, query],
      revertAlpha: 2,
      pauseAlpha: 0,
      rhoBad: 1,
      beta: 1,
      controlSample: 0,
    });
    expect(status).toBe(400);
    expect([...new Set(body.fields.map(({ field }) => field))].sort()).toEqual(
      [
        ...['stages[0].percent', 'stages[1].percent', 'stages[2].percent', 'stages[2].advance', 'stages[3].percent'],
        ...['stages[3].advance', 'stages[3].maxHoldMs', 'guards[0].retries', 'guards[0].tolerated', 'guards[1].key'],
        ...['guards[1].limit', 'guards[1].source', 'revertAlpha', 'pauseAlpha', 'rhoBad', 'beta', 'controlSample'],
      ].sort(),
    );
    expect((await post({ key: 'e', name: 'E', stages: [stage(5)], guards: [] })).body.fields[0]?.field).toBe('stages[0].advance');
    expect((await post({ key: 'e', name: 'E', stages: [] })).status).toBe(400);
    const timed = { key: 'e', name: 'E', stages: [stage(5, { advance: 'time' })], guards: [] };
    const trusting = await post({ ...timed, trustClientOutcomes: true });
    expect(trusting.body.fields[0]?.field).toBe('trustClientOutcomes');
    expect((await post({ ...timed, trustClientOutcomes: 'yes' })).body.fields[0]?.field).toBe('trustClientOutcomes');
    expect((await post({ key: 'e', name: 'E', stages: [stage(5)], extra: 1 })).status).toBe(400);
    expect((await server.call<Answer>('GET', PLANS)).body.plans).toHaveLength(4);
  });
});
