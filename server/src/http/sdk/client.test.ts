import { createClient } from '@burgee/client-sdk/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, override, percentRule, rolloutOn } from './testing.ts';

let server: DeliveryServer;
let client: ReturnType<typeof createClient>;
const context = { targetingKey: 'u1' };
beforeEach(async () => {
  server = await createDeliveryServer();
  const { token } = await server.token('server');
  await server.putFlag('f', {}, { rules: [percentRule('r', 0)] });
  client = createClient({ url: server.url, key: token, app: 'shop' });
  expect(await client.ready({ timeout: 10_000 })).toMatchObject({ ready: true, source: 'live' });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

async function until(value: boolean): Promise<void> {
  while (client.boolean('f', context, !value) !== value) await new Promise((resolve) => setImmediate(resolve));
}

it('our SDK evaluates what was committed, as deltas and after overrides', async () => {
  for (let i = 0; i < 50; i++) {
    await server.putFlag('f', {}, { rules: [percentRule('r', i % 2 === 0 ? 100 : 0)] });
    await until(i % 2 === 0);
  }
  await server.putFlag('f', {}, { rules: [percentRule('r', 100)] });
  await until(true);
  server.deps.delivery.override(AT, override('o1', 'f', 'r'));
  await until(false);
  server.deps.delivery.settle('o1');
  await server.putFlag('f', {}, { rules: [percentRule('r', 100)] });
  await until(true);
});

it('our SDK’s reports are taken: units and outcomes of a rollout, counts, work', async () => {
  await server.putFlag('f', {}, { rules: [percentRule('r', 100)] });
  const entity = rolloutOn('f', 'r', { percent: 100 });
  await server.store.commit({ environments: [AT], writes: [{ put: 'rollout', entity, basedOn: null }], audit: [] });
  const { revision } = (await server.deps.delivery.snapshot(AT, 'server')) ?? {};
  while (client.detail('f', context, false).revision?.n !== revision?.n) await new Promise((resolve) => setImmediate(resolve));
  await client.run(context, async () => client.boolean('f', context, false));
  const failing = client.run({ targetingKey: 'u2' }, async () => {
    client.boolean('f', { targetingKey: 'u2' }, false);
    throw new Error('checkout failed');
  });
  await expect(failing).rejects.toThrow('checkout failed');
  await client.close();
  const [unfolded] = await server.store.unfolded(entity.id, 10);
  expect(unfolded).toMatchObject({
    client: false,
    report: { app: 'shop' },
    part: { arms: [{ arm: 'treatment', percent: 100 }] },
  });
  expect(Buffer.from(unfolded?.part.arms[0]?.closed ?? '', 'base64')).toHaveLength(16);
  expect(Buffer.from(unfolded?.part.arms[0]?.failed ?? '', 'base64')).toHaveLength(8);
  const range = { ...AT, from: 0, to: Number.MAX_SAFE_INTEGER, subjectPrefix: '' };
  const subjects = async (series: string) => (await server.store.minutes({ ...range, series })).map(({ subject }) => subject);
  expect(await subjects('count')).toContain('flag/f/r/on');
  expect(await subjects('work')).toEqual(['app/shop']);
});
