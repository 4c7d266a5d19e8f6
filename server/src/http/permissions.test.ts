import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../domain/access/access.ts';
import type { Route } from './frame/route.ts';
import { routes } from './routes.ts';
import { ACCESS, type Access } from './testing/access-table.ts';
import { type As, createTestServer, type TestServer } from './testing.ts';

/** A kind of principal: how it asks (afresh each time, since a route may end its session or token), and what the table calls it. */
interface Kind {
  readonly name: string;
  readonly rank: number | null;
  readonly token: string | null;
  readonly bound: { readonly project: string | null; readonly environment: string | null };
  readonly as: () => Promise<As>;
}
const RANKS = { all: -1, person: 0, viewer: 0, editor: 1, admin: 2, none: 9 } as const;
const PLACES = [
  { project: 'default', environment: 'production' },
  { project: 'default', environment: 'development' },
  { project: 'other', environment: 'production' },
  { project: 'missing', environment: 'production' },
];
const FREE = { project: null, environment: null };
const IN_PRODUCTION = { project: 'default', environment: 'production' };

/** What the table wants: 200 for anything but a refusal, else the refusal's status. */
function wanted(access: Access, route: string, kind: Kind, place: (typeof PLACES)[number]): 200 | 401 | 403 {
  if (access.people === 'all') return 200;
  if (kind.rank !== null) return kind.rank >= RANKS[access.people] ? 200 : 403;
  if (kind.token === null) return 401;
  if (!access.tokens.includes(kind.token)) return 403;
  if (route === 'GET /api/v1/me') return 200;
  const { project, environment } = kind.bound;
  if (project === null) return 200;
  const isOwn = project === place.project;
  if (route.includes('{environment}')) return isOwn && (environment ?? place.environment) === place.environment ? 200 : 403;
  if (route.includes('{project}')) {
    const isWide = environment === null || access.tokens.includes('p=');
    return isOwn && isWide ? 200 : 403;
  }
  return /^\w+ \/(sdk|ofrep|hooks)\//.test(route) ? 200 : 403;
}

async function ask(server: TestServer, method: string, path: string, as: As): Promise<200 | 401 | 403 | number> {
  const headers: Record<string, string> =
    as === null
      ? {}
      : 'token' in as
        ? { authorization: `Bearer ${as.token}` }
        : { cookie: as.cookie, 'x-burgee': '1', origin: 'http://localhost:4400' };
  const stop = new AbortController();
  const response = await fetch(server.url + path, { method, headers, signal: stop.signal });
  const isStream = /event-stream/.test(response.headers.get('content-type') ?? '');
  const text = isStream ? '' : await response.text();
  stop.abort();
  const isRefused = response.status === 401 || response.status === 403;
  const isByHandler = path === '/setup' || path === '/api/v1/login' || /"code":"csrf"/.test(text);
  if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return isRefused && !isByHandler ? response.status : 200;
}

async function kindsOf(server: TestServer): Promise<Kind[]> {
  const person = (name: string, rank: number, id: string): Kind => ({
    name,
    rank,
    token: null,
    bound: FREE,
    as: () => server.session(id),
  });
  const users = await Promise.all((['viewer', 'editor', 'admin'] as const).map((role) => server.person(role)));
  const disabled = await server.person('admin', { disabled: true });
  const nobody = (name: string, as: As): Kind => ({ name, rank: null, token: null, bound: FREE, as: async () => as });
  const token = (name: string, letter: string, bound: Kind['bound'], kind: 'server' | 'client' | 'pipeline' | 'admin') => {
    return { name, rank: null, token: letter, bound, as: () => server.token(kind, bound) } satisfies Kind;
  };
  const { token: revoked } = await server.token('admin', { revokedAt: 1 });
  const { token: expired } = await server.token('admin', { expiresAt: 1 });
  return [
    nobody('anonymous', null),
    { ...nobody('disabled admin', null), as: () => server.session(disabled.user.id) },
    nobody('revoked admin token', { token: revoked }),
    nobody('expired admin token', { token: expired }),
    nobody('unknown token', { token: `bg_adm_${'x'.repeat(43)}` }),
    ...users.map(({ user }, rank) => person(user.role, rank, user.id)),
    token('server token', 's', IN_PRODUCTION, 'server'),
    token('client token', 'c', IN_PRODUCTION, 'client'),
    token('pipeline token', 'p', IN_PRODUCTION, 'pipeline'),
    token('admin token of production', 'a', IN_PRODUCTION, 'admin'),
    token('admin token of default', 'a', { project: 'default', environment: null }, 'admin'),
    token('admin token', 'a', FREE, 'admin'),
  ];
}

