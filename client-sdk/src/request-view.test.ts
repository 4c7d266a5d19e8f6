import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Peer, startPeer } from '../test/peer.ts';
import { flag, ramped, ruleset, until } from '../test/rulesets.ts';
import { type Client, createClient } from './node/index.ts';

let peer: Peer;
let client: Client;
beforeEach(async () => {
  peer = await startPeer(
    ruleset([
      flag('search'),
      ramped('checkout', 50, { rollout: 'r' }),
      flag('theme', { type: 'string', variants: [{ key: 'dark', value: 'dark' }], defaultVariant: 'dark', offVariant: 'dark' }),
      flag('limit', { type: 'number', variants: [{ key: 'high', value: 20 }], defaultVariant: 'high', offVariant: 'high' }),
      flag('layout', { type: 'json', variants: [{ key: 'w', value: { wide: 1 } }], defaultVariant: 'w', offVariant: 'w' }),
    ]),
  );
  client = createClient({ url: peer.url, key: 'key', log: false });
  await client.ready({ timeout: 5_000 });
});
afterEach(async () => {
  await client.close();
  await peer.close();
});

test('a view answers from the ruleset it was made on, across swaps; the client and later views do not', async () => {
  const view = client.forRequest({ targetingKey: 'u' });
  expect(view.boolean('search', false)).toBe(true);
  for (let n = 2; n < 6; n++) {
    peer.publish([flag('search', { killed: true }), flag(`f${n}`)]);
    await until(() => client.status().revision?.n === n);
    expect(view.boolean('search', false)).toBe(true);
    expect(view.detail('search', false).revision).toEqual({ epoch: 1, n: 1 });
    expect(view.boolean(`f${n}`, false)).toBe(false);
    expect(client.boolean('search', {}, true)).toBe(false);
    expect(client.forRequest().boolean('search', true)).toBe(false);
  }
  expect(view.revision).toEqual({ epoch: 1, n: 1 });
  expect(view.string('theme', 'light')).toBe('dark');
  expect(view.number('limit', 1)).toBe(20);
  expect(view.json('layout', {})).toEqual({ wide: 1 });
  expect(view.detail('theme', 5)).toMatchObject({ value: 5, errorCode: 'TYPE_MISMATCH' });
});

test('the context is the one given, or the one of the run', () => {
  const of = (user: string): boolean => client.boolean('checkout', { targetingKey: user }, false);
  const users = Array.from({ length: 40 }, (_, i) => `u${i}`);
  expect(users.map((user) => client.forRequest({ targetingKey: user }).boolean('checkout', false))).toEqual(users.map(of));
  const inRun = users.map((user) => client.run({ targetingKey: user }, () => client.forRequest().boolean('checkout', false)));
  expect(inRun).toEqual(users.map(of));
  expect(new Set(inRun).size).toBe(2);
});

test('a view made before anything was received answers defaults, also later', async () => {
  const early = createClient({ url: peer.url, key: 'key', log: false });
  const view = early.forRequest({ targetingKey: 'u' });
  await early.ready({ timeout: 5_000 });
  expect(view.revision).toBeNull();
  expect(view.detail('search', false)).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY' });
  expect(early.forRequest().boolean('search', false)).toBe(true);
  await early.close();
});

test('what views evaluate is reported under its own rule and variant, before and after a swap', async () => {
  const view = client.forRequest({ targetingKey: 'u' });
  const ask = (times: number): void => {
    for (let i = 0; i < times; i++) view.boolean('search', false);
  };
  ask(3);
  // the new ruleset numbers its slots anew: counting into those would give `search` the counts of `aaa`
  peer.publish([flag('aaa', { rules: [{ id: 'x', percent: 100, by: 'default', serve: { variant: 'on' } }] })]);
  await until(() => client.status().revision?.n === 2);
  ask(4);
  client.boolean('aaa', {}, false);
  await client.run({ targetingKey: 'job' }, async () => client.forRequest().boolean('checkout', false));
  await client.close();
  const counts = peer.reports.flatMap((report) => report.counts);
  const total = (key: string): number => counts.filter((row) => row.flag === key).reduce((sum, row) => sum + row.count, 0);
  expect(total('search')).toBe(7);
  expect(total('aaa')).toBe(1);
  expect(counts.filter((row) => row.flag === 'aaa').map((row) => row.rule)).toEqual(['x']);
  const arms = peer.reports.flatMap((report) => report.rollouts).flatMap((rollout) => rollout.arms);
  expect(arms.map((arm) => arm.closed).filter((units) => units !== '')).toHaveLength(1);
});

test('10,000 views of one ruleset share one evaluator, and none of them is kept', () => {
  const first = client.forRequest({ targetingKey: 'u' });
  let on = 0;
  for (let i = 0; i < 10_000; i++) if (client.forRequest({ targetingKey: `u${i}` }).boolean('checkout', false)) on++;
  expect(on).toBeGreaterThan(4_700);
  expect(on).toBeLessThan(5_300);
  expect(first.boolean('search', false)).toBe(true);
});
