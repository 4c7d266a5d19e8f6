import { encodeHashes, unitHash } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../domain/rollout/rollout.ts';
import type { RolloutView } from '../../domain/rollout/rollout-view.ts';
import { flagRoutes } from '../flags/flags.ts';
import { openapiRoute } from '../frame/openapi.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { evidenceRoutes } from './rollout-evidence.ts';
import { rolloutRoutes } from './rollouts.ts';

const PRODUCTION = '/api/v1/projects/default/environments/production';
const AT = Date.UTC(2026, 10, 23, 6);
const STRATA = ['=cmd|calc!A0', '+1', '-1', '@sum', '\tshop', 'a "b", c', 'two\nlines', 'shop/node'];
const COLUMNS = 'seq,at,stage,percent,stratum,n1,e1,n0,e0,w,lnM,lnS,client,seen1,seen0,wanted';
const SLOW = { n1: 9, e1: 2, n0: 900, e0: 40 };
const unitsOf = (n: number) => encodeHashes(Array.from({ length: n }, (_, unit) => unitHash('r', `u${unit}`)));

describe('evidence', () => {
  let server: TestServer;
  let path = '';
  beforeAll(async () => {
    server = await createTestServer({ routes: [...flagRoutes, ...rolloutRoutes] });
    await server.call('POST', '/api/v1/projects/default/flags', { body: { key: 'checkout' } });
    const { body } = await server.call<{ rollout: RolloutView }>('POST', `${PRODUCTION}/rollouts`, {
      body: { flag: 'checkout', release: 'r1', plan: 'fast' },
    });
    path = `${PRODUCTION}/rollouts/${body.rollout.id}`;
    const batches = STRATA.map((stratum, i): Batch => {
      const counts = { n1: 10, e1: 0, n0: 990, e0: i, w: 0.01, lnM: -0.00995033 * i, lnS: 0.02 * i };
      const client = i === 7 ? { client: true } : {};
      const latency = {
        weight: 0,
        lines: [
          { ...SLOW, exact: true },
          { ...SLOW, e1: i, exact: false },
        ],
        crossed: [],
      };
      const state = { tick: i + 1, weight: 0, since: AT, inStage: true, exact: false, ...client, ...(i === 6 && { latency }) };
      const known = { state, erred: '', seen1: unitsOf(i), seen0: unitsOf(2 * i) };
      return { rollout: body.rollout.id, seq: i + 1, at: AT + i * 1_000, stage: 0, percent: 1, stratum, ...counts, ...known };
    });
    await server.store.commit({ environments: [], writes: [], audit: [], fold: { reports: [], batches } });
  });
  afterAll(() => server.close());

  it('is JSON unless CSV is asked for', async () => {
    const { body, headers } = await server.call<{ batches: Record<string, unknown>[] }>('GET', `${path}/evidence`);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('vary')).toContain('Accept');
    expect(body.batches).toHaveLength(STRATA.length);
    expect(Object.keys(body.batches[0] ?? {}).join()).toBe(`${COLUMNS},slow`);
    expect(body.batches[1]).toMatchObject({ seq: 2, at: AT + 1_000, stratum: '+1', e0: 1, lnM: -0.00995033, client: false });
    expect(body.batches[7]).toMatchObject({ stratum: 'shop/node', client: true });
    for (const [i, row] of body.batches.entries()) expect(row).toMatchObject({ seen1: i, seen0: 2 * i, wanted: 0.01 });
    // what each cut-off counted, and nothing that only a replay reads
    expect(body.batches.map(({ slow }) => slow)).toEqual([
      ...Array.from({ length: 6 }, () => []),
      [SLOW, { ...SLOW, e1: 6 }],
      [],
    ]);
    for (const accept of ['*/*', 'application/json, text/csv;q=0.5', 'image/png'])
      expect((await server.call('GET', `${path}/evidence`, { headers: { accept } })).headers.get('content-type')).toMatch(/json/);
    const won = await server.call('GET', `${path}/evidence?format=json`, { headers: { accept: 'text/csv' } });
    expect(won.headers.get('content-type')).toBe('application/json');
    const wrong = await server.call('GET', `${path}/evidence?format=xml`);
    expect([wrong.status, wrong.body]).toMatchObject([400, { fields: [{ field: 'query.format' }] }]);
  });

  it('is a table that no spreadsheet runs', async () => {
    const { text, headers } = await server.call('GET', `${path}/evidence?format=csv`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="evidence-[\w-]+\.csv"$/);
    const time = (i: number) => `2026-11-23T06:00:0${i}.000Z`;
    const row = (i: number, stratum: string) =>
      `${i + 1},${time(i)},0,1,${stratum},10,0,990,${i},0.01,${i === 0 ? 0 : -0.00995033 * i},${0.02 * i},${i === 7},${i},${2 * i},0.01,${i === 6 ? '9,2,900,40,9,6,900,40' : ',,,,,,,'}`;
    const slow = [1, 2].flatMap((cutoff) => ['n1', 'e1', 'n0', 'e0'].map((name) => `slow${cutoff}_${name}`));
    const strata = ["'=cmd|calc!A0", "'+1", "'-1", "'@sum", "'\tshop", '"a ""b"", c"', '"two\nlines"', 'shop/node'];
    expect(text).toBe([`${COLUMNS},${slow.join()}`, ...strata.map((stratum, i) => row(i, stratum)), ''].join('\r\n'));
    const accepted = await server.call('GET', `${path}/evidence`, { headers: { accept: 'application/json;q=0.5, text/csv' } });
    expect(accepted.text).toBe(text);
  });

  it('is replayed: what nobody decided does not agree', async () => {
    const { status, body } = await server.call('GET', `${path}/replay`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ agrees: false, batches: STRATA.length });
    expect((body.differences as { what: string }[]).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['rows', 'weight', 'lnM', 'lnS']),
    );
    const { body: other } = await server.call<{ rollout: RolloutView }>('POST', `${PRODUCTION}/rollouts`, {
      body: { flag: (await another()).key, release: 'r1', plan: 'fast' },
    });
    expect((await server.call('GET', `${PRODUCTION}/rollouts/${other.rollout.id}/replay`)).body).toEqual({
      agrees: true,
      batches: 0,
      decisions: 0,
      differences: [],
    });
    for (const part of ['evidence', 'replay'])
      expect((await server.call('GET', `${PRODUCTION}/rollouts/nope/${part}`)).status).toBe(404);
  });

  it('is described', async () => {
    const answer = await openapiRoute(evidenceRoutes).handle({} as never);
    const { paths } = (await (answer as Response).json()) as { paths: Record<string, { get: { responses: object } }> };
    const [evidence] = Object.values(paths);
    expect(evidence?.get.responses).toMatchObject({
      200: { content: { 'application/json': {}, 'text/csv': { schema: { type: 'string' } } } },
    });
    expect(JSON.stringify(evidence)).toContain('Treatment units at risk');
  });

  async function another(): Promise<{ key: string }> {
    await server.call('POST', '/api/v1/projects/default/flags', { body: { key: 'quiet' } });
    return { key: 'quiet' };
  }
});
