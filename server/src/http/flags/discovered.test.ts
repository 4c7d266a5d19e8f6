import { createClient } from '@burgee/client-sdk/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiscoveredRow } from '../../domain/flag/discovered.ts';
import type { Flag } from '../../domain/flag/flag.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { PROJECT } from '../testing-nouns.ts';

const PATH = `${PROJECT}/discovered-flags`;
let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

interface Listed {
  readonly discovered: readonly DiscoveredRow[];
  readonly next: string | null;
}
const list = async (query = '') => (await server.call<Listed>('GET', `${PATH}${query}`)).body;
const keys = async (query = '') => (await list(query)).discovered.map(({ flag }) => flag);

/** An application that asks for these and ends, which sends its report. */
async function ask(token: string, app: string, questions: (client: ReturnType<typeof createClient>) => void): Promise<void> {
  const client = createClient({ url: server.url, key: token, app, log: false });
  await client.ready({ timeout: 10_000 });
  questions(client);
  await client.close({ timeout: 10_000 });
  expect(client.status().reports).toMatchObject({ failing: null });
}
async function listed(count: number): Promise<readonly DiscoveredRow[]> {
  for (;;) {
    const { discovered } = await list();
    if (discovered.length === count) return discovered;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('discovered flags', () => {
  it('are what SDKs ask for and nobody has made: key, type, default, app and place', async () => {
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'there' } });
    const { token } = await server.token('server');
    const { token: development } = await server.token('server', { environment: 'development' });
    await ask(token, 'shop', (client) => {
      for (let i = 0; i < 3; i++) client.boolean('new-nav', { targetingKey: 'u' }, false);
      client.string('theme', {}, 'light');
      client.boolean('there', {}, false);
    });
    await ask(development, 'checkout', (client) => {
      client.boolean('new-nav', {}, true);
      client.forRequest({}).number('limit', 7);
    });
    const rows = await listed(3);
    expect(rows.map(({ flag, type, fallback, count }) => [flag, type, fallback, count])).toEqual([
      ['limit', 'number', '7', 1],
      ['new-nav', 'boolean', 'true', 4],
      ['theme', 'string', '"light"', 1],
    ]);
    expect(rows[1]?.places.map(({ environment, apps, count }) => [environment, apps, count])).toEqual([
      ['development', ['checkout'], 1],
      ['production', ['shop'], 3],
    ]);
    expect(await keys('?environment=production')).toEqual(['new-nav', 'theme']);
    expect((await server.call('GET', '/metrics', { as: null })).text).toMatch(
      /burgee_unknown_flag_evaluations_total\{project="default",environment="production"\} 4/,
    );
  });

  it('are never made by a client key, nor twice by a report that comes again', async () => {
    const { token: client } = await server.token('client');
    const { token } = await server.token('server');
    const unknown = [{ flag: 'made-by-a-page', type: 'boolean', fallback: 'false', count: 1 }];
    const report = {
      ...{ schema: 1, instance: 'i'.repeat(16), sequence: 1, sdk: 's', app: 'page', platform: 'browser', revision: null },
      ...{ spanMs: 1, counts: [], sketches: [], work: null, attributes: [], rollouts: [], unknown },
    };
    expect((await server.call('POST', '/sdk/reports', { as: { token: client }, body: report })).status).toBe(202);
    const asked = { ...report, instance: 'j'.repeat(16), unknown: [{ ...unknown[0], flag: 'asked' }] };
    for (let i = 0; i < 3; i++)
      expect((await server.call('POST', '/sdk/reports', { as: { token }, body: asked })).status).toBe(202);
    expect((await listed(1)).map(({ flag, count }) => [flag, count])).toEqual([['asked', 1]]);
    await server.deps.discoveries.close();
    expect(await keys()).toEqual(['asked']);
  });

  it('are bounded in a report: 101 names or a long default are refused', async () => {
    const { token } = await server.token('server');
    const one = (flag: string, more: object = {}) => ({ flag, type: 'boolean', fallback: 'false', count: 1, ...more });
    const send = (unknown: readonly object[]) =>
      server.call<{ fields: { field: string }[] }>('POST', '/sdk/reports', {
        as: { token },
        body: {
          ...{ schema: 1, instance: 'i'.repeat(16), sequence: 1, sdk: 's', app: 'a', platform: 'p', revision: null },
          ...{ spanMs: 1, counts: [], sketches: [], work: null, attributes: [], rollouts: [], unknown },
        },
      });
    const many = await send(Array.from({ length: 101 }, (_, i) => one(`f${i}`)));
    expect([many.status, many.body.fields[0]?.field]).toEqual([400, 'unknown']);
    const long = await send([one('a', { fallback: 'x'.repeat(257) })]);
    expect([long.status, long.body.fields[0]?.field]).toEqual([400, 'unknown[0].fallback']);
    expect((await send(Array.from({ length: 100 }, (_, i) => one(`f${i}`)))).status).toBe(202);
    await listed(50);
  });

  it('are given page by page', async () => {
    const { token } = await server.token('server');
    await ask(token, 'shop', (client) => {
      for (let i = 0; i < 7; i++) client.boolean(`f${i}`, {}, false);
    });
    await listed(7);
    const first = await list('?limit=4');
    expect([first.discovered.map(({ flag }) => flag), first.next]).toEqual([['f0', 'f1', 'f2', 'f3'], 'f3']);
    const second = await list('?limit=4&after=f3');
    expect([second.discovered.map(({ flag }) => flag), second.next]).toEqual([['f4', 'f5', 'f6'], null]);
  });

  it('become flags in one call, with the right type and variants, and leave the list; so do those made otherwise', async () => {
    const { token } = await server.token('server');
    await ask(token, 'shop', (client) => {
      client.boolean('new-nav', {}, false);
      client.string('theme', {}, 'light');
      client.json('layout', {}, { columns: 3 });
    });
    await listed(3);
    const create = (body: object) => server.call<{ flag: Flag }>('POST', `${PATH}/create`, { body });
    const made = await create({ flag: 'theme', description: 'Which colours', kind: 'operational' });
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.body.flag).toMatchObject({
      ...{ key: 'theme', type: 'string', kind: 'operational', description: 'Which colours' },
      variants: [{ key: 'default', value: 'light' }],
    });
    expect((await create({ flag: 'layout' })).body.flag.variants).toEqual([{ key: 'default', value: { columns: 3 } }]);
    expect(await keys()).toEqual(['new-nav']);
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'new-nav' } });
    expect(await keys()).toEqual([]);
    expect((await create({ flag: 'theme' })).status).toBe(404);
    expect((await create({ flag: 'none' })).body).toMatchObject({ code: 'not_found' });
    // the flag is there now: the same application does not ask for something unknown any more
    const client = createClient({ url: server.url, key: token, log: false });
    await client.ready({ timeout: 10_000 });
    expect(client.detail('theme', {}, 'x')).toMatchObject({ value: 'light', reason: 'DISABLED' });
    await client.close();
  });

  it('are dismissed for good, and who did it is in the audit', async () => {
    const { token } = await server.token('server');
    await ask(token, 'shop', (client) => client.boolean('typo', {}, false));
    await listed(1);
    const dismiss = (flag: string) => server.call('POST', `${PATH}/dismiss`, { body: { flag, reason: 'a typo' } });
    expect((await dismiss('typo')).status).toBe(204);
    expect((await dismiss('typo')).status).toBe(204);
    expect((await dismiss('none')).status).toBe(404);
    await ask(token, 'shop', (client) => client.boolean('typo', {}, false));
    await server.deps.discoveries.close();
    expect(await keys()).toEqual([]);
    const audit = await server.store.audit({ action: 'discovered.dismissed', limit: 10 });
    expect(audit).toMatchObject([{ object: 'discovered/typo', reason: 'a typo', actor: { name: 'Olive Owner' } }]);
  });

  it('are of one project: another one’s are not seen, and one that is not there is not found', async () => {
    expect((await server.call('GET', '/api/v1/projects/none/discovered-flags')).status).toBe(404);
    expect((await server.call('POST', '/api/v1/projects/none/discovered-flags/dismiss', { body: { flag: 'a' } })).status).toBe(
      404,
    );
    expect((await server.call('POST', '/api/v1/projects/none/discovered-flags/create', { body: { flag: 'a' } })).status).toBe(
      404,
    );
  });
});
