import type { Report } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attribute } from '../../domain/flag/attributes.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { PRODUCTION, PROJECT, seen } from '../testing-nouns.ts';

let server: TestServer;
let now = 1_800_000_000_000;
beforeAll(async () => {
  server = await createTestServer({ clock: () => now });
});
afterAll(() => server.close());

const MINUTE = 60_000;
const attributes = async (environment = 'production') => {
  const { body } = await server.call<{ attributes: Attribute[] }>('GET', `${PROJECT}/environments/${environment}/attributes`);
  return body.attributes;
};
let sequence = 0;
async function report(names: readonly string[]): Promise<void> {
  sequence += 1;
  const body: Report = {
    ...{ schema: 1, instance: 'instance-0123456789', sequence, sdk: 'burgee-node/0.1.0', app: 'shop', platform: 'node' },
    ...{ revision: null, spanMs: 0, counts: [], sketches: [], work: null, attributes: names, rollouts: [] },
  };
  const answer = await server.call('POST', '/sdk/reports', { as: await server.token('server'), body });
  expect(answer.status).toBe(202);
}

describe('attributes', () => {
  it('are what SDKs of that environment reported, since when, and what its conditions compare', async () => {
    expect(await attributes()).toEqual([]);
    const first = Math.floor(now / MINUTE) * MINUTE;
    await report(['plan', 'country', 'ünïcode "x"/y']);
    now += 5 * MINUTE;
    await report(['plan']);
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'a' } });
    const rules = [
      {
        percent: 5,
        serve: { variant: 'on' },
        by: 'company',
        when: { attribute: 'plan', operator: 'in', values: ['pro'] },
      },
    ];
    await server.call('PATCH', `${PRODUCTION}/a`, { body: { rules }, ...seen(1) });
    await server.call('POST', `${PROJECT}/segments`, {
      body: { key: 'old', when: { attribute: 'age', operator: 'num_gt', values: [65] } },
    });
    const age: Attribute = { name: 'age', reportedAt: null, types: ['number'] };
    expect(await attributes()).toEqual([
      age,
      { name: 'company', reportedAt: null, types: ['string', 'number'] },
      { name: 'country', reportedAt: first, types: [] },
      { name: 'plan', reportedAt: first + 5 * MINUTE, types: ['string'] },
      { name: 'ünïcode "x"/y', reportedAt: first, types: [] },
    ]);
    expect(await attributes('development')).toEqual([age]);
  });

  it('are no longer those of an archived flag', async () => {
    expect((await server.call('PATCH', `${PROJECT}/flags/a`, { body: { archived: true }, ...seen(1) })).status).toBe(200);
    const found = await attributes();
    expect(found.map(({ name }) => name)).not.toContain('company');
    expect(found.find(({ name }) => name === 'plan')?.types).toEqual([]);
  });

  it('are there for pipelines of the environment, and for no SDK', async () => {
    const path = `${PROJECT}/environments/production/attributes`;
    expect((await server.call('GET', path, { as: await server.token('pipeline') })).status).toBe(200);
    expect((await server.call('GET', path, { as: await server.token('pipeline', { environment: 'development' }) })).status).toBe(
      403,
    );
    expect((await server.call('GET', path, { as: await server.token('server') })).status).toBe(403);
  });

  it('need an environment that is there', async () => {
    const answer = await server.call('GET', `${PROJECT}/environments/nowhere/attributes`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', detail: expect.stringContaining('nowhere') } });
  });
});
