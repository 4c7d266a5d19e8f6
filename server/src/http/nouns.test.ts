import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../domain/audit.ts';
import type { Environment } from '../domain/environment.ts';
import type { Segment } from '../domain/flag/segment.ts';
import type { RouteSpec } from './frame/route.ts';
import type { TestServer } from './testing.ts';
import { createNounServer, NOUN_ROUTES, PRODUCTION, PROJECT, revisionOf, seen } from './testing-nouns.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createNounServer();
});
afterAll(() => server.close());

interface Place {
  readonly environment: Environment;
  readonly version: number;
  readonly revision: { readonly epoch: number; readonly n: number };
}
const places = async () => (await server.call<{ environments: Place[] }>('GET', `${PROJECT}/environments`)).body.environments;

describe('projects and environments', () => {
  it('are made, listed and renamed', async () => {
    const made = await server.call('POST', '/api/v1/projects', { body: { key: 'billing', name: 'Billing' } });
    expect(made).toMatchObject({ status: 201, body: { project: { key: 'billing' }, version: 1 } });
    const { body } = await server.call<{ projects: { project: object; environments: Environment[] }[] }>(
      'GET',
      '/api/v1/projects',
    );
    expect(body.projects.map(({ environments }) => environments.map(({ project, key }) => `${project}/${key}`))).toEqual([
      ['billing/development', 'billing/production'],
      ['default/development', 'default/production'],
    ]);
    await server.call('PATCH', '/api/v1/projects/billing', { body: { name: 'Bills' }, ...seen(1) });
    expect((await server.call('GET', '/api/v1/projects/billing')).body).toMatchObject({ project: { name: 'Bills' }, version: 2 });
    expect((await server.call('PATCH', '/api/v1/projects/billing', { body: { name: 'X' }, ...seen(1) })).status).toBe(412);
  });

  it('are added before production, and removed with their tokens', async () => {
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'early' } });
    const made = await server.call<Place>('POST', `${PROJECT}/environments`, { body: { key: 'qa' } });
    expect(made).toMatchObject({ status: 201, body: { version: 1, environment: { key: 'qa', order: 1 } } });
    expect((await places()).map(({ environment }) => environment.key)).toEqual(['development', 'qa', 'production']);
    expect((await server.call('GET', `${PROJECT}/environments/qa/flags/early`)).status).toBe(200);
    const renamed = await server.call<Place>('PATCH', `${PROJECT}/environments/qa`, { body: { name: 'QA' } });
    const described = await server.call('PATCH', `${PROJECT}/environments/qa`, { body: { description: 'For testers.' } });
    expect(described.body).toMatchObject({ environment: { name: 'QA', description: 'For testers.' } });
    const long = await server.call('PATCH', '/api/v1/projects/default', { body: { description: 'x'.repeat(2001) } });
    expect(long).toMatchObject({ status: 400, body: { fields: [{ field: 'description' }] } });
    expect(renamed.body.environment.name).toBe('QA');
    const token = await server.token('server', { environment: 'qa' });
    expect((await server.call('DELETE', `${PROJECT}/environments/qa`)).status).toBe(204);
    expect((await server.call('GET', `${PROJECT}/environments/qa/flags/early`)).status).toBe(404);
    expect((await server.store.get('token', { id: token.entity.id }))?.entity.revokedAt).toEqual(expect.any(Number));
    expect((await places()).map(({ environment }) => environment.key)).toEqual(['development', 'production']);
  });
});

