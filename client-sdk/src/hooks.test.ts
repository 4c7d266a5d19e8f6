import { afterEach, expect, test } from 'vitest';
import { createFakeClock } from '../test/fake-clock.ts';
import { flag, ruleset } from '../test/rulesets.ts';
import type { Detail, Evaluator } from './evaluator.ts';
import { createHooks, type Hook, type HookContext, type HookDetails } from './hooks.ts';
import { type Client, type ClientError, createClient } from './node/index.ts';

const clients: Client[] = [];
const FLAGS = ruleset([
  flag('search'),
  flag('layout', { type: 'json', variants: [{ key: 'w', value: { wide: 1 } }], defaultVariant: 'w', offVariant: 'w' }),
]);
async function clientWith(...hooks: Hook[]): Promise<{ client: Client; errors: ClientError[] }> {
  const client = createClient({ offline: true, bootstrap: FLAGS, log: false, hooks });
  clients.push(client);
  const errors: ClientError[] = [];
  client.on('error', (error) => errors.push(error));
  await client.ready();
  return { client, errors };
}
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

/** A hook that writes down what it is told. */
function recorder(name: string, lines: string[]): Hook {
  const line = (stage: string) => (question: HookContext, answer?: HookDetails) => {
    lines.push(
      `${name} ${stage} ${question.flagKey} ${question.flagValueType} ${answer?.reason ?? ''} ${answer?.errorCode ?? ''}`.trim(),
    );
  };
  return { before: line('before'), after: line('after'), error: line('error'), finally: line('finally') };
}

test('hooks hear of every kind of evaluation: before in their order, the rest in the reverse one', async () => {
  const lines: string[] = [];
  const { client } = await clientWith(recorder('1', lines), recorder('2', lines));
  expect(client.boolean('search', {}, false)).toBe(true);
  expect(lines.splice(0)).toEqual([
    ...['1 before search boolean', '2 before search boolean'],
    ...['2 after search boolean STATIC', '1 after search boolean STATIC'],
    ...['2 finally search boolean STATIC', '1 finally search boolean STATIC'],
  ]);
  expect(client.string('none', {}, 'x')).toBe('x');
  expect(lines.splice(0)).toContain('1 error none string ERROR FLAG_NOT_FOUND');
  expect(client.json('layout', {}, 'not an object')).toEqual({ wide: 1 });
  expect(client.json('search', {}, 'default')).toBe('default');
  expect(lines.splice(0)).toContain('2 error search object ERROR TYPE_MISMATCH');
  expect(client.forRequest({ targetingKey: 'u' }).detail('search', false)).toMatchObject({ value: true, variant: 'on' });
  expect(lines).toHaveLength(6);
});

test('a hook learns the context and the answer, also those of a run and of another type', async () => {
  const heard: [HookContext, HookDetails][] = [];
  const { client } = await clientWith({ finally: (question, answer) => heard.push([question, answer]) });
  const context = { targetingKey: 'u', plan: 'pro' };
  client.run(context, () => client.boolean('search', undefined, false));
  expect(heard[0]?.[0]).toEqual({ flagKey: 'search', flagValueType: 'boolean', defaultValue: false, context });
  expect(heard[0]?.[1]).toMatchObject({ flagKey: 'search', value: true, variant: 'on', revision: { epoch: 1, n: 1 } });
});

test('with and without hooks every question has the same answer', async () => {
  const { client: watched } = await clientWith({ before: () => 1 });
  const { client: plain } = await clientWith();
  const ask = (client: Client): unknown[] =>
    ['search', 'layout', 'none'].flatMap((key) => [
      client.boolean(key, {}, true),
      client.string(key, {}, 's'),
      client.number(key, {}, 3),
      client.json(key, {}, null),
      client.json(key, {}, undefined),
      client.detail(key, {}, false),
      client.detail(key, {}, { a: 1 }),
    ]);
  expect(ask(watched)).toEqual(ask(plain));
});

test('what hooks throw or reject with changes nothing and is reported once', async () => {
  const throwing = (): never => {
    throw new Error('sync');
  };
  const lines: string[] = [];
  const { client, errors } = await clientWith(
    { before: throwing, after: throwing, finally: throwing },
    { after: () => Promise.reject(new Error('async')) },
    recorder('last', lines),
  );
  for (let i = 0; i < 100; i++) expect(client.boolean('search', {}, false)).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    "hook: a hook's before failed: sync",
    "hook: a hook's after failed: async",
  ]);
  expect(lines).toHaveLength(300);
});

test('a hook that evaluates flags itself does not hear of those', async () => {
  let calls = 0;
  const { client } = await clientWith({
    before() {
      calls++;
      client.boolean('search', {}, false);
    },
  });
  expect(client.boolean('search', {}, false)).toBe(true);
  expect(calls).toBe(1);
});

/** An evaluator and a clock that only hooks move. */
function slowness(hook: (clock: { pass(ms: number): void }) => Hook) {
  const clock = createFakeClock();
  const failures: string[] = [];
  const answer: Detail<boolean> = { value: true, reason: 'STATIC', revision: { epoch: 1, n: 1 } };
  const evaluator = { detail: () => answer } as unknown as Evaluator;
  const hooks = [hook({ pass: clock.advance })];
  const watched = createHooks(hooks, { clock, context: () => undefined, failed: (message) => failures.push(message) })(evaluator);
  return { clock, failures, ask: () => watched.boolean('a', {}, false) };
}

test('a hook that blocks is left out until it has made up for it: a tenth of the time at most', () => {
  let calls = 0;
  const { clock, failures, ask } = slowness(({ pass }) => ({
    before() {
      calls++;
      pass(40);
    },
  }));
  for (let i = 0; i < 1_000; i++) expect(ask()).toBe(true);
  expect(calls).toBe(3);
  expect(failures).toEqual(['a hook takes too long (its before took 40 ms) and is left out for a while']);
  const from = clock.monotonic();
  for (let i = 0; i < 100_000; i++) {
    clock.advance(1);
    ask();
  }
  expect(((calls - 3) * 40) / (clock.monotonic() - from)).toBeLessThanOrEqual(0.11);
  expect(calls).toBeGreaterThan(200);
});

test('one that does not block is never left out', () => {
  let calls = 0;
  const { failures, ask } = slowness(({ pass }) => ({
    after() {
      calls++;
      pass(0);
    },
  }));
  for (let i = 0; i < 10_000; i++) ask();
  expect(calls).toBe(10_000);
  expect(failures).toEqual([]);
});

test('without hooks there is nothing around the evaluator', () => {
  const evaluator = {} as Evaluator;
  const host = { clock: createFakeClock(), context: () => undefined, failed: () => undefined };
  expect(createHooks([], host)(evaluator)).toBe(evaluator);
  expect(createHooks([{ before: () => 1 }], host)(evaluator)).not.toBe(evaluator);
});
