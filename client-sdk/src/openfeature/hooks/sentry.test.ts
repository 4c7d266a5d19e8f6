import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { OpenFeature } from '@openfeature/server-sdk';
import * as Sentry from '@sentry/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEvaluating } from '../../../test/evaluating.ts';
import { createSentryHook } from './index.ts';

interface ErrorEvent {
  readonly exception: { readonly values: readonly { readonly value: string }[] };
  readonly tags?: Readonly<Record<string, string>>;
  readonly contexts?: { readonly flags?: { readonly values: readonly { readonly flag: string; readonly result: boolean }[] } };
}
interface Span {
  readonly name: string;
  readonly is_segment: boolean;
  readonly attributes: Readonly<Record<string, { readonly value: unknown }>>;
}

const items: { readonly type: string; readonly payload: unknown }[] = [];
const sink = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    const [, ...lines] = text.trim().split('\n');
    for (let i = 0; i + 1 < lines.length; i += 2)
      items.push({ type: JSON.parse(lines[i] ?? '').type, payload: JSON.parse(lines[i + 1] ?? '') });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

let stop: () => Promise<void>;
beforeAll(async () => {
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  stop = await startEvaluating();
});
afterEach(async () => {
  await Sentry.close(2_000);
  OpenFeature.clearHooks();
  items.length = 0;
});
afterAll(async () => {
  await stop();
  sink.closeAllConnections();
  await new Promise((resolve) => sink.close(resolve));
});

const begin = (integrations: ReturnType<typeof Sentry.featureFlagsIntegration>[] = []) => {
  const dsn = `http://public@127.0.0.1:${(sink.address() as AddressInfo).port}/42`;
  Sentry.init({ dsn, tracesSampleRate: 1, integrations, defaultIntegrations: false });
  OpenFeature.addHooks(createSentryHook(Sentry));
};

const client = OpenFeature.getClient();
/** A request as Sentry sees one, whose handler fails after it has asked for its flags. */
const request = (name: string, work: () => Promise<unknown>): Promise<void> =>
  Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name, op: 'http.server', forceTransaction: true }, async () => {
      await work();
      Sentry.captureException(new Error(name));
    }),
  );

const errors = (): Map<string, ErrorEvent> =>
  new Map(
    items
      .filter((item) => item.type === 'event')
      .map(({ payload }) => [(payload as ErrorEvent).exception.values[0]?.value ?? '', payload as ErrorEvent]),
  );
const segments = (): Span[] =>
  items
    .filter((item) => item.type === 'span')
    .flatMap(({ payload }) => (payload as { items: Span[] }).items)
    .filter((span) => span.is_segment);

test('errors carry variants and arms as tags and boolean values as flags; a request without flags carries nothing', async () => {
  begin([Sentry.featureFlagsIntegration()]);
  const arms = new Map<string, unknown>();
  for (let i = 0; i < 20; i++) {
    await request(`GET /${i}`, async () => {
      const user = { targetingKey: `u${i}` };
      const { flagMetadata } = await client.getBooleanDetails('checkout', false, user);
      arms.set(`GET /${i}`, flagMetadata.arm);
      await client.getStringValue('theme', 'light', user);
      await client.getBooleanValue('unknown', true, user);
    });
  }
  await request('GET /none', async () => undefined);
  await Sentry.flush(2_000);
  expect(new Set(arms.values())).toEqual(new Set(['treatment', 'control']));
  for (const [name, arm] of arms) {
    const { tags, contexts } = errors().get(name) ?? expect.fail(`${name} has not arrived`);
    const isOn = arm === 'treatment';
    expect(tags).toMatchObject({ 'flag.checkout': isOn ? 'on' : 'off', 'flag.checkout.arm': arm, 'flag.theme': 'night' });
    expect(Object.keys(tags ?? {}).filter((key) => key.startsWith('flag.'))).toHaveLength(3);
    expect(contexts?.flags?.values).toEqual([
      { flag: 'checkout', result: isOn },
      { flag: 'unknown', result: true },
    ]);
  }
  const none = errors().get('GET /none');
  expect(none?.exception.values[0]?.value).toBe('GET /none');
  expect(Object.keys(none?.tags ?? {}).filter((key) => key.startsWith('flag.'))).toEqual([]);
});

test('spans of requests carry the arm, so that failures have totals to be a share of', async () => {
  begin();
  for (let i = 0; i < 20; i++) {
    const user = { targetingKey: `u${i}` };
    await request(`GET /${i}`, () => Sentry.startSpan({ name: 'inner' }, () => client.getBooleanValue('checkout', false, user)));
  }
  await request('GET /none', () => client.getBooleanValue('search', false));
  await Sentry.flush(2_000);
  const told = segments().map(({ name, attributes }) => [
    name,
    attributes['flag.checkout']?.value,
    attributes['flag.checkout.arm']?.value,
  ]);
  expect(told).toHaveLength(21);
  expect(told.filter(([name]) => name === 'GET /none')).toEqual([['GET /none', undefined, undefined]]);
  const counted = (variant: string, arm: string) => told.filter((row) => row[1] === variant && row[2] === arm).length;
  expect(counted('on', 'treatment')).toBeGreaterThan(0);
  expect(counted('on', 'treatment') + counted('off', 'control')).toBe(20);
  // asked for inside a span, failed outside of it
  for (const [name, variant, arm] of told.filter(([one]) => one !== 'GET /none'))
    expect(errors().get(String(name))?.tags).toMatchObject({ 'flag.checkout': variant, 'flag.checkout.arm': arm });
});

test('without the integration for flags there are the tags alone, and without Sentry nothing fails', async () => {
  begin();
  await request('GET /a', () => client.getBooleanValue('search', false));
  await Sentry.flush(2_000);
  expect(errors().get('GET /a')).toMatchObject({ tags: { 'flag.search': 'on' } });
  expect(errors().get('GET /a')?.contexts?.flags).toBeUndefined();
  OpenFeature.clearHooks();
  const hook = createSentryHook({ setTag: () => undefined, getClient: () => undefined });
  expect(await client.getBooleanValue('search', false, {}, { hooks: [hook] })).toBe(true);
});

test('refuses what is no Sentry SDK', () => {
  expect(() => createSentryHook(undefined as never)).toThrow('createSentryHook: give it the Sentry SDK, import * as Sentry');
});
