import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { TestServer } from '../testing.ts';
import { createNounServer, PRODUCTION, PROJECT, revisionOf, seen } from '../testing-nouns.ts';
import type { FlagRow } from './flag-list.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createNounServer();
});
afterAll(() => server.close());

type Answered = { flag: Flag; version: number };
type Listed = { flags: FlagRow[] };
const flags = `${PROJECT}/flags`;
const make = (body: object) => server.call<Answered>('POST', flags, { body });
const list = async (query = '') => {
  const { body } = await server.call<Listed>('GET', `${flags}${query}`);
  return body.flags.map(({ flag }) => flag.key);
};

describe('flags', () => {
  it('are made, read, changed, archived and deleted', async () => {
    const before = await revisionOf(server, 'production');
    const made = await make({
      key: 'checkout',
      tags: ['web'],
      owner: 'owner',
      links: [{ title: 'Plan', url: 'https://example.com/1' }],
    });
    expect([made.status, made.headers.get('etag'), made.body.version]).toEqual([201, '"1"', 1]);
    expect(await revisionOf(server, 'production')).toBe(before + 1);

    const described = await server.call<Answered>('PATCH', `${flags}/checkout`, {
      body: { name: 'Checkout', lifetimeDays: null },
      ...seen(1),
    });
    expect(described.body).toMatchObject({ version: 2, flag: { name: 'Checkout', lifetimeDays: null, tags: ['web'] } });
    expect(await revisionOf(server, 'production')).toBe(before + 1);

    const opened = await server.call('PATCH', `${flags}/checkout`, { body: { browserAccess: 'values' }, ...seen(2) });
    expect(opened.status).toBe(200);
    expect(await revisionOf(server, 'production')).toBe(before + 2);
    expect(await revisionOf(server, 'development')).toBe(before + 2);

    const read = await server.call<FlagRow>('GET', `${flags}/checkout`);
    expect(read.headers.get('etag')).toBe('"3"');
    expect(read.body.states.map(({ state, version, rollout }) => [state.environment, version, rollout])).toEqual([
      ['development', 1, null],
      ['production', 1, null],
    ]);

    expect((await server.call('DELETE', `${flags}/checkout`)).body).toMatchObject({ code: 'in_use' });
    expect((await server.call('PATCH', `${flags}/checkout`, { body: { archived: true }, ...seen(3) })).status).toBe(200);
    expect((await server.call('DELETE', `${flags}/checkout`, seen(3))).status).toBe(412);
    expect((await server.call('DELETE', `${flags}/checkout`, seen(4))).status).toBe(204);
    expect((await server.call('GET', `${flags}/checkout`)).body).toMatchObject({ code: 'not_found' });
    expect(await server.store.list('state', { flag: 'checkout' })).toEqual([]);
  });

  it('are found by text, tag, kind and whether they are archived', async () => {
    await make({ key: 'search-a', description: 'Ranks NEW results' });
    await make({ key: 'search-b', kind: 'kill-switch', tags: ['ops', 'new'] });
    await make({ key: 'search-c' });
    await server.call('PATCH', `${flags}/search-c`, { body: { archived: true }, ...seen(1) });
    expect(await list()).toEqual(['search-a', 'search-b']);
    expect(await list('?search=new')).toEqual(['search-a', 'search-b']);
    expect(await list('?search=ranks')).toEqual(['search-a']);
    expect(await list('?tag=ops')).toEqual(['search-b']);
    expect(await list('?kind=release')).toEqual(['search-a']);
    expect(await list('?archived=true')).toEqual(['search-c']);
    expect(await list('?archived=all&search=search')).toEqual(['search-a', 'search-b', 'search-c']);
    expect(await list('?search=nothing')).toEqual([]);
    expect((await server.call('GET', `${flags}?kind=odd`)).status).toBe(400);
    expect((await server.call('GET', `${flags}?stale=true`)).status).toBe(400);
  });

  it('are listed with their state in one environment, for its pipelines too', async () => {
    await make({ key: 'placed', tags: ['placed'] });
    const path = `${PROJECT}/environments/production/flags?tag=placed`;
    for (const as of [server.asOwner, await server.token('pipeline')]) {
      const { body } = await server.call<Listed>('GET', path, { as });
      expect(body.flags.map(({ flag, states }) => [flag.key, states.map(({ state }) => state.environment)])).toEqual([
        ['placed', ['production']],
      ]);
    }
    const elsewhere = await server.call('GET', `${PROJECT}/environments/nowhere/flags`);
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'not_found', detail: expect.stringContaining('nowhere') } });
  });

  it('show what raises them', async () => {
    await make({ key: 'raised' });
    const rollout = (id: string, state: string, startedAt: number) =>
      ({
        id,
        project: 'default',
        environment: 'production',
        flag: 'raised',
        rule: id,
        release: id,
        state,
        percent: 5,
        stage: 1,
        startedAt,
        timeline: [],
      }) as unknown as Rollout;
    const writes = [rollout('r1', 'running', 1), rollout('r2', 'paused', 2), rollout('r3', 'completed', 3)].map((entity) => ({
      put: 'rollout' as const,
      entity,
      basedOn: null,
    }));
    await server.store.commit({ environments: [], writes, audit: [] });
    const { body } = await server.call<Listed>('GET', `${flags}?search=raised`);
    expect(body.flags[0]?.states.map(({ rollout: mark }) => mark)).toEqual([
      null,
      { id: 'r2', state: 'paused', percent: 5, stage: 1 },
    ]);

    const killed = await server.call<{ state: FlagState }>('POST', `${PRODUCTION}/raised/kill`, { body: { reason: 'errors' } });
    expect(killed.status).toBe(200);
    const after = await server.store.list('rollout', { project: 'default', flag: 'raised' });
    expect(after.map(({ entity }) => [entity.id, entity.state])).toEqual([
      ['r1', 'aborted'],
      ['r2', 'aborted'],
      ['r3', 'completed'],
    ]);
    expect((await server.call<Listed>('GET', `${flags}?search=raised`)).body.flags[0]?.states[1]?.rollout).toBeNull();
  });

  it('are made at the same time as an environment, and each ends up with a state there', async () => {
    const keys = Array.from({ length: 8 }, (_, index) => `twin-${index}`);
    const answers = await Promise.all([
      ...keys.map((key) => make({ key })),
      server.call('POST', `${PROJECT}/environments`, { body: { key: 'staging' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 201));
    for (const flag of keys)
      expect((await server.store.list('state', { project: 'default', flag })).map(({ entity }) => entity.environment)).toEqual([
        'development',
        'production',
        'staging',
      ]);
  });
});
