import { addToSketch, createSketch, encodeSketch, murmur3 } from '@burgee/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SegmentUsage } from '../../domain/flag/segment-usage.ts';
import { minutesOf } from '../../domain/usage.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { PRODUCTION, PROJECT, seen } from '../testing-nouns.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());

function sketchOf(units: readonly string[]): string {
  const sketch = createSketch();
  for (const unit of units) addToSketch(sketch, murmur3(unit, 0));
  return encodeSketch(sketch);
}

async function report(sequence: number, sketches: readonly { flag: string; rule: string; registers: string }[], at = Date.now()) {
  const body = {
    ...{ schema: 1 as const, instance: 'segment-usage-test', sequence, sdk: 'test', app: 'shop', platform: 'node' },
    ...{ revision: null, spanMs: 0, work: null, rollouts: [], attributes: [], counts: [], sketches },
  };
  const where = { project: 'default', environment: 'production' };
  await server.store.ingest({ ...where, client: false, report: body, minutes: minutesOf(body, where, at) });
}

const unitsIn = async (segment: string) => {
  const { body } = await server.call<{ usage: SegmentUsage }>('GET', `${PROJECT}/segments/${segment}/usage`);
  return Object.fromEntries(body.usage.environments.map(({ environment, units }) => [environment, units]));
};

it('counts whom rules met that ask for the segment alone, each once, and knows nothing of others', async () => {
  const when = { attribute: 'plan', operator: 'in', values: ['pro'] };
  for (const key of ['staff', 'staff-abroad']) await server.call('POST', `${PROJECT}/segments`, { body: { key, when } });
  const rule = (id: string, more: object) => ({ id, percent: 10, serve: { variant: 'on' }, ...more });
  for (const flag of ['checkout', 'search']) await server.call('POST', `${PROJECT}/flags`, { body: { key: flag } });
  const rules = [
    rule('alone', { segments: [{ segment: 'staff' }] }),
    rule('outside', { segments: [{ segment: 'staff', negate: true }] }),
    rule('narrower', { segments: [{ segment: 'staff' }], when }),
    rule('abroad', { segments: [{ segment: 'staff-abroad' }] }),
  ];
  const saved = await server.call('PATCH', `${PRODUCTION}/checkout`, { body: { rules }, ...seen(1) });
  expect(saved.status).toBe(200);
  await server.call('PATCH', `${PRODUCTION}/search`, { body: { rules: [rules[0]] }, ...seen(1) });
  expect(await unitsIn('staff')).toEqual({ development: null, production: null });

  await report(1, [
    { flag: 'checkout', rule: 'alone', registers: sketchOf(['a', 'b', 'c']) },
    { flag: 'checkout', rule: 'outside', registers: sketchOf(['x', 'y', 'z', 'w']) },
    { flag: 'checkout', rule: 'narrower', registers: sketchOf(['n']) },
    { flag: 'checkout', rule: 'abroad', registers: sketchOf(['f']) },
    { flag: 'search', rule: 'alone', registers: sketchOf(['c', 'd']) },
  ]);
  await report(2, [{ flag: 'search', rule: 'alone', registers: sketchOf(['of last week']) }], Date.now() - 25 * 3600_000);
  expect(await unitsIn('staff')).toEqual({ development: null, production: 4 });
  expect(await unitsIn('staff-abroad')).toEqual({ development: null, production: 1 });
  expect((await server.call('GET', `${PROJECT}/segments/nobody/usage`)).status).toBe(404);
});
