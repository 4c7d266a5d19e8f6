import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FieldError } from '../../domain/errors.ts';
import type { As, TestServer } from '../testing.ts';
import { createNounServer, dump, PRODUCTION, PROJECT, seen } from '../testing-nouns.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createNounServer();
  const post = (path: string, body: object) => server.call('POST', `${PROJECT}${path}`, { body });
  for (const key of ['checkout', 'menu', 'cart']) await post('/flags', { key });
  const variants = ['red', 'blue'].map((key) => ({ key, value: key }));
  await post('/flags', { key: 'colour', type: 'string', variants });
  await post('/segments', { key: 'vip', when: { attribute: 'vip', operator: 'exists', values: [] } });
  const rules = [{ id: 'r1', percent: 5, serve: { variant: 'on' }, segments: [{ segment: 'vip' }] }];
  await server.call('PATCH', `${PRODUCTION}/checkout`, { body: { rules }, ...seen(1) });
  const needs = (flag: string) => ({ body: { prerequisites: [{ flag, variants: ['on'] }] }, ...seen(1) });
  await server.call('PATCH', `${PRODUCTION}/menu`, needs('checkout'));
  await server.call('PATCH', `${PRODUCTION}/cart`, needs('menu'));
});
afterAll(() => server.close());

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly fields?: readonly FieldError[];
}
type Refusal = [
  about: string,
  method: string,
  path: string,
  body: unknown,
  version: number | null,
  status: number,
  code: string,
  fields?: string[],
];

const rule = (more: object) => ({ rules: [{ id: 'r1', percent: 5, serve: { variant: 'on' }, ...more }] });
const when = (more: object) => rule({ when: { attribute: 'a', operator: 'in', values: ['x'], ...more } });
const weights = (...list: number[]) => ({
  rules: [
    { percent: 5, serve: { split: { weights: list.map((weight, i) => ({ variant: i === 0 ? 'red' : 'blue', weight })) } } },
  ],
});
const checkout = `${PRODUCTION}/checkout`;
const colour = `${PRODUCTION}/colour`;
const flags = `${PROJECT}/flags`;
const segments = `${PROJECT}/segments`;
const environments = `${PROJECT}/environments`;
const deep = (depth: number): unknown =>
  depth === 0 ? { attribute: 'a', operator: 'exists', values: [] } : { not: deep(depth - 1) };