describe('segments', () => {
  type Answered = { segment: Segment; version: number; usedBy: object[] };
  const when = { attribute: 'plan', operator: 'in', values: ['pro'] };
  const path = `${PROJECT}/segments`;

  it('are made, used, changed and deleted', async () => {
    const before = await revisionOf(server, 'production');
    const made = await server.call<Answered>('POST', path, { body: { key: 'pros', when } });
    expect(made).toMatchObject({ status: 201, body: { segment: { number: 1 }, version: 1, usedBy: [] } });
    await server.call('POST', `${PROJECT}/flags`, { body: { key: 'uses' } });
    const rules = [{ percent: 5, serve: { variant: 'on' }, segments: [{ segment: 'pros' }] }];
    expect((await server.call('PATCH', `${PRODUCTION}/uses`, { body: { rules }, ...seen(1) })).status).toBe(200);
    const usedBy = [{ environment: 'production', flag: 'uses' }];
    expect((await server.call<Answered>('GET', `${path}/pros`)).body.usedBy).toEqual(usedBy);
    expect((await server.call('GET', path)).body).toMatchObject({ segments: [{ segment: { key: 'pros' }, usedBy }] });
    const changed = await server.call<Answered>('PATCH', `${path}/pros`, {
      body: { when: { not: when }, name: 'Pros' },
      ...seen(1),
    });
    expect(changed.body).toMatchObject({ version: 2, segment: { name: 'Pros', when: { not: when } }, usedBy });
    expect(await revisionOf(server, 'production')).toBe(before + 4);
    await server.call('PATCH', `${PRODUCTION}/uses`, { body: { rules: [] }, ...seen(2) });
    expect((await server.call('DELETE', `${path}/pros`, seen(2))).status).toBe(204);
    const next = await server.call<Answered>('POST', path, { body: { key: 'pros', when } });
    expect(next.body.segment.number).toBe(2);
  });

  it('hold 100,000 values', async () => {
    const values = Array.from({ length: 100_000 }, (_, index) => `user-${index}`);
    const body = { key: 'many', when: { attribute: 'id', operator: 'in', values } };
    expect((await server.call('POST', path, { body })).status).toBe(201);
    const more = { ...body, key: 'more', when: { ...body.when, values: [...values, 'one more'] } };
    expect((await server.call('POST', path, { body: more })).body).toMatchObject({
      code: 'invalid',
      fields: [{ field: 'when' }],
    });
  });
});

it('answers in the shapes that it describes', async () => {
  const rules = [
    { id: 'r1', title: 'All', percent: 5, serve: { variant: 'on' }, when: { not: { any: [] } }, segments: [{ segment: 'kept' }] },
  ];
  await server.call('POST', `${PROJECT}/segments`, { body: { key: 'kept', when: { all: [] } } });
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'kept' } });
  await server.call('PATCH', `${PRODUCTION}/kept`, { body: { rules }, ...seen(1) });
  await server.call('POST', `${PRODUCTION}/kept/kill`, { body: { reason: 'errors' } });
  for (const one of NOUN_ROUTES as unknown as RouteSpec<unknown, unknown, unknown>[]) {
    if (one.method !== 'get' || one.path.endsWith('/events')) continue;
    const names: Record<string, string> = { project: 'default', environment: 'production', flag: 'kept', segment: 'kept' };
    const path = one.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
    const answer = await server.call('GET', path.endsWith('/promotion') ? `${path}?from=development` : path);
    expect([one.path, answer.status]).toEqual([one.path, 200]);
    expect(one.responses[200]?.safeParse(answer.body).error).toBeUndefined();
    expect(one.responses[200]?.safeParse({ ...answer.body, more: 1 }).success).toBe(false);
  }
});

