import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Logger } from '../../domain/ports.ts';
import { routes } from '../routes.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { type Route, type RouteSpec, route } from './route.ts';

type AnyRoute = RouteSpec<unknown, unknown, unknown>;
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
}
const SEED = 20_261_123;
const KEYS = ['default', 'production', 'checkout', 'on', 'off', 'standard', 'none-such', 'a..b', '__proto__', 'x'.repeat(101)];
const key = fc.constantFrom(...KEYS);
const odd = fc.oneof(
  key,
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that mostly has the schema's shape, so that it gets past the first check. */
function shapeOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const shaped = (): fc.Arbitrary<unknown> => {
    const variants = schema.anyOf ?? schema.oneOf;
    if (variants !== undefined && variants.length > 0) return fc.oneof(...variants.map((one) => shapeOf(one, depth + 1)));
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.type === 'string') return fc.oneof(key, fc.string({ maxLength: 20 }), fc.constant('owner@example.com'));
    if (schema.type === 'number' || schema.type === 'integer') return fc.oneof(fc.integer({ min: -1, max: 2000 }), fc.double());
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'array' && depth < 5) return fc.array(shapeOf(schema.items ?? {}, depth + 1), { maxLength: 3 });
    if (schema.properties !== undefined && depth < 5) {
      const fields = Object.entries(schema.properties).map(([name, one]) => [name, shapeOf(one, depth + 1)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    }
    return odd;
  };
  return fc.oneof({ weight: 12, arbitrary: fc.constant(null).chain(shaped) }, { weight: 1, arbitrary: odd });
}

const failures: string[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (fields, message) => void failures.push(`${message} ${JSON.stringify(fields)}`),
};
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ log });
  await server.call('POST', '/api/v1/projects/default/flags', { body: { key: 'checkout' } });
});
afterAll(() => server.close());

// what would end the test's own session, or wait for ever
const SPARED = new Set(['/api/v1/logout', '/api/v1/events', '/sdk/stream', '/ofrep/v1/events', '/api/v1/users/{user}/password']);

/** 40 calls that mostly have the right shape: none may fail inside, and a success has a status that the route declares. */
async function attack(server: TestServer, declared: Route): Promise<void> {
  const one = declared as unknown as AnyRoute;
  const { token } = await server.token(/^\/(sdk|ofrep)\//.test(one.path) ? 'server' : 'admin');
  const schema = one.body && (z.toJSONSchema(one.body, { io: 'input', unrepresentable: 'any' }) as Schema);
  const querySchema = one.query && (z.toJSONSchema(one.query, { io: 'input', unrepresentable: 'any' }) as Schema);
  const names = [...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const usual = (name: string) =>
    fc.constantFrom({ project: 'default', environment: 'production', flag: 'checkout' }[name] ?? 'none-such');
  const call = fc.record({
    params: fc.tuple(...names.map((name) => fc.oneof({ weight: 5, arbitrary: usual(name) }, { weight: 1, arbitrary: key }))),
    body: schema === undefined ? fc.constant(undefined) : shapeOf(schema),
    query:
      querySchema === undefined
        ? fc.constant({})
        : fc.dictionary(
            fc.constantFrom('other', ...Object.keys(querySchema.properties ?? {})),
            fc.oneof(key, fc.integer().map(String), fc.string({ maxLength: 9 })),
            { maxKeys: 2 },
          ),
    version: fc.constantFrom('"1"', '"2"', '"3"', '"99"'),
  });
  await fc.assert(
    fc.asyncProperty(call, async ({ params, body, query, version }) => {
      failures.length = 0;
      let path = one.path;
      names.forEach((name, i) => {
        path = path.replace(`{${name}}`, encodeURIComponent(String(params[i])));
      });
      const text = new URLSearchParams(query as Record<string, string>).toString();
      const answer = await server.call(one.method.toUpperCase(), text === '' ? path : `${path}?${text}`, {
        as: { token },
        body,
        headers: { 'if-match': version },
      });
      expect(answer.status, `${answer.text} ${failures.join()}`).toBeLessThan(500);
      if (answer.status < 300) expect(Object.keys(one.responses).map(Number)).toContain(answer.status);
      if (answer.status === 400 && answer.body?.code === 'invalid') expect(answer.body.fields ?? answer.body.detail).toBeTruthy();
    }),
    { seed: SEED, numRuns: 40, endOnFailure: true },
  );
}

describe('arbitrary calls', () => {
  const called = routes.filter(({ path }) => !SPARED.has(path));
  it.each(called.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
    '%s never fails inside',
    (_, declared) => attack(server, declared),
  );

  it('negative control: finds a handler that trips over what it was not told to expect', async () => {
    const careless = route({
      method: 'post',
      path: '/api/v1/projects/{project}/careless',
      permission: 'project:read',
      summary: 'careless',
      body: z.strictObject({ tags: z.array(z.unknown()).optional() }),
      responses: { 200: null },
      handle: ({ body }) => ({
        status: 200,
        body: { first: String(body.tags?.[0]).length, same: (body.tags as unknown[]).length },
      }),
    });
    const other = await createTestServer({ routes: [careless] });
    await expect(attack(other, careless)).rejects.toThrow();
    await other.close();
  });
});
