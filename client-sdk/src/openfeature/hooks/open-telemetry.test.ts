import { AsyncLocalStorage } from 'node:async_hooks';
import { OpenFeature } from '@openfeature/server-sdk';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startEvaluating } from '../../../test/evaluating.ts';
import { ramped, ruleset } from '../../../test/rulesets.ts';
import { createClient } from '../../node/index.ts';
import { createOpenTelemetryHook, type TelemetryAttributes } from './index.ts';

const scopes = new AsyncLocalStorage<Context>();
const manager: ContextManager = {
  active: () => scopes.getStore() ?? ROOT_CONTEXT,
  with: (inner, run, self, ...given) => scopes.run(inner, () => run.call(self as never, ...given)),
  bind: (_, target) => target,
  enable: () => manager,
  disable: () => manager,
};
const exporter = new InMemorySpanExporter();
const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = tracing.getTracer('test');

let stop: () => Promise<void>;
beforeAll(async () => {
  context.setGlobalContextManager(manager);
  stop = await startEvaluating();
});
afterAll(async () => {
  await stop();
  await tracing.shutdown();
  context.disable();
});
beforeEach(() => {
  exporter.reset();
  OpenFeature.clearHooks();
});

const client = OpenFeature.getClient();
/** One span around some work, as the exporter gets it. */
async function span(work: () => Promise<unknown>): Promise<ReadableSpan> {
  await tracer.startActiveSpan('request', async (active) => {
    await work();
    active.end();
  });
  return exporter.getFinishedSpans()[0] ?? expect.fail('no span was exported');
}

test('each evaluation is an event of the active span, with the attributes of the convention', async () => {
  OpenFeature.addHooks(createOpenTelemetryHook({ trace }));
  const { events, attributes } = await span(async () => {
    await client.getBooleanValue('search', false, { targetingKey: 'u1' });
    await client.getStringValue('theme', 'light');
    await client.getBooleanValue('theme', false);
    await client.getNumberValue('unknown', 7);
  });
  const common = {
    'feature_flag.provider.name': 'burgee',
    'feature_flag.version': '1.1',
    'feature_flag.set.id': 'default/production',
  };
  expect(events.map(({ name, attributes: told }) => [name, told])).toEqual([
    [
      'feature_flag.evaluation',
      {
        ...common,
        'feature_flag.key': 'search',
        'feature_flag.result.variant': 'on',
        'feature_flag.result.reason': 'static',
        'feature_flag.context.id': 'u1',
      },
    ],
    [
      'feature_flag.evaluation',
      {
        ...common,
        'feature_flag.key': 'theme',
        'feature_flag.result.variant': 'night',
        'feature_flag.result.reason': 'static',
      },
    ],
    [
      'feature_flag.evaluation',
      {
        ...common,
        'feature_flag.key': 'theme',
        'feature_flag.result.value': false,
        'feature_flag.result.reason': 'error',
        'error.type': 'type_mismatch',
        'error.message': 'flag theme is of type string, the default of type boolean',
      },
    ],
    [
      'feature_flag.evaluation',
      {
        ...common,
        'feature_flag.key': 'unknown',
        'feature_flag.result.value': 7,
        'feature_flag.result.reason': 'error',
        'error.type': 'flag_not_found',
        'error.message': 'there is no flag unknown',
      },
    ],
  ]);
  expect(attributes).toEqual({});
});

test('while a flag is being ramped, its event tells rule, rollout and arm, and the span carries variant and arm', async () => {
  OpenFeature.addHooks(createOpenTelemetryHook({ trace, contextId: false }));
  const arms = new Set<unknown>();
  for (let i = 0; i < 20; i++) {
    exporter.reset();
    const { events, attributes } = await span(() => client.getBooleanValue('checkout', false, { targetingKey: `u${i}` }));
    const arm = attributes['flag.checkout.arm'];
    arms.add(arm);
    expect(attributes).toEqual({ 'flag.checkout': arm === 'treatment' ? 'on' : 'off', 'flag.checkout.arm': arm });
    expect(events[0]?.attributes).toMatchObject({ 'burgee.rollout': 'r1', 'burgee.arm': arm });
    expect(events[0]?.attributes?.['burgee.rule']).toBe(arm === 'treatment' ? 'rule-checkout' : undefined);
    expect(events[0]?.attributes).not.toHaveProperty('feature_flag.context.id');
  }
  expect(arms).toEqual(new Set(['treatment', 'control']));
});

test('with a logger, evaluations are log events, and the span carries the arm alone', async () => {
  const records: { eventName: string; attributes: TelemetryAttributes }[] = [];
  OpenFeature.addHooks(createOpenTelemetryHook({ trace, logger: { emit: (record) => records.push(record) } }));
  const { events, attributes } = await span(() => client.getBooleanValue('checkout', false, { targetingKey: 'u1' }));
  expect(events).toEqual([]);
  expect(attributes).toHaveProperty(['flag.checkout.arm']);
  await client.getBooleanValue('search', false);
  expect(records.map(({ eventName, attributes: told }) => [eventName, told['feature_flag.key']])).toEqual([
    ['feature_flag.evaluation', 'checkout'],
    ['feature_flag.evaluation', 'search'],
  ]);
});

test('watches evaluations of Burgee’s own client as well', async () => {
  const hooks = [createOpenTelemetryHook({ trace })];
  const own = createClient({
    offline: true,
    bootstrap: ruleset([ramped('checkout', 100, { rollout: 'r1' })]),
    hooks,
    log: false,
  });
  await own.ready();
  const { events, attributes } = await span(async () => {
    own.boolean('checkout', { targetingKey: 'u1' }, false);
    own.number('unknown', {}, 7);
  });
  const told = { 'feature_flag.provider.name': 'burgee', 'feature_flag.version': '1.1' };
  expect(attributes).toEqual({ 'flag.checkout': 'on', 'flag.checkout.arm': 'treatment' });
  expect(events.map((event) => event.attributes)).toMatchObject([
    {
      ...told,
      'feature_flag.key': 'checkout',
      'feature_flag.context.id': 'u1',
      'burgee.rollout': 'r1',
      'burgee.arm': 'treatment',
    },
    { ...told, 'feature_flag.key': 'unknown', 'feature_flag.result.value': 7, 'error.type': 'flag_not_found' },
  ]);
  await own.close();
});

test('outside any span, and in one that is not sampled, nothing happens', async () => {
  OpenFeature.addHooks(createOpenTelemetryHook({ trace }));
  expect(await client.getBooleanValue('search', false)).toBe(true);
  expect(exporter.getFinishedSpans()).toEqual([]);
  await trace.getTracer('none').startActiveSpan('none', () => client.getBooleanValue('search', false));
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test('long texts are no attributes', async () => {
  OpenFeature.addHooks(createOpenTelemetryHook({ trace }));
  const { events } = await span(async () => {
    await client.getStringValue('unknown', 'x'.repeat(257));
    await client.getObjectValue('unknown', { a: 1 });
    await client.getStringValue('unknown', 'x'.repeat(256));
  });
  const values = events.map(({ attributes: told }) => told?.['feature_flag.result.value']);
  expect(values).toEqual([undefined, undefined, 'x'.repeat(256)]);
});

test('refuses to be made of nothing', () => {
  expect(() => createOpenTelemetryHook({})).toThrow('createOpenTelemetryHook: give it trace of @opentelemetry/api, or a logger');
});