const REFUSALS: Refusal[] = [
  // unknown fields
  ['an unknown field of a flag', 'POST', flags, { key: 'x', colour: 1 }, null, 400, 'invalid', ['colour']],
  ['a key that is not one’s to change', 'PATCH', `${flags}/checkout`, { key: 'y' }, 1, 400, 'invalid', ['key']],
  ['a type that is not one’s to change', 'PATCH', `${flags}/checkout`, { type: 'json' }, 1, 400, 'invalid', ['type']],
  ['an unknown field of a state', 'PATCH', checkout, { on: true }, 2, 400, 'invalid', ['on']],
  ['a kill by edit', 'PATCH', checkout, { killed: null }, 2, 400, 'invalid', ['killed']],
  ['a mark of a rollout', 'PATCH', checkout, rule({ ramp: { rollout: 'x' } }), 2, 400, 'invalid', ['rules[0].ramp']],
  [
    'an unknown field of a split',
    'PATCH',
    colour,
    rule({ serve: { split: { weights: [], sum: 1 } } }),
    1,
    400,
    'invalid',
    ['rules[0].serve.split.sum'],
  ],
  ['an unknown field of a condition', 'PATCH', checkout, when({ operand: 1 }), 2, 400, 'invalid', ['rules[0].when.operand']],
  ['an unknown query', 'GET', `${PROJECT}/audit?user=1`, undefined, null, 400, 'invalid', ['query.user']],
  // wrong types
  ['a body that is a list', 'POST', flags, [], null, 400, 'invalid', ['body']],
  ['no key', 'POST', flags, {}, null, 400, 'invalid', ['key']],
  ['types all wrong', 'POST', flags, { key: 1, tags: 'a', kind: 'odd' }, null, 400, 'invalid', ['tags', 'kind', 'key']],
  ['a percent that is text', 'PATCH', checkout, rule({ percent: '5' }), 2, 400, 'invalid', ['rules[0].percent']],
  [
    'half a state',
    'PUT',
    checkout,
    { enabled: true },
    2,
    400,
    'invalid',
    ['prerequisites', 'rules', 'defaultVariant', 'offVariant'],
  ],
  ['a rule that serves nothing', 'PATCH', checkout, rule({ serve: {} }), 2, 400, 'invalid', ['rules[0].serve']],
  [
    'a rule that serves twice',
    'PATCH',
    colour,
    rule({ serve: { variant: 'red', split: { weights: [] } } }),
    1,
    400,
    'invalid',
    ['rules[0].serve'],
  ],
  ['a condition that is text', 'PATCH', checkout, rule({ when: 'plan = pro' }), 2, 400, 'invalid', ['rules[0].when']],
  // operators and their values
  ['an unknown operator', 'PATCH', checkout, when({ operator: 'within' }), 2, 400, 'invalid', ['rules[0].when.operator']],
  [
    'no version',
    'PATCH',
    checkout,
    when({ operator: 'semver_gt', values: ['1.x'] }),
    2,
    400,
    'invalid',
    ['rules[0].when.values[0]'],
  ],
  [
    'no network',
    'PATCH',
    checkout,
    when({ operator: 'in_cidr', values: ['10.0.0.0/99'] }),
    2,
    400,
    'invalid',
    ['rules[0].when.values[0]'],
  ],
  [
    'no time',
    'PATCH',
    checkout,
    when({ operator: 'date_after', values: ['soon'] }),
    2,
    400,
    'invalid',
    ['rules[0].when.values[0]'],
  ],
  [
    'a look-ahead',
    'PATCH',
    checkout,
    when({ operator: 'matches', values: ['a(?=b)'] }),
    2,
    400,
    'invalid',
    ['rules[0].when.values[0]'],
  ],
  [
    'a back reference',
    'PATCH',
    checkout,
    when({ operator: 'matches', values: ['(a)\\1'] }),
    2,
    400,
    'invalid',
    ['rules[0].when.values[0]'],
  ],
  ['an opaque part', 'PATCH', checkout, rule({ when: { opaque: 1 } }), 2, 400, 'invalid', ['rules[0].when.opaque']],
  [
    '17 groups in each other',
    'PATCH',
    checkout,
    rule({ when: deep(17) }),
    2,
    400,
    'invalid',
    [`rules[0].when${'.not'.repeat(16)}`],
  ],
  ['40 groups in each other', 'PATCH', checkout, rule({ when: deep(40) }), 2, 400, 'body_too_deep'],
  // prerequisites
  [
    'itself as prerequisite',
    'PATCH',
    checkout,
    { prerequisites: [{ flag: 'checkout', variants: ['on'] }] },
    2,
    400,
    'invalid',
    ['prerequisites[0].flag'],
  ],
  [
    'a cycle of two',
    'PATCH',
    checkout,
    { prerequisites: [{ flag: 'menu', variants: ['on'] }] },
    2,
    400,
    'invalid',
    ['prerequisites[0].flag'],
  ],
  [
    'a cycle of three',
    'PATCH',
    checkout,
    { prerequisites: [{ flag: 'cart', variants: ['on'] }] },
    2,
    400,
    'invalid',
    ['prerequisites[0].flag'],
  ],
  [
    'an unknown prerequisite',
    'PATCH',
    checkout,
    { prerequisites: [{ flag: 'ghost', variants: ['on'] }] },
    2,
    400,
    'invalid',
    ['prerequisites[0].flag'],
  ],
  // percents and weights
  ['a percent below 0', 'PUT', `${checkout}/rules/r1/percent`, { percent: -1 }, null, 400, 'invalid', ['percent']],
  ['a percent above 100', 'PUT', `${checkout}/rules/r1/percent`, { percent: 100.001 }, null, 400, 'invalid', ['percent']],
  ['a percent too fine', 'PUT', `${checkout}/rules/r1/percent`, { percent: 0.0001 }, null, 400, 'invalid', ['percent']],
  ['no percent', 'PUT', `${checkout}/rules/r1/percent`, {}, null, 400, 'invalid', ['percent']],
  ['weights of 0', 'PATCH', colour, weights(0, 0), 1, 400, 'invalid', ['rules[0].serve.split.weights']],
  ['weights of 999', 'PATCH', colour, weights(500, 499), 1, 400, 'invalid', ['rules[0].serve.split.weights']],
  ['no weights', 'PATCH', colour, weights(), 1, 400, 'invalid', ['rules[0].serve.split.weights']],
  // duplicates
  ['a flag twice', 'POST', flags, { key: 'checkout' }, null, 409, 'exists'],
  ['a segment twice', 'POST', segments, { key: 'vip', when: { all: [] } }, null, 409, 'exists'],
  ['an environment twice', 'POST', environments, { key: 'production' }, null, 409, 'exists'],
  ['a project twice', 'POST', '/api/v1/projects', { key: 'default' }, null, 409, 'exists'],
  ['rule ids twice', 'PATCH', checkout, { rules: [rule({}).rules[0], rule({}).rules[0]] }, 2, 400, 'invalid', ['rules[1].id']],
  // references
  [
    'an unknown segment',
    'PATCH',
    checkout,
    rule({ segments: [{ segment: 'ghost' }] }),
    2,
    400,
    'invalid',
    ['rules[0].segments[0].segment'],
  ],
  ['a segment in use', 'DELETE', `${segments}/vip`, undefined, null, 409, 'in_use'],
  ['a flag that others need', 'PATCH', `${flags}/checkout`, { archived: true }, 1, 409, 'in_use'],
  ['a variant in use', 'PATCH', `${flags}/colour`, { variants: [{ key: 'blue', value: 'b' }] }, 1, 409, 'in_use'],
  ['an unknown owner', 'PATCH', `${flags}/checkout`, { owner: 'ghost' }, 1, 400, 'invalid', ['owner']],
  // versions
  ['no If-Match for a state', 'PATCH', checkout, { enabled: true }, null, 428, 'precondition_required'],
  [
    'no If-Match for a whole state',
    'PUT',
    checkout,
    { enabled: true, prerequisites: [], rules: [], defaultVariant: 'off', offVariant: 'off' },
    null,
    428,
    'precondition_required',
  ],
  ['no If-Match for a flag', 'PATCH', `${flags}/checkout`, { name: 'x' }, null, 428, 'precondition_required'],
  ['no If-Match for a segment', 'PATCH', `${segments}/vip`, { name: 'x' }, null, 428, 'precondition_required'],
  ['a stale state', 'PATCH', checkout, { enabled: true }, 1, 412, 'conflict'],
  ['a stale flag', 'PATCH', `${flags}/checkout`, { name: 'x' }, 9, 412, 'conflict'],
  ['a stale segment', 'PATCH', `${segments}/vip`, { name: 'x' }, 9, 412, 'conflict'],
  ['a stale environment', 'DELETE', `${environments}/production`, undefined, 99, 412, 'conflict'],
  // what is not there
  ['a foreign project', 'GET', '/api/v1/projects/ghost/flags', undefined, null, 404, 'not_found'],
  ['a flag in a foreign project', 'POST', '/api/v1/projects/ghost/flags', { key: 'x' }, null, 404, 'not_found'],
  ['a foreign flag', 'PATCH', `${flags}/ghost`, { name: 'x' }, 1, 404, 'not_found'],
  ['a foreign environment', 'PATCH', `${environments}/ghost/flags/checkout`, { enabled: true }, 1, 404, 'not_found'],
  ['a kill of a foreign flag', 'POST', `${PRODUCTION}/ghost/kill`, { reason: 'x' }, null, 404, 'not_found'],
  ['a foreign rule', 'PUT', `${checkout}/rules/ghost/percent`, { percent: 1 }, null, 404, 'not_found'],
  ['a foreign segment', 'DELETE', `${segments}/ghost`, undefined, null, 404, 'not_found'],
  ['the audit of a foreign project', 'GET', '/api/v1/projects/ghost/audit', undefined, null, 404, 'not_found'],
  // the rest
  ['a kill without a reason', 'POST', `${checkout}/kill`, { reason: '' }, null, 400, 'invalid', ['reason']],
  ['a limit of 201', 'GET', `${PROJECT}/audit?limit=201`, undefined, null, 400, 'invalid', ['query.limit']],
  ['a huge body', 'POST', `${checkout}/kill`, { reason: 'x'.repeat(70_000) }, null, 413, 'body_too_large'],
  ['a huge state', 'PATCH', checkout, when({ values: ['x'.repeat(1_100_000)] }), 2, 413, 'body_too_large'],
];

