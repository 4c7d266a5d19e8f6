import { describe, expect, test } from 'vitest';
import { createDeliveryServer, percentRule } from '../../../server/src/http/sdk/testing.ts';
import { noBrowser } from '../../test/chromium.ts';
import { until } from '../../test/rulesets.ts';
import { useStage, VALUES } from '../../test/stage.ts';
import { makeClient, untilFlag } from '../../test/tab.ts';
import { createClient } from './index.ts';

const LONG = { timeout: 20_000 };

describe.skipIf(noBrowser !== null)('a client in a page', () => {
  const stage = useStage();

  test('answers defaults at once, then what the server evaluates, and what changes there', async () => {
    const { page } = stage.tab;
    await makeClient(stage.tab, stage.options());
    const before = await page.evaluate(() => [window.client.boolean('german', false), window.client.status().source]);
    expect(before).toEqual([false, 'default']);
    await page.evaluate((long) => window.client.ready(long), LONG);
    const [german, unknown, secret, status] = await page.evaluate(() => [
      window.client.detail('german', false),
      window.client.detail('none', 'x'),
      window.client.detail('secret', false),
      window.client.status(),
    ]);
    expect(german).toMatchObject({ value: true, variant: 'on', reason: 'TARGETING_MATCH', revision: { epoch: 1 } });
    expect(unknown).toMatchObject({ value: 'x', reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
    expect(secret).toMatchObject({ value: false, errorCode: 'FLAG_NOT_FOUND' });
    expect(status).toMatchObject({ source: 'live', ready: true, stale: false });
    expect(await page.evaluate(() => window.client.detail('german', 'text').errorCode)).toBe('TYPE_MISMATCH');
    await stage.put('german', false);
    await untilFlag(stage.tab, 'german', false);
    expect(await page.evaluate(() => window.told)).toEqual(['changed german,half,who', 'ready live', 'changed german']);
  });

  test('reads every type, and tells a wrong one', async () => {
    const variants = (on: object | number | string, off: object | number | string) => [
      { key: 'on', value: on as never },
      { key: 'off', value: off as never },
    ];
    const on = { rules: [percentRule('r', 100)] };
    await stage.server.putFlag('text', { ...VALUES, type: 'string', variants: variants('a', 'b') }, on);
    await stage.server.putFlag('number', { ...VALUES, type: 'number', variants: variants(1.5, 0) }, on);
    await stage.server.putFlag('json', { ...VALUES, type: 'json', variants: variants({ a: [1] }, {}) }, on);
    await stage.server.putFlag('list', { ...VALUES, type: 'json', variants: variants([1, 2], []) }, on);
    await makeClient(stage.tab, stage.options());
    const answers = await stage.tab.page.evaluate(async (long) => {
      await window.client.ready(long);
      const { client } = window;
      return {
        right: [client.string('text', ''), client.number('number', 0), client.json('json', {}), client.json('list', [0])],
        nothing: [client.json('json', null), client.json('list', undefined as unknown as null)],
        wrong: [
          client.boolean('text', true),
          client.number('text', 7),
          client.string('number', 'x'),
          client.json('text', { b: 1 }),
        ],
        names: [client.boolean('__proto__', true), client.string('constructor', 'x'), client.json('toString', { own: true })],
      };
    }, LONG);
    expect(answers).toEqual({
      right: ['a', 1.5, { a: [1] }, [1, 2]],
      nothing: [{ a: [1] }, [1, 2]],
      wrong: [true, 7, 'x', { b: 1 }],
      names: [true, 'x', { own: true }],
    });
  });

  test('belongs to whoever was identified last: at once, and never shows what another unit got', async () => {
    const { page } = stage.tab;
    await makeClient(stage.tab, stage.options({ context: { targetingKey: 'a', country: 'de' } }));
    const seen = await page.evaluate(async (long) => {
      const { client } = window;
      const look = () => `${client.string('who', '-')} ${client.boolean('german', false)}`;
      await client.ready(long);
      const seen = [look()];
      const same = client.identify({ targetingKey: 'a', country: 'fr' }, long);
      seen.push(`same unit: ${look()}`);
      await same;
      seen.push(look());
      const other = client.identify({ targetingKey: 'b', country: 'fr' }, long);
      seen.push(`other unit: ${look()}`);
      const { source } = await other;
      seen.push(`${source} ${look()}`);
      const back = client.identify({ targetingKey: 'a', country: 'fr' }, long);
      seen.push(`${client.status().source}: ${look()}`);
      await back;
      return seen;
    }, LONG);
    expect(seen).toEqual(['a true', 'same unit: a true', 'a false', 'other unit: - false', 'live b false', 'storage: a false']);
  });

  test('survives any context', async () => {
    await makeClient(stage.tab, stage.options());
    const survived = await stage.tab.page.evaluate(async (long) => {
      const ring: Record<string, unknown> = { targetingKey: 'a' };
      ring.self = ring;
      const odd = {
        targetingKey: 'a',
        big: 1n,
        call: () => 1,
        when: new Date(0),
        nan: Number.NaN,
        no: undefined,
        deep: { ring },
      };
      const getter = Object.defineProperty({ targetingKey: 'a' }, 'bad', {
        enumerable: true,
        get: () => ({ toJSON: () => ring }),
      });
      const found: string[] = [];
      for (const context of [ring, odd, getter, { targetingKey: 'a' }, [], null, 'text']) {
        const { source } = await window.client.identify(context as Record<string, unknown>, long);
        found.push(`${source} ${window.client.string('who', '-')}`);
      }
      return found;
    }, LONG);
    expect(survived).toEqual([...Array(4).fill('live a'), ...Array(3).fill('live nobody')]);
  });

  test('goes on when a listener throws, when it is closed, and after that', async () => {
    await makeClient(stage.tab, stage.options());
    const { page } = stage.tab;
    const after = await page.evaluate(async (long) => {
      const { client } = window;
      let heard = 0;
      const stop = client.on('changed', () => {
        heard++;
        throw new Error('mine');
      });
      client.on('changed', () => heard++);
      await client.ready(long);
      const both = heard;
      stop();
      client.close();
      client.close();
      const late = await client.identify({ targetingKey: 'b' }, long);
      return [both, window.warned, late.source, client.boolean('german', false), (await client.ready(long)).source];
    }, LONG);
    expect(after).toEqual([2, ['burgee: listener failed: Error: mine'], 'default', false, 'default']);
    await until(() => stage.gateway.streams().now === 0);
  });

  test('takes what a server evaluated for its page, for the same unit only', async () => {
    const { page } = stage.tab;
    const context = { targetingKey: 'a', country: 'de', 'x-country': 'only the server knows' };
    const onServer = createClient({ ...stage.options({ context }), log: false });
    expect(await onServer.ready(LONG)).toMatchObject({ source: 'live' });
    const bootstrap = JSON.parse(JSON.stringify(onServer.values()));
    onServer.close();
    expect(JSON.stringify(bootstrap)).not.toContain('only the server');
    // whatever the server says now comes later
    stage.gateway.fate = () => new Promise(() => undefined);
    const look = () => page.evaluate(() => [window.client.string('who', '-'), window.client.status().source, window.told]);
    await makeClient(stage.tab, stage.options({ bootstrap, context: { targetingKey: 'a' }, storage: false }));
    expect(await look()).toEqual(['a', 'bootstrap', ['ready bootstrap']]);
    await makeClient(stage.tab, stage.options({ bootstrap, context: { targetingKey: 'b' }, storage: false }));
    expect(await look()).toEqual(['-', 'default', []]);
    expect(await page.evaluate(() => window.warned)).toEqual([expect.stringContaining('bootstrap')]);
  });
});

describe('without a document', () => {
  test('asks once, and leaves nothing behind', async () => {
    const server = await createDeliveryServer();
    const { token } = await server.token('client');
    await server.putFlag('on', VALUES, { rules: [percentRule('r', 100)] });
    const client = createClient({ url: server.url, key: token, context: { targetingKey: 'u' }, log: false });
    expect(await client.ready(LONG)).toMatchObject({ source: 'live' });
    expect(client.boolean('on', false)).toBe(true);
    expect(server.deps.delivery.readers()).toBe(0);
    client.outcome({ error: true });
    client.close();
    await server.deps.delivery.close();
    expect(
      await server.store.minutes({
        project: 'default',
        environment: 'production',
        from: 0,
        to: 9e15,
        series: 'count',
        subjectPrefix: '',
      }),
    ).toEqual([]);
    await server.close();
  });

  test.each([
    [{ url: 'ftp://x' }, 'url must be'],
    [{ url: 'http://user:pw@x' }, 'url must be'],
    [{ url: 'http://x/?a' }, 'url must be'],
    [{ url: undefined }, 'url must be'],
    [{ key: '' }, 'key must be'],
    [{ key: 'with blank' }, 'key must be'],
    [{ app: '' }, 'app must be'],
    [{ platform: 'x'.repeat(101) }, 'platform must be'],
  ])('refuses %j', (wrong, message) => {
    expect(() => createClient({ url: 'http://127.0.0.1:1', key: 'bg_web_x', ...wrong } as never)).toThrow(message);
  });
});
