import {
  type ClientOutcome,
  decodeHashes,
  encodeHashes,
  prepare,
  type RolloutReport,
  rampedRules,
  sampled,
  unitHash,
} from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, percentRule, rolloutOn } from './testing.ts';

const COUNTED = /burgee_report_parts_(\w+)_total\{kind="client"\} (\d+)/g;

describe('outcomes of a client key', () => {
  let server: DeliveryServer;
  let client: { token: string };
  let sequence = 0;
  const logged: string[] = [];

  beforeAll(async () => {
    const write = (...line: unknown[]) => void logged.push(JSON.stringify(line));
    const log = { debug: write, info: write, warn: write, error: write };
    server = await createDeliveryServer({ log });
    client = await server.token('client');
    await server.putFlag('open', { browserAccess: 'values' }, { rules: [percentRule('r', 30, { by: 'account', salt: 's' })] });
    await server.putFlag('hidden', {}, { rules: [percentRule('r', 30)] });
    await server.putFlag('drawn', { browserAccess: 'rules' }, { rules: [percentRule('r', 30, { by: 'random' })] });
    await server.putFlag('plain', { browserAccess: 'values' }, { rules: [percentRule('r', 30)] });
    const guards = [{ kind: 'latency', key: 'slow', action: 'revert', tolerated: 1, cutoffsMs: [100, 500] }] as const;
    const writes = ['open', 'hidden', 'drawn'].map((flag) => {
      const rollout = rolloutOn(flag, 'r');
      return { put: 'rollout' as const, entity: { ...rollout, plan: { ...rollout.plan, guards } }, basedOn: null };
    });
    await server.store.commit({ environments: [AT], writes, audit: [] });
  });
  afterAll(() => server.close());

  const empty = { schema: 1, sdk: 'burgee-browser/0.1.0', app: 'shop', platform: 'browser', revision: null, spanMs: 1000 };
  const send = (more: object, who = client) => {
    const identity = { instance: 'instance-0123456789', sequence: ++sequence };
    const rest = { counts: [], sketches: [], work: null, attributes: [], rollouts: [] };
    return server.call('POST', '/sdk/reports', { as: who, body: { ...empty, ...identity, ...rest, ...more } });
  };
  const outcome = (unit: string, more: Partial<ClientOutcome> = {}): ClientOutcome => ({
    ...{ rollout: 'ro-open', unit, failed: false, durationMs: 50 },
    ...more,
  });
  const newest = async (rollout = 'ro-open') => (await server.store.unfolded(rollout, 1_000)).sort((a, b) => a.id - b.id).at(-1);
  const counted = async () => {
    const { text } = await server.deps.telemetry.render();
    return Object.fromEntries([...text.matchAll(COUNTED)].map(([, kind, n]) => [kind, Number(n)]));
  };

  it('become arms that the server works out, sampled and hashed as our own SDKs would', async () => {
    const units = Array.from({ length: 200 }, (_, i) => `unit-${i}`);
    const outcomes = units.map((unit, i) => outcome(unit, { failed: i % 5 === 0, durationMs: i % 3 === 0 ? 300 : 50 }));
    expect((await send({ outcomes })).status).toBe(202);
    const stored = await newest();
    expect(stored).toMatchObject({ client: true, report: { app: 'shop', platform: 'browser' } });

    const snapshot = await server.deps.delivery.snapshot(AT, 'server');
    const prepared = prepare(snapshot?.ruleset as never);
    const [rule] = rampedRules(prepared, 'open');
    const hashed = outcomes.map((one) => ({ ...one, hash: unitHash('ro-open', one.unit), arm: rule?.armOf(one.unit) }));
    const inSample = hashed.filter(({ arm, hash }) => arm === 'treatment' || sampled(hash, 0.25));
    const lists = (arm: string) => {
      const of = (some: typeof hashed) => encodeHashes(some.filter((one) => one.arm === arm).map(({ hash }) => hash));
      const slow = [of(inSample.filter(({ durationMs }) => durationMs > 100)), ''];
      const failed = of(hashed.filter((one) => one.failed));
      return { arm, percent: 30, opened: '', closed: of(inSample), failed, slow };
    };
    const wanted: RolloutReport = {
      ...{ rollout: 'ro-open', unattributed: 0 },
      arms: [lists('treatment'), lists('control')] as RolloutReport['arms'],
    };
    expect(stored?.part).toEqual(wanted);
    // both arms, and control's failures beyond its sample
    expect(decodeHashes(wanted.arms[0]?.closed ?? '').length).toBeGreaterThan(30);
    expect(decodeHashes(wanted.arms[1]?.failed ?? '').length).toBeGreaterThan(20);
    expect(decodeHashes(wanted.arms[1]?.closed ?? '').length).toBeLessThan(60);
  });

  it('go by the percent of the newest ruleset', async () => {
    const percentsOf = async () => (await newest())?.part.arms.map(({ arm, percent }) => [arm, percent]);
    await server.putFlag('open', { browserAccess: 'values' }, { rules: [percentRule('r', 100, { by: 'account', salt: 's' })] });
    await send({ outcomes: [outcome('unit-1'), outcome('unit-2', { failed: true })] });
    expect(await percentsOf()).toEqual([['treatment', 100]]);
    await server.putFlag('open', { browserAccess: 'values' }, { rules: [percentRule('r', 0, { by: 'account', salt: 's' })] });
    await send({ outcomes: [outcome('unit-1'), outcome('unit-2', { failed: true })] });
    expect(await percentsOf()).toEqual([['control', 0]]);
  });

  it('store nothing of a control unit that is fine and not in its sample', async () => {
    const waiting = (await server.store.unfolded('ro-open', 1_000)).length;
    const unit = Array.from({ length: 50 }, (_, i) => `c${i}`).find((id) => !sampled(unitHash('ro-open', id), 0.25)) ?? '';
    expect((await send({ outcomes: [outcome(unit)] })).status).toBe(202);
    expect(await server.store.unfolded('ro-open', 1_000)).toHaveLength(waiting);
  });

  it('are counted and dropped for rollouts that browsers cannot know of', async () => {
    const before = (await counted()).unknown ?? 0;
    const hidden = { rollout: 'ro-hidden' };
    const outcomes = [outcome('a', hidden), outcome('a', { rollout: 'ro-drawn' }), outcome('a', { rollout: 'nothing' })];
    expect((await send({ outcomes })).status).toBe(202);
    expect((await counted()).unknown).toBe(before + 3);
    expect(await newest('ro-hidden')).toBeUndefined();
    expect(await newest('ro-drawn')).toBeUndefined();
    expect(await newest('nothing')).toBeUndefined();
  });

  it('are the only way in: arms that a client key claims are ignored and counted, a server key’s are kept', async () => {
    const waiting = (await server.store.unfolded('ro-open', 1_000)).length;
    const forged = encodeHashes(Array.from({ length: 500 }, (_, i) => unitHash('ro-open', `forged-${i}`)));
    const arms = [{ arm: 'treatment', percent: 30, opened: forged, closed: forged, failed: forged, slow: [] }];
    const rollouts = [{ rollout: 'ro-open', arms, unattributed: 1 }];
    expect((await send({ rollouts })).status).toBe(202);
    expect(await server.store.unfolded('ro-open', 1_000)).toHaveLength(waiting);
    expect((await counted()).ignored).toBe(1);
    expect((await send({ rollouts }, await server.token('server'))).status).toBe(202);
    expect(await newest()).toMatchObject({ client: false, part: rollouts[0] });
  });

  it('are refused with a server key', async () => {
    const { status, body } = await send({ outcomes: [] }, await server.token('server'));
    expect([status, body]).toMatchObject([400, { code: 'invalid', fields: [{ field: 'outcomes' }] }]);
    expect(JSON.stringify(body)).toContain('client keys only');
  });

  it.each([
    ['no unit', { outcomes: [{ ...outcome('') }] }, 'outcomes[0].unit'],
    ['a long unit', { outcomes: [outcome('x'.repeat(201))] }, 'outcomes[0].unit'],
    ['a claimed arm', { outcomes: [{ ...outcome('a'), arm: 'treatment' }] }, 'outcomes[0].arm'],
    ['a negative duration', { outcomes: [outcome('a', { durationMs: -1 })] }, 'outcomes[0].durationMs'],
    ['no verdict', { outcomes: [{ ...outcome('a'), failed: 'no' }] }, 'outcomes[0].failed'],
    ['more than 1,000', { outcomes: Array(1_001).fill(outcome('a')) }, 'outcomes'],
  ])('are refused with %s, and nothing is stored', async (_, more, field) => {
    const waiting = (await server.store.unfolded('ro-open', 1_000)).length;
    const { status, body } = await send(more);
    expect([status, body]).toMatchObject([400, { code: 'invalid', fields: [{ field }] }]);
    expect(await server.store.unfolded('ro-open', 1_000)).toHaveLength(waiting);
  });

  it('leave no unit behind, neither stored nor logged', async () => {
    const unit = 'ada.lovelace@example.com';
    await send({ outcomes: [outcome(unit, { failed: true }), outcome(unit, { rollout: 'nothing' })] });
    expect((await send({ outcomes: [{ ...outcome(unit), extra: 1 }] })).text).not.toContain('lovelace');
    expect(JSON.stringify(await server.store.unfolded('ro-open', 1_000))).not.toContain('lovelace');
    const range = { ...AT, from: 0, to: Number.MAX_SAFE_INTEGER, subjectPrefix: '' };
    for (const series of ['count', 'sketch', 'work', 'attribute'])
      expect(JSON.stringify(await server.store.minutes({ ...range, series }))).not.toContain('lovelace');
    expect(logged.join('\n')).not.toContain('lovelace');
    const hash = encodeHashes([unitHash('ro-open', unit)]);
    expect(JSON.stringify(await newest())).toContain(hash);
  });
});
