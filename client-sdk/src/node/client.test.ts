import { afterEach, expect, test } from 'vitest';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ramped, ruleset, until } from '../../test/rulesets.ts';
import { type Client, createClient } from './index.ts';

let peer: Peer;
let client: Client;
const KEY = 'bg_srv_test';

async function connected(...flags: Parameters<typeof ruleset>): Promise<void> {
  peer = await startPeer(ruleset(...flags));
  client = createClient({ url: peer.url, key: KEY, log: false });
  expect(await client.ready({ timeout: 5_000 })).toEqual({ source: 'live', ready: true, revision: { epoch: 1, n: 1 } });
}

afterEach(async () => {
  await client.close();
  await peer.close();
});

test('answers from the streamed ruleset, and from defaults where the flag is unknown or of another type', async () => {
  await connected([
    flag('search'),
    flag('theme', { type: 'string', variants: [{ key: 'dark', value: 'dark' }], defaultVariant: 'dark', offVariant: 'dark' }),
    flag('limit', { type: 'number', variants: [{ key: 'high', value: 20 }], defaultVariant: 'high', offVariant: 'high' }),
    flag('layout', {
      type: 'json',
      variants: [{ key: 'wide', value: { columns: 3 } }],
      defaultVariant: 'wide',
      offVariant: 'wide',
    }),
  ]);
  const context = { targetingKey: 'u1' };
  expect(client.boolean('search', context, false)).toBe(true);
  expect(client.boolean('unknown', context, true)).toBe(true);
  expect(client.string('theme', context, 'light')).toBe('dark');
  expect(client.string('search', context, 'light')).toBe('light');
  expect(client.number('limit', context, 1)).toBe(20);
  expect(client.json('layout', context, { columns: 1 })).toEqual({ columns: 3 });
  expect(client.json('theme', context, { columns: 1 })).toEqual({ columns: 1 });
  expect(client.detail('search', context, false)).toMatchObject({ value: true, variant: 'on', revision: { epoch: 1, n: 1 } });
  expect(client.detail('theme', context, 5)).toMatchObject({ value: 5, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' });
  expect(client.detail('unknown', context, 5)).toMatchObject({ value: 5, errorCode: 'FLAG_NOT_FOUND' });
  expect(peer.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test('applies deltas as they come and says what changed', async () => {
  await connected([flag('search'), flag('other')]);
  const changes: unknown[] = [];
  client.on('changed', (change) => changes.push(change));
  peer.publish([flag('search', { killed: true })]);
  await until(() => !client.boolean('search', {}, true));
  expect(changes).toEqual([{ flags: ['search'], revision: { epoch: 1, n: 2 } }]);
});

test('takes a snapshot after a gap', async () => {
  await connected([flag('search')]);
  peer.ruleset = { ...peer.ruleset, revision: { epoch: 1, n: 5 } };
  peer.publish([flag('fresh')]);
  await until(() => client.boolean('fresh', {}, false));
  expect(client.status().revision).toEqual({ epoch: 1, n: 6 });
  expect(client.boolean('search', {}, false)).toBe(true);
});

test('lowers an overridden rule at once and until a revision lists the override', async () => {
  await connected([ramped('checkout', 100)]);
  expect(client.boolean('checkout', { targetingKey: 'u' }, false)).toBe(true);
  peer.override({ id: 'o1', flag: 'checkout', rule: 'rule-checkout', percent: 0 });
  await until(() => !client.boolean('checkout', { targetingKey: 'u' }, true));
  peer.publish([ramped('checkout', 90)]);
  await until(() => client.status().revision?.n === 2);
  expect(client.boolean('checkout', { targetingKey: 'u' }, true)).toBe(false);
  peer.publish([ramped('checkout', 100)], { overridesApplied: ['o1'] });
  await until(() => client.boolean('checkout', { targetingKey: 'u' }, false));
});

test('reports counts, units and outcomes of requests', async () => {
  await connected([ramped('checkout', 50, { rollout: 'r1' })]);
  for (let i = 0; i < 40; i++) {
    const run = (): boolean => {
      const on = client.boolean('checkout', { targetingKey: `u${i}` }, false);
      if (on && i % 2 === 0) throw new Error('broken');
      return on;
    };
    try {
      client.run({ targetingKey: `u${i}` }, run);
    } catch {
      // the job's failure is the point
    }
  }
  const bytes = (text: string): number => Buffer.from(text, 'base64').length / 8;
  const arms = () => peer.reports.flatMap((report) => report.rollouts).flatMap((rollout) => rollout.arms);
  await until(() => arms().reduce((sum, arm) => sum + bytes(arm.closed), 0) === 40);
  const failed = arms().map((arm) => [arm.arm, arm.percent, bytes(arm.failed)]);
  expect(failed.filter(([arm, , count]) => arm === 'control' && count !== 0)).toEqual([]);
  expect(failed.some(([arm, percent, count]) => arm === 'treatment' && percent === 50 && Number(count) > 0)).toBe(true);
  expect(peer.reports.flatMap((report) => report.counts).reduce((sum, row) => sum + row.count, 0)).toBe(40);
  expect(peer.reports.reduce((sum, report) => sum + (report.work?.total ?? 0), 0)).toBe(40);
  expect(peer.reports.map((report) => report.sequence)).toEqual(peer.reports.map((_, i) => i + 1));
});