/** Every (route, kind, place) whose answer is not what the table wants, and every route that the table does not have. */
async function differences(server: TestServer, list: readonly Route[]): Promise<{ asked: number; wrong: string[] }> {
  const kinds = await kindsOf(server);
  const wrong: string[] = [];
  let asked = 0;
  const last = (route: Route) => (route.method === 'delete' && route.path.endsWith('{environment}') ? 1 : 0);
  for (const { method, path } of [...list].sort((a, b) => last(a) - last(b))) {
    const route = `${method.toUpperCase()} ${path}`;
    const access = ACCESS.get(route);
    if (access === undefined) wrong.push(`${route}: not in the table`);
    for (const place of path.includes('{project}') ? PLACES : PLACES.slice(0, 1)) {
      const target = path
        .replace('{project}', place.project)
        .replace('{environment}', place.environment)
        .replaceAll(/\{\w+\}/g, 'none-such');
      for (const kind of access === undefined ? [] : kinds) {
        asked++;
        const got = await ask(server, method.toUpperCase(), target, await kind.as());
        const want = wanted(access as Access, route, kind, place);
        if (got !== want) wrong.push(`${route} by ${kind.name} in ${place.project}/${place.environment}: ${got}, not ${want}`);
      }
    }
  }
  return { asked, wrong };
}

async function serve(list: readonly Route[]): Promise<TestServer> {
  const server = await createTestServer({ routes: list });
  const other = { key: 'other', name: 'Other', createdAt: 0, nextSegment: 1 };
  const production = { project: 'other', key: 'production', name: 'Production', order: 0, createdAt: 0 };
  await server.store.commit({
    environments: [],
    writes: [
      { put: 'project', entity: other, basedOn: null },
      { put: 'environment', entity: production, basedOn: null },
    ],
    audit: [],
  });
  return server;
}

describe('every route × every kind of principal × own and foreign places', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(routes);
  });
  afterAll(() => server.close());

  it('answers as the table says', { timeout: 120_000 }, async () => {
    const { asked, wrong } = await differences(server, routes);
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(2000);
  });

  it('has no line in the table for a route that is not there', () => {
    const known = new Set(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
    expect([...ACCESS.keys()].filter((route) => !known.has(route))).toEqual([]);
  });
});

describe('negative control: the matrix finds', () => {
  const listed = routes.filter(({ path }) => /^\/api\/v1\/projects\/\{project\}(\/tokens)?$/.test(path));
  const tamper = (change: Partial<Route>) => listed.map((route, i) => (i === 0 ? { ...route, ...change } : route));
  it.each<[string, Partial<Route>]>([
    ['a route that is open', { permission: 'open' as Permission }],
    ['a route that asks for less', { permission: 'project:read' as Permission }],
    ['a route that asks for too much', { permission: 'me' as Permission }],
    ['a route that takes its scope from the token', { scope: () => IN_PRODUCTION }],
    ['a route without a line', { path: '/api/v1/projects/{project}/forgotten' }],
  ])('%s', async (_, change) => {
    const server = await serve(tamper(change));
    expect((await differences(server, tamper(change))).wrong).not.toEqual([]);
    await server.close();
  });

  it('nothing where nothing is wrong', async () => {
    const server = await serve(listed);
    expect((await differences(server, listed)).wrong).toEqual([]);
    await server.close();
  });
});