describe('the audit', () => {
  const audit = async (query = '') =>
    (await server.call<{ entries: AuditRecord[]; next: number | null }>('GET', `${PROJECT}/audit${query}`)).body;

  it('has one entry for every write, and none for a request that changes nothing', async () => {
    const when = { all: [] };
    const flag = `${PROJECT}/flags/audited`;
    const state = `${PRODUCTION}/audited`;
    const rules = [{ id: 'r1', percent: 5, serve: { variant: 'on' } }];
    const whole = { enabled: true, prerequisites: [], rules, defaultVariant: 'off', offVariant: 'off' };
    const writes: [method: string, path: string, body: unknown, version: number | null, action: string][] = [
      ['post', '/api/v1/projects', { key: 'audited' }, null, 'project.created'],
      ['patch', '/api/v1/projects/audited', { name: 'A' }, null, 'project.changed'],
      ['post', `${PROJECT}/environments`, { key: 'audited' }, null, 'environment.created'],
      ['patch', `${PROJECT}/environments/audited`, { name: 'A' }, null, 'environment.changed'],
      ['delete', `${PROJECT}/environments/audited`, undefined, null, 'environment.deleted'],
      ['post', `${PROJECT}/segments`, { key: 'audited', when }, null, 'segment.created'],
      ['patch', `${PROJECT}/segments/audited`, { name: 'A' }, 1, 'segment.changed'],
      ['delete', `${PROJECT}/segments/audited`, undefined, null, 'segment.deleted'],
      ['post', `${PROJECT}/flags`, { key: 'audited' }, null, 'flag.created'],
      ['put', state, whole, 1, 'state.changed'],
      ['patch', state, { enabled: false }, 2, 'state.changed'],
      ['put', `${state}/rules/r1/percent`, { percent: 7 }, null, 'state.changed'],
      ['post', `${state}/kill`, { reason: 'errors' }, null, 'state.killed'],
      ['post', `${state}/restore`, { reason: 'fixed' }, null, 'state.restored'],
      ['post', `${state}/promotion`, { from: 'development' }, null, 'state.promoted'],
      ['patch', flag, { archived: true }, 1, 'flag.archived'],
      ['delete', flag, undefined, null, 'flag.deleted'],
    ];
    const called = new Set<string>();
    for (const [method, path, body, version, action] of writes) {
      const before = await server.store.audit({ limit: 200 });
      const answer = await server.call(method.toUpperCase(), path, { body, ...(version !== null && seen(version)) });
      expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status < 300)]);
      const after = await server.store.audit({ limit: 200 });
      expect(after.slice(0, after.length - before.length).map((entry) => entry.action)).toEqual([action]);
      expect(after[0]).toMatchObject({ actor: { kind: 'user', id: 'owner' }, summary: expect.stringMatching(/\.$/) });
      const template = NOUN_ROUTES.map((one) => one as unknown as RouteSpec<unknown, unknown, unknown>).find(
        (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      );
      called.add(`${template?.method} ${template?.path}`);
      const described = template?.responses[answer.status];
      expect(described?.safeParse(answer.body).error).toBeUndefined();
    }
    const mutations = NOUN_ROUTES.filter(({ method }) => method !== 'get').map(({ method, path }) => `${method} ${path}`);
    expect([...called].sort()).toEqual(mutations.sort());

    const before = (await server.store.audit({ limit: 200 })).length;
    await server.call('PATCH', '/api/v1/projects/audited', { body: { name: 'A' } });
    expect((await server.store.audit({ limit: 200 })).length).toBe(before);
  });

  it('is read page by page and by object, action and environment', async () => {
    const all = (await audit('?limit=200')).entries;
    const pages: AuditRecord[] = [];
    for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null; ) {
      const page = await audit(`?limit=7&before=${next}`);
      pages.push(...page.entries);
      next = page.next;
    }
    expect(pages).toEqual(all);
    expect((await audit('?object=flag/audited')).entries.map(({ action }) => action)).toContain('state.killed');
    const kills = (await audit('?action=state.killed&environment=production&object=flag/audited')).entries;
    expect(kills).toMatchObject([{ object: 'flag/audited', reason: 'errors', before: { killed: null } }]);
    expect((await audit('?actor=nobody')).entries).toEqual([]);
    const everything = await server.call<{ entries: AuditRecord[] }>('GET', '/api/v1/audit?limit=200');
    expect(everything.body.entries.length).toBeGreaterThan(all.length);
  });
});
