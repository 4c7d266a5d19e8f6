import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlagState } from '../../domain/flag/flag.ts';
import type { TestServer } from '../testing.ts';
import { createNounServer, PRODUCTION, PROJECT, revisionOf, seen } from '../testing-nouns.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createNounServer();
  for (const key of ['checkout', 'menu']) await server.call('POST', `${PROJECT}/flags`, { body: { key } });
});
afterAll(() => server.close());

type Answered = { state: FlagState; version: number };
const at = `${PRODUCTION}/checkout`;
const read = async () => (await server.call<Answered>('GET', at)).body;

describe("a flag's state", () => {
  it('is replaced, patched and read, and moves its environment alone', async () => {
    const [production, development] = [await revisionOf(server, 'production'), await revisionOf(server, 'development')];
    const when = { any: [{ attribute: 'plan', operator: 'in', values: ['pro'] }] };
    const body = {
      enabled: true,
      prerequisites: [{ flag: 'menu', variants: ['on'] }],
      rules: [{ title: 'Pros', when, percent: 2.007, serve: { variant: 'on' } }],
      defaultVariant: 'off',
      offVariant: 'off',
    };
    const put = await server.call<Answered>('PUT', at, { body, ...seen(1) });
    expect([put.status, put.headers.get('etag')]).toEqual([200, '"2"']);
    const [rule] = put.body.state.rules;
    expect(rule).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
      title: 'Pros',
      when,
      percent: 2.007,
      by: 'default',
      serve: { variant: 'on' },
    });
    expect(await read()).toEqual(put.body);

    const patched = await server.call<Answered>('PATCH', at, { body: { defaultVariant: 'on' }, ...seen(2) });
    expect(patched.body.state).toEqual({ ...put.body.state, defaultVariant: 'on' });
    expect(await revisionOf(server, 'production')).toBe(production + 2);
    expect(await revisionOf(server, 'development')).toBe(development);
  });

  it('has its percents set one by one, with or without If-Match', async () => {
    const { state, version } = await read();
    const path = `${at}/rules/${state.rules[0]?.id}/percent`;
    const moved = await server.call<Answered>('PUT', path, { body: { percent: 12.5 } });
    expect(moved.body).toMatchObject({ version: version + 1, state: { rules: [{ percent: 12.5 }] } });
    expect((await server.call('PUT', path, { body: { percent: 12.5 } })).headers.get('etag')).toBe(`"${version + 1}"`);
    expect((await server.call('PUT', path, { body: { percent: 13 }, ...seen(version) })).status).toBe(412);
    expect((await server.call('PUT', `${at}/rules/nope/percent`, { body: { percent: 13 } })).status).toBe(404);
  });

  it('is killed and restored, each once', async () => {
    const before = (await read()).version;
    const kill = () => server.call<Answered>('POST', `${at}/kill`, { body: { reason: 'errors' } });
    const [one, two] = [await kill(), await kill()];
    expect(one.body).toMatchObject({ version: before + 1, state: { killed: { by: 'Olive Owner', reason: 'errors' } } });
    expect(two.body).toEqual(one.body);
    const restore = () => server.call<Answered>('POST', `${at}/restore`, { body: { reason: 'fixed' } });
    expect((await restore()).body).toMatchObject({ version: before + 2, state: { killed: null } });
    expect((await restore()).body.version).toBe(before + 2);
  });

  it('is killed by many at once, once', async () => {
    const before = (await read()).version;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        server.call<Answered>('POST', `${at}/kill`, { body: { reason: `reason ${index}` } }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.version}`))).toEqual(new Set([`200 ${before + 1}`]));
    expect(new Set(answers.map(({ body }) => body.state.killed?.reason)).size).toBe(1);
  });

  it('never ends in a cycle of prerequisites when two begin one at the same time', async () => {
    for (let round = 0; round < 6; round++) {
      const keys = [`left-${round}`, `right-${round}`] as const;
      for (const key of keys) await server.call('POST', `${PROJECT}/flags`, { body: { key } });
      const need = (flag: string, other: string) =>
        server.call('PATCH', `${PRODUCTION}/${flag}`, {
          body: { prerequisites: [{ flag: other, variants: ['on'] }] },
          ...seen(1),
        });
      const answers = await Promise.all([need(keys[0], keys[1]), need(keys[1], keys[0])]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
  });

  it('never names a variant or segment that goes at the same time', async () => {
    for (let round = 0; round < 6; round++) {
      const key = `colour-${round}`;
      const variants = ['red', 'blue'].map((name) => ({ key: name, value: name }));
      await server.call('POST', `${PROJECT}/flags`, { body: { key, type: 'string', variants } });
      const segment = `vip-${round}`;
      const when = { attribute: 'vip', operator: 'exists', values: [] };
      await server.call('POST', `${PROJECT}/segments`, { body: { key: segment, when } });
      const rules = [{ percent: 5, serve: { variant: 'blue' }, segments: [{ segment }] }];
      const [edit, without, gone] = await Promise.all([
        server.call('PATCH', `${PRODUCTION}/${key}`, { body: { rules }, ...seen(1) }),
        server.call('PATCH', `${PROJECT}/flags/${key}`, { body: { variants: variants.slice(0, 1) }, ...seen(1) }),
        server.call('DELETE', `${PROJECT}/segments/${segment}`),
      ]);
      const named = edit.status === 200;
      expect([without.status, gone.status]).toEqual(named ? [409, 409] : [expect.any(Number), expect.any(Number)]);
      if (!named) expect([without.status, gone.status]).not.toEqual([409, 409]);
    }
  });
});
