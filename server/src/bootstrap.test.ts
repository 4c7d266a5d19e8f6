import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBootstrap } from './bootstrap.ts';
import { applyBootstrap } from './bootstrap-apply.ts';
import { BurgeeError, type FieldError } from './domain/errors.ts';
import type { Logger, Store } from './domain/ports.ts';
import { sha256 } from './http/access/secrets.ts';
import { random } from './http/frame/random.ts';
import { openSqlite } from './storage/sqlite/open.ts';

const ENV = { OWNER_PASSWORD: 'correct horse battery', SHOP_KEY: 'shop-key-of-at-least-24-characters' };
const OWNER = 'owner: { email: Owner@example.com, password: { env: OWNER_PASSWORD } }';
const GOOD = `
${OWNER}
projects:
  - { key: default, name: Default, environments: [ { key: development, name: Development }, { key: production, name: Production } ] }
tokens:
  - { kind: server, name: shop, project: default, environment: production, secret: { env: SHOP_KEY } }
  - { kind: admin, name: scripts }
`;

function mistakes(text: string, env: Record<string, string> = ENV): string[] {
  try {
    readBootstrap(text, env);
  } catch (error) {
    if (!(error instanceof BurgeeError)) throw error;
    for (const secret of Object.values(env)) expect(error.message).not.toContain(secret);
    return (error.details.fields as FieldError[]).map(({ field }) => field);
  }
  return [];
}

describe('readBootstrap', () => {
  it('reads the example', () => {
    const { owner, projects, tokens } = readBootstrap(GOOD, ENV);
    expect(owner).toMatchObject({ email: 'owner@example.com', password: ENV.OWNER_PASSWORD });
    expect(projects[0]?.environments.map(({ key }) => key)).toEqual(['development', 'production']);
    expect(tokens.map(({ secret }) => secret)).toEqual([ENV.SHOP_KEY, null]);
    expect(readBootstrap(OWNER, ENV).projects[0]?.key).toBe('default');
  });

  const token = (more: string) => `${OWNER}\ntokens: [ { kind: server, name: shop, ${more} } ]`;
  it.each([
    ['no owner', 'projects: []', ['owner', 'projects']],
    ['nothing', '', ['file']],
    ['no YAML', 'owner: {', ['line 1']],
    ['a key twice', `${OWNER}\n${OWNER}`, ['line 2']],
    ['an unknown field', `${OWNER}\nuser: {}`, ['user']],
    ['an unknown field inside', 'owner: { email: a@b, password: "correct horse battery", role: admin }', ['owner.role']],
    ['no address', 'owner: { email: nobody, password: "correct horse battery" }', ['owner.email']],
    ['a weak password', 'owner: { email: a@b, password: passwordpassword }', ['owner.password']],
    ['a variable that is not set', 'owner: { email: a@b, password: { env: NOT_SET } }', ['owner.password']],
    ['a secret that is a number', 'owner: { email: a@b, password: 123456789012 }', ['owner.password']],
    [
      'a bad key',
      `${OWNER}\nprojects: [ { key: My Shop, name: x, environments: [ { key: p, name: P } ] } ]`,
      ['projects[0].key'],
    ],
    ['no environments', `${OWNER}\nprojects: [ { key: a, name: x, environments: [] } ]`, ['projects[0].environments']],
    [
      'twins',
      `${OWNER}\nprojects: [ { key: a, name: x, environments: [ { key: p, name: P }, { key: p, name: P } ] } ]`,
      ['projects[0].environments[1].key'],
    ],
    ['an unknown kind', `${OWNER}\ntokens: [ { kind: root, name: x } ]`, ['tokens[0].kind']],
    ['a token without a place', token('secret: { env: SHOP_KEY }'), ['tokens[0].project', 'tokens[0].environment']],
    ['an unknown project', token('project: shop, environment: production'), ['tokens[0].project']],
    ['an unknown environment', token('project: default, environment: mars'), ['tokens[0].environment']],
    ['a short secret', token('project: default, environment: production, secret: tooshort'), ['tokens[0].secret']],
    [
      'a secret with spaces',
      token('project: default, environment: production, secret: "has spaces in it, which is no good"'),
      ['tokens[0].secret'],
    ],
    [
      'one secret for two tokens',
      `${OWNER}\ntokens: [ { kind: admin, name: a, secret: { env: SHOP_KEY } }, { kind: admin, name: b, secret: { env: SHOP_KEY } } ]`,
      ['tokens[1].secret'],
    ],
  ])('refuses %s', (_, text, fields) => {
    expect(mistakes(text)).toEqual(fields);
  });
});

describe('applyBootstrap', () => {
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  let store: Store;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'burgee-bootstrap-'));
    store = await openSqlite({ file: join(folder, 'burgee.db'), clock: Date.now, log });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  const apply = () =>
    applyBootstrap(readBootstrap(GOOD, ENV), {
      store,
      clock: Date.now,
      random,
      hashPassword: async (password) => `hash of ${password.length}`,
      digest: sha256,
    });

  it('fills an empty database and gives the secrets that it made', async () => {
    const made = await apply();
    expect(made?.map(({ token }) => token)).toEqual(['scripts']);
    expect(made?.[0]?.secret).toMatch(/^bg_adm_\w{43}$/);
    expect((await store.list('user'))[0]?.entity).toMatchObject({ email: 'owner@example.com', role: 'admin' });
    expect((await store.list('token', { hash: sha256(ENV.SHOP_KEY) }))[0]?.entity).toMatchObject({
      kind: 'server',
      name: 'shop',
    });
    expect(await store.list('environment')).toHaveLength(2);
  });

  it('leaves any other database as it is', async () => {
    await apply();
    const before = JSON.stringify([await store.list('user'), await store.list('token'), await store.audit({ limit: 99 })]);
    expect(await apply()).toBeNull();
    expect(JSON.stringify([await store.list('user'), await store.list('token'), await store.audit({ limit: 99 })])).toBe(before);
  });
});
