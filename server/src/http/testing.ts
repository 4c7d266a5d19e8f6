import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Role, Token, TokenKind, User } from '../domain/access/access.ts';
import { beginWith, DEFAULT_PROJECT } from '../domain/access/first-owner.ts';
import { announcing } from '../domain/notice/announce.ts';
import type { Clock, Logger } from '../domain/ports.ts';
import { createMetricReader } from '../monitoring/reader.ts';
import { createNoticeSender } from '../notices/sender.ts';
import { createOutbound } from '../outbound/client.ts';
import { openSqlite } from '../storage/sqlite/open.ts';
import { createAttempts } from './access/attempts.ts';
import { createPasswords } from './access/passwords.ts';
import { sha256 } from './access/secrets.ts';
import { createSetupGate } from './access/setup-gate.ts';
import { createApp } from './frame/app.ts';
import type { Deps } from './frame/deps.ts';
import { listen } from './frame/listen.ts';
import { createTelemetry } from './frame/prometheus.ts';
import { random } from './frame/random.ts';
import type { Route } from './frame/route.ts';
import { createTickets } from './ofrep/tickets.ts';
import { routes as allRoutes } from './routes.ts';
import { createDiscoveries } from './sdk/discoveries.ts';
import { createOverrides } from './sdk/overrides.ts';
import { createDelivery } from './sdk/publisher.ts';
import { compileRegex } from './sdk/regex.ts';

/** Who a test asks as: a session cookie (with the headers of our own page), a token, or nobody. */
export type As = { readonly cookie: string } | { readonly token: string } | null;

/** An answer, read. `body` is parsed where it is JSON, else undefined: `T` is what the test expects there. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export const OWNER = { email: 'owner@example.com', password: 'correct horse battery', name: 'Olive Owner' };
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
/**
 * A real server on a free port with a real SQLite file in a temporary directory. With `setup` (default) it has the project
 * `default` (development, production) and an owner. `make` adds or replaces what handlers work with, given the rest.
 */
export async function createTestServer(
  options: {
    readonly routes?: readonly Route[];
    readonly setup?: boolean;
    readonly config?: Partial<Config>;
    readonly clock?: Clock;
    readonly log?: Logger;
    readonly make?: (deps: Deps) => Partial<Deps>;
  } = {},
) {
  const { clock = Date.now, log = SILENT } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'burgee-http-'));
  const store = announcing(await openSqlite({ file: join(dataDir, 'burgee.db'), clock, log }));
  const config: Config = {
    port: 0,
    host: '127.0.0.1',
    dataDir,
    databaseUrl: null,
    publicUrl: 'http://localhost:4400',
    trustedProxies: [],
    outboundAllow: [],
    mail: null,
    bootstrap: null,
    logLevel: 'error',
    ...options.config,
  };
  const delivery = createDelivery({ store, clock, log, regex: compileRegex });
  const outbound = createOutbound({ allow: config.outboundAllow });
  const basic: Deps = {
    config,
    store,
    clock,
    random,
    log,
    delivery,
    discoveries: createDiscoveries({ store, clock, log, pace: { firstMs: 0, againMs: 0 } }),
    overrides: createOverrides({ delivery, file: join(dataDir, 'overrides'), log }),
    metrics: createMetricReader({ outbound, clock, environment: {} }),
    outbound,
    notices: createNoticeSender({ outbound, clock, publicUrl: config.publicUrl, mail: config.mail }),
    telemetry: createTelemetry(),
    passwords: createPasswords({ logN: 10 }),
    setup: createSetupGate({ store, clock, random }),
    attempts: createAttempts({ clock }),
    tickets: createTickets({ store, clock, random }),
  };
  const deps: Deps = { ...basic, ...options.make?.(basic) };
  const owner: User = {
    id: 'owner',
    email: OWNER.email,
    name: OWNER.name,
    role: 'admin',
    passwordHash: await deps.passwords.hash(OWNER.password),
    disabled: false,
    createdAt: clock(),
  };
  if (options.setup !== false) {
    const actor = { kind: 'burgee' as const, id: '', name: 'test' };
    await store.commit(beginWith([DEFAULT_PROJECT], owner, { writes: [], actor, summary: 'set up by a test' }, clock()));
  }
  const listening = await listen(createApp(deps, options.routes ?? allRoutes), { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${listening.port}`;

  /** A session of a user, who must exist. */
  async function session(user: string): Promise<{ readonly cookie: string }> {
    const value = random(43);
    const entity = { id: sha256(value), user, createdAt: clock(), seenAt: clock(), userAgent: 'test' };
    await store.commit({ environments: [], writes: [{ put: 'session', entity, basedOn: null }], audit: [] });
    return { cookie: `burgee=${value}` };
  }

  /** A new user of this role, logged in. */
  async function person(role: Role, more: Partial<User> = {}): Promise<{ readonly cookie: string; readonly user: User }> {
    const user: User = { ...owner, id: random(12), email: `${random(8).toLowerCase()}@example.com`, name: role, role, ...more };
    await store.commit({ environments: [], writes: [{ put: 'user', entity: user, basedOn: null }], audit: [] });
    return { ...(await session(user.id)), user };
  }

  /** A new token; admin tokens are for everything unless told otherwise, the others for default/production. */
  async function token(kind: TokenKind, more: Partial<Token> = {}): Promise<{ readonly token: string; readonly entity: Token }> {
    const secret = `bg_test_${random(43)}`;
    const entity: Token = {
      id: random(12),
      kind,
      name: `${kind} token`,
      project: kind === 'admin' ? null : 'default',
      environment: kind === 'admin' ? null : 'production',
      hash: sha256(secret),
      hint: '…',
      origins: [],
      createdBy: owner.id,
      createdAt: clock(),
      expiresAt: null,
      revokedAt: null,
      ...more,
    };
    await store.commit({ environments: [], writes: [{ put: 'token', entity, basedOn: null }], audit: [] });
    return { token: secret, entity };
  }

  const asOwner = options.setup === false ? null : await session(owner.id);

  /** Asks as the owner unless `as` says otherwise; `body` is sent as JSON. */
  async function call<T = Record<string, unknown>>(
    method: string,
    path: string,
    { as = asOwner, body, headers = {} }: { as?: As; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const who: Record<string, string> =
      as === null
        ? {}
        : 'token' in as
          ? { authorization: `Bearer ${as.token}` }
          : { cookie: as.cookie, origin: new URL(config.publicUrl).origin, 'x-burgee': '1' };
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(url + path, {
      method,
      headers: { ...who, ...json, ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : undefined) as T };
  }

  return {
    url,
    port: listening.port,
    store,
    deps,
    owner,
    asOwner,
    call,
    session,
    person,
    token,
    async close() {
      await deps.delivery.close();
      if (deps.delivery !== delivery) await delivery.close();
      await deps.discoveries.close();
      await listening.close(0);
      await outbound.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What `createTestServer` gives. */
export type TestServer = Awaited<ReturnType<typeof createTestServer>>;