describe('bad input is refused with a code and the fields, and changes nothing', () => {
  it.each(REFUSALS)('%s', async (_, method, path, body, version, status, code, fields) => {
    const before = await dump(server);
    const answer = await server.call<Problem>(method, path, { body, ...(version !== null && seen(version)) });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    if (fields) expect(answer.body.fields?.map(({ field }) => field).sort()).toEqual([...fields].sort());
    for (const { message } of answer.body.fields ?? []) expect(message.length).toBeGreaterThan(8);
    expect(await dump(server)).toBe(before);
  });

  it('and the dump would have shown a change', async () => {
    const before = await dump(server);
    await server.call('PUT', `${checkout}/rules/r1/percent`, { body: { percent: 6 } });
    expect(await dump(server)).not.toBe(before);
  });
});

describe('a stale edit', () => {
  it('is told what is there now', async () => {
    const there = await server.call<{ state: object; version: number }>('GET', checkout);
    const stale = await server.call('PATCH', checkout, { body: { enabled: true }, ...seen(1) });
    expect(stale.body.current).toEqual({ ...there.body.state, version: there.body.version });
    const garbled = await server.call('PATCH', checkout, { body: { enabled: true }, headers: { 'if-match': 'latest' } });
    expect([garbled.status, garbled.body.code]).toEqual([400, 'invalid']);
  });
});

describe('who may not', () => {
  it('changes nothing', async () => {
    const viewer = await server.person('viewer');
    const elsewhere = await server.token('admin', { project: 'other' });
    const development = await server.token('admin', { project: 'default', environment: 'development' });
    const pipeline = await server.token('pipeline');
    const before = await dump(server);
    const asked: [As, number][] = [
      [null, 401],
      [viewer, 403],
      [elsewhere, 403],
      [development, 403],
      [pipeline, 403],
    ];
    for (const [as, status] of asked)
      expect((await server.call('PATCH', checkout, { as, body: { enabled: true }, ...seen(2) })).status).toBe(status);
    expect(await dump(server)).toBe(before);
  });
});
