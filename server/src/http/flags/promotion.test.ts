import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlagState } from '../../domain/flag/flag.ts';
import type { PromotionPart } from '../../domain/flag/promotion.ts';
import type { TestServer } from '../testing.ts';
import { createNounServer, dump, PRODUCTION, PROJECT, revisionOf, seen } from '../testing-nouns.ts';

let server: TestServer;
const THERE = `${PROJECT}/environments/development/flags`;
const PROMOTION = `${PRODUCTION}/checkout/promotion`;
const needs = [{ flag: 'menu', variants: ['on'] }];
const rules = [{ percent: 25, serve: { variant: 'on' }, segments: [{ segment: 'staff' }] }];
type Parts = { parts: PromotionPart[] };
type Stored = { state: FlagState; version: number };

beforeAll(async () => {
  server = await createNounServer();
  const when = { attribute: 'email', operator: 'ends_with', values: ['@example.com'] };
  await server.call('POST', `${PROJECT}/segments`, { body: { key: 'staff', when } });
  for (const key of ['checkout', 'menu']) await server.call('POST', `${PROJECT}/flags`, { body: { key } });
  await server.call('PATCH', `${THERE}/menu`, { body: { enabled: true, defaultVariant: 'on' }, ...seen(1) });
  await server.call('PATCH', `${THERE}/checkout`, { body: { enabled: true, prerequisites: needs, rules }, ...seen(1) });
});
afterAll(() => server.close());

const preview = async (query = 'from=development') => (await server.call<Parts>('GET', `${PROMOTION}?${query}`)).body.parts;
const read = async (flag: string) => (await server.call<Stored>('GET', `${PRODUCTION}/${flag}`)).body;

describe('a promotion', () => {
  it('is shown before it is made, with what the flag needs', async () => {
    const before = await dump(server);
    const parts = await preview();
    expect(parts.map(({ flag, prerequisite, versions }) => [flag, prerequisite, versions])).toEqual([
      ['checkout', false, { source: 2, target: 1 }],
      ['menu', true, { source: 2, target: 1 }],
    ]);
    expect(parts[0]?.before).toMatchObject({ environment: 'production', enabled: false, rules: [] });
    expect(parts[0]?.after).toMatchObject({ environment: 'production', enabled: true, prerequisites: needs, rules });
    expect((await preview('from=development&percents=target'))[0]?.after.rules[0]?.percent).toBe(0);
    expect(await dump(server)).toBe(before);
  });

  it('is refused, and changes nothing, where it may not be, leads nowhere or has moved', async () => {
    const { token } = await server.token('admin', { project: 'default', environment: 'production' });
    const before = await dump(server);
    const post = (body: object, path = PROMOTION, as?: { token: string }) =>
      server.call<{ code: string; fields?: { field: string }[] }>('POST', path, { body, ...(as && { as }) });
    const answers = [
      await post({ from: 'production' }),
      await post({ from: 'nowhere' }),
      await post({ from: 'development' }, `${PRODUCTION}/nobody/promotion`),
      await post({ from: 'development', flags: [{ flag: 'menu' }] }),
      await post({ from: 'development', flags: [{ flag: 'checkout' }, { flag: 'checkout' }] }),
      await post({ from: 'development', flags: [{ flag: 'checkout', versions: { source: 1, target: 1 } }] }),
      await post({ from: 'development', flags: [{ flag: 'checkout', versions: { source: 2, target: 9 } }] }),
      await post({ from: 'development' }, PROMOTION, { token }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code, body.fields?.[0]?.field])).toEqual([
      [400, 'invalid', 'from'],
      [404, 'not_found', undefined],
      [404, 'not_found', undefined],
      [400, 'invalid', 'flags'],
      [400, 'invalid', 'flags[1].flag'],
      [409, 'conflict', undefined],
      [409, 'conflict', undefined],
      [403, 'forbidden', undefined],
    ]);
    expect(await dump(server)).toBe(before);
  });

  it('moves the flag and what comes along in one revision', async () => {
    const [production, development] = [await revisionOf(server, 'production'), await revisionOf(server, 'development')];
    const flags = (await preview()).map(({ flag, versions }) => ({ flag, versions }));
    const { status, body } = await server.call<{ promoted: Stored[] }>('POST', PROMOTION, {
      body: { from: 'development', flags },
    });
    expect(status).toBe(200);
    expect(body.promoted.map(({ state, version }) => [state.flag, state.enabled, version])).toEqual([
      ['checkout', true, 2],
      ['menu', true, 2],
    ]);
    expect((await read('checkout')).state).toMatchObject({ prerequisites: needs, rules });
    expect((await read('menu')).state.defaultVariant).toBe('on');
    expect(await revisionOf(server, 'production')).toBe(production + 1);
    expect(await revisionOf(server, 'development')).toBe(development);
    const audit = await server.call<{ entries: { action: string; summary: string }[] }>('GET', `${PROJECT}/audit?limit=2`);
    expect(audit.body.entries.map(({ action }) => action)).toEqual(['state.promoted', 'state.promoted']);
    expect(audit.body.entries[1]?.summary).toMatch(/^checkout in production: turned on; .*; as in development\.$/);
  });

  it('changes nothing when it is so already', async () => {
    const before = await dump(server);
    expect((await server.call('POST', PROMOTION, { body: { from: 'development' } })).status).toBe(200);
    expect(await dump(server)).toBe(before);
  });

  it('keeps a percent that the target has when asked to', async () => {
    const { state, version } = await read('checkout');
    await server.call('PATCH', `${PRODUCTION}/checkout`, {
      body: { rules: [{ ...state.rules[0], percent: 3 }] },
      ...seen(version),
    });
    await server.call('POST', PROMOTION, { body: { from: 'development', percents: 'target' } });
    expect((await read('checkout')).state.rules[0]?.percent).toBe(3);
  });
});
