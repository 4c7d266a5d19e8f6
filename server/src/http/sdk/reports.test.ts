import { addToSketch, createSketch, encodeHashes, encodeSketch, murmur3, type Report, unitHash } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastEvaluated, unitsIn, variantCounts } from '../../domain/usage.ts';
import { AT, createDeliveryServer, type DeliveryServer, percentRule, rolloutOn } from './testing.ts';

describe('POST /sdk/reports', () => {
  let server: DeliveryServer;
  let as: { token: string };
  let sequence = 0;
  const sketch = createSketch();
  for (let i = 0; i < 1000; i++) addToSketch(sketch, murmur3(`u${i}`, 0));
  const hashes = encodeHashes([unitHash('ro-ramped', 'a'), unitHash('ro-ramped', 'b')]);

  beforeAll(async () => {
    server = await createDeliveryServer();
    as = await server.token('server');
    await server.putFlag('ramped', { browserAccess: 'values' }, { rules: [percentRule('r', 5)] });
    await server.putFlag('hidden', {}, { rules: [percentRule('r', 5)] });
    await server.putSegment('eu', { attribute: 'country', operator: 'in', values: ['de'] });
    const entity = rolloutOn('ramped', 'r');
    await server.store.commit({ environments: [AT], writes: [{ put: 'rollout', entity, basedOn: null }], audit: [] });
  });
  afterAll(() => server.close());

  function report(more: Partial<Report> = {}): Report {
    return {
      schema: 1,
      instance: 'instance-0123456789',
      sequence: ++sequence,
      sdk: 'burgee-node/0.1.0',
      app: 'shop',
      platform: 'node',
      revision: null,
      spanMs: 1000,
      counts: [],
      sketches: [],
      work: null,
      attributes: [],
      rollouts: [],
      ...more,
    };
  }
  const send = (body: unknown, who: { token: string } = as) => server.call('POST', '/sdk/reports', { as: who, body });
  const rows = (series: string, subjectPrefix: string) =>
    server.store.minutes({ ...AT, from: 0, to: Number.MAX_SAFE_INTEGER, series, subjectPrefix });

  it('stores counts, sketches, work and attributes as minutes, once', async () => {
    const counts = [
      { flag: 'ramped', rule: 'r', variant: 'on', count: 3 },
      { flag: 'ramped', rule: null, variant: 'off', count: 97 },
    ];
    const sketches = [
      { flag: 'ramped', rule: 'r', registers: encodeSketch(sketch) },
      { segment: 'eu', registers: encodeSketch(sketch) },
    ];
    const work = { total: 10, failed: 1, latency: [0, 9, 1] };
    const body = report({ counts, sketches, work, attributes: ['plan', 'country'] });
    expect((await send(body)).status).toBe(202);
    expect((await send(body)).status).toBe(202);
    const found = await rows('count', 'flag/ramped/');
    expect(variantCounts(found)).toEqual(expect.arrayContaining(counts));
    expect(lastEvaluated(found)).toBe(found[0]?.minute);
    expect(unitsIn(await rows('sketch', 'flag/ramped/r'))).toBeGreaterThan(900);
    expect(unitsIn(await rows('sketch', 'segment/eu'))).toBeLessThan(1100);
    expect((await rows('work', 'app/shop'))[0]?.sums).toEqual([10, 1, 0, 9, 1]);
    expect((await rows('attribute', 'attribute/')).map(({ subject }) => subject)).toEqual([
      'attribute/country',
      'attribute/plan',
    ]);
  });

  it('keeps a rollout’s units for the fold, those of rollouts that are not here it counts', async () => {
    const arms = [{ arm: 'treatment' as const, percent: 5, opened: '', closed: hashes, failed: '', slow: [] }];
    const rollouts = [
      { rollout: 'ro-ramped', arms, unattributed: 2 },
      { rollout: 'unknown', arms, unattributed: 0 },
    ];
    expect((await send(report({ rollouts }))).status).toBe(202);
    const unfolded = await server.store.unfolded('ro-ramped', 10);
    expect(unfolded.map(({ client, part }) => [client, part])).toEqual([[false, rollouts[0]]]);
    expect(await server.store.unfolded('unknown', 10)).toEqual([]);
    expect((await server.deps.telemetry.render()).text).toMatch(/burgee_report_parts_unknown_total\{[^}]*\} 1/);
  });

  it('leaves out flags that do not exist, and for client keys everything that they cannot see', async () => {
    const counts = [
      { flag: 'nothing', rule: null, variant: 'off', count: 1 },
      { flag: 'hidden', rule: null, variant: 'off', count: 5 },
      { flag: 'ramped', rule: 'gone', variant: 'on', count: 5 },
      { flag: 'ramped', rule: 'r', variant: 'made-up', count: 5 },
    ];
    await send(report({ counts }), await server.token('client'));
    for (const prefix of ['flag/nothing', 'flag/hidden', 'flag/ramped/gone', 'flag/ramped/r/made-up'])
      expect(await rows('count', prefix)).toEqual([]);
    await send(report({ counts }));
    expect(await rows('count', 'flag/nothing')).toEqual([]);
    expect(await rows('count', 'flag/hidden')).toHaveLength(1);
    expect(await rows('count', 'flag/ramped/gone')).toHaveLength(1);
  });

  const arm = { arm: 'treatment', percent: 5, opened: '', closed: '', failed: '', slow: [] };
  it.each([
    ['an unknown field', { extra: 1 }, 'extra'],
    ['a negative count', { counts: [{ flag: 'f', rule: null, variant: 'on', count: -1 }] }, 'counts[0].count'],
    ['a count that is no integer', { counts: [{ flag: 'f', rule: null, variant: 'on', count: 1.5 }] }, 'counts[0].count'],
    ['a short instance', { instance: 'x' }, 'instance'],
    ['a sequence of 0', { sequence: 0 }, 'sequence'],
    [
      'no base64',
      { rollouts: [{ rollout: 'r', arms: [{ ...arm, closed: '*' }], unattributed: 0 }] },
      'rollouts[0].arms[0].closed',
    ],
    [
      'half a hash',
      { rollouts: [{ rollout: 'r', arms: [{ ...arm, failed: 'AAAA' }], unattributed: 0 }] },
      'rollouts[0].arms[0].failed',
    ],
    [
      'a percent over 100',
      { rollouts: [{ rollout: 'r', arms: [{ ...arm, percent: 101 }], unattributed: 0 }] },
      'rollouts[0].arms[0].percent',
    ],
    ['a short sketch', { sketches: [{ segment: 's', registers: 'AAAA' }] }, 'sketches[0].registers'],
    ['a sketch of nothing', { sketches: [{ registers: encodeSketch(createSketch()) }] }, 'sketches[0]'],
    ['more failed than total', { work: { total: 1, failed: 2, latency: [] } }, 'work'],
    ['too many buckets', { work: { total: 1, failed: 0, latency: Array(26).fill(0) } }, 'work.latency'],
    ['another schema', { schema: 2 }, 'schema'],
  ])('refuses %s and stores nothing', async (_, more, field) => {
    const { status, body } = await send({ ...report(), ...more });
    expect([status, body]).toMatchObject([400, { code: 'invalid', fields: [{ field }] }]);
  });

  it('takes a body of up to 1 MiB', async () => {
    const fill = (bytes: number) => JSON.stringify(report({ app: 'x'.repeat(bytes) }));
    const post = (body: string) =>
      fetch(`${server.url}/sdk/reports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${as.token}`, 'content-type': 'application/json' },
        body,
      });
    expect((await post(fill(1024 * 1024))).status).toBe(413);
    expect((await post(fill(1024 * 1024 - 1000))).status).toBe(400);
  });

  it('a server key that announces a revision of the future starts an epoch, a client key does not', async () => {
    const [{ revision } = { revision: { epoch: 0, n: 0 } }] = (await server.store.revisions()).filter(
      (row) => row.environment === AT.environment,
    );
    const ahead = { revision: { epoch: revision.epoch, n: revision.n + 5 } };
    await send(report(ahead), await server.token('client'));
    expect(await server.store.revisions()).toContainEqual({ ...AT, revision });
    await send(report(ahead));
    const next = { epoch: revision.epoch + 1, n: revision.n };
    expect(await server.store.revisions()).toContainEqual({ ...AT, revision: next });
    await send(report({ revision: { epoch: next.epoch, n: next.n + 5 } }));
    expect(await server.store.revisions()).toContainEqual({ ...AT, revision: next });
  });
});
