import { addToSketch, createSketch, encodeSketch, murmur3 } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../domain/rollout/rollout.ts';
import { minutesOf } from '../../domain/usage.ts';
import { rolloutRoutes } from '../rollouts/rollouts.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { NOUN_ROUTES, PRODUCTION, PROJECT } from '../testing-nouns.ts';

let server: TestServer;
let at: number;
const MINUTE = 60_000;

beforeAll(async () => {
  server = await createTestServer({ routes: [...NOUN_ROUTES, ...rolloutRoutes] });
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'checkout' } });
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'check' } });
  const sketch = createSketch();
  for (let n = 0; n < 5; n++) addToSketch(sketch, murmur3(`u${n}`, 0));
  const report = {
    ...{ schema: 1 as const, instance: 'usage-test-instance', sequence: 1, sdk: 'test', app: 'shop', platform: 'node' },
    ...{ revision: null, spanMs: 0, work: null, rollouts: [], attributes: [] },
    counts: [{ flag: 'checkout', rule: 'r1', variant: 'on', count: 12 }],
    sketches: [{ flag: 'checkout', rule: 'r1', registers: encodeSketch(sketch) }],
  };
  at = Date.now();
  const where = { project: 'default', environment: 'production' };
  await server.store.ingest({ ...where, client: false, report, minutes: minutesOf(report, where, at) });
});
afterAll(() => server.close());

describe('what applications reported', () => {
  type Usage = {
    usage: { minutes: { counts: unknown[] }[]; day: { counts: unknown[]; units: object[] }; lastEvaluated: number | null };
  };

  it('is told of one flag, and what nobody reported is not there', async () => {
    const { body } = await server.call<Usage>('GET', `${PRODUCTION}/checkout/usage`);
    expect(body.usage.minutes.map(({ counts }) => counts)).toEqual([[{ rule: 'r1', variant: 'on', count: 12 }]]);
    expect(body.usage.day.units).toEqual([{ rule: 'r1', units: 5 }]);
    expect(body.usage.lastEvaluated).toBe(Math.floor(at / MINUTE) * MINUTE);
    const other = await server.call<Usage>('GET', `${PRODUCTION}/check/usage`);
    expect(other.body.usage).toMatchObject({ minutes: [], day: { counts: [], units: [] }, lastEvaluated: null });
    expect((await server.call('GET', `${PRODUCTION}/nobody/usage`)).status).toBe(404);
    const refused = await server.call<{ fields: { field: string }[] }>('GET', `${PRODUCTION}/checkout/usage?minutes=0`);
    expect([refused.status, refused.body.fields[0]?.field]).toEqual([400, 'query.minutes']);
  });

  it('tells what failed in a rollout by arm, and that nothing was counted outside of one', async () => {
    type Outcomes = { usage: { outcomes: object[] } };
    const start = { body: { flag: 'checkout', release: 'v42', plan: 'fast' } };
    const at = `${PROJECT}/environments/production/rollouts`;
    const { rollout } = (await server.call<{ rollout: { id: string } }>('POST', at, start)).body;
    const told = async (query = '') => (await server.call<Outcomes>('GET', `${PRODUCTION}/checkout/usage${query}`)).body.usage;
    const quiet = { rollout: rollout.id, release: 'v42', state: 'running', endedAt: null, minutes: [] };
    expect((await told()).outcomes).toMatchObject([{ ...quiet, state: expect.stringMatching(/pending|running/) }]);
    const counts = { n1: 100, e1: 4, n0: 900, e0: 9 };
    const batch = (seq: number, agoMs: number): Batch => ({
      ...{ rollout: rollout.id, seq, at: Date.now() - agoMs, stage: 0, percent: 10, stratum: 'shop/node', ...counts, w: 0.1 },
      ...{ lnM: 0, lnS: 0, state: null, erred: '', seen1: '', seen0: '' },
    });
    const batches = [batch(1, 3 * 3_600_000), batch(2, 5 * MINUTE), batch(3, 5 * MINUTE)];
    await server.store.commit({ environments: [], writes: [], audit: [], fold: { reports: [], batches } });
    expect((await told()).outcomes).toMatchObject([{ minutes: [{ n1: 200, e1: 8, n0: 1800, e0: 18 }] }]);
    expect((await told('?minutes=1')).outcomes).toMatchObject([{ minutes: [] }]);
    expect((await server.call<Outcomes>('GET', `${PRODUCTION}/check/usage`)).body.usage.outcomes).toEqual([]);
  });

  it('is in the rows of the list and of one flag, where it happened', async () => {
    type Row = { flag: { key: string }; states: { state: { environment: string }; lastEvaluated: number | null }[] };
    const { body } = await server.call<{ flags: Row[] }>('GET', `${PROJECT}/flags`);
    const told = ({ flag, states }: Row) => [
      flag.key,
      ...states.map((row) => [row.state.environment, row.lastEvaluated !== null]),
    ];
    expect(body.flags.map(told)).toEqual([
      ['check', ['development', false], ['production', false]],
      ['checkout', ['development', false], ['production', true]],
    ]);
    const one = await server.call<Row>('GET', `${PROJECT}/flags/checkout`);
    expect(told(one.body)).toEqual(told(body.flags[1] as Row));
  });
});

describe('who can own flags', () => {
  it('is told by id and name to whoever reads flags, and nothing else of them', async () => {
    const { cookie } = await server.person('viewer', { name: 'Vera' });
    const { body, text } = await server.call<{ owners: object[] }>('GET', `${PROJECT}/owners`, { as: { cookie } });
    expect(body.owners).toEqual([
      { id: 'owner', name: 'Olive Owner', disabled: false },
      { id: expect.any(String), name: 'Vera', disabled: false },
    ]);
    expect(text).not.toMatch(/@|scrypt|admin/);
  });
});
