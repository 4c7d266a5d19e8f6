import { type ClientOutcome, encodeHashes, unitHash } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RolloutView } from '../../domain/rollout/rollout-view.ts';
import { createController } from '../../rollout/controller.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import type { EvidenceRow } from './evidence-table.ts';

const PROJECT = '/api/v1/projects/default';
const PRODUCTION = `${PROJECT}/environments/production`;
const USERS = 60;

interface Item {
  readonly key: string;
  readonly value: boolean;
  readonly metadata?: { readonly rollout: string; readonly arm: 'treatment' | 'control'; readonly by: string };
}

describe('pages that report how their users fare', () => {
  let server: TestServer;
  let web: { token: string };
  let now = Date.parse('2026-11-23T12:00:00Z');
  let tick = async () => {};
  let sequence = 0;

  beforeAll(async () => {
    server = await createTestServer({ clock: () => now });
    web = await server.token('client');
    const { store, metrics, overrides, log, clock } = server.deps;
    const controller = createController({ store, metrics, overrides, log, clock, random: () => 'x', owner: 'one' });
    tick = controller.tick;
    const plan = { name: 'Half', stages: [{ percent: 50, advance: 'manual', bakeMs: 0 }], flushMs: 1_000 };
    for (const [key, more] of [
      ['wary', {}],
      ['trusting', { trustClientOutcomes: true }],
    ] as const)
      expect((await server.call('POST', `${PROJECT}/plans`, { body: { ...plan, key, ...more } })).status).toBe(201);
  });
  afterAll(() => server.close());

  async function start(flag: string, plan: string): Promise<string> {
    await server.call('POST', `${PROJECT}/flags`, { body: { key: flag, browserAccess: 'values' } });
    const body = { flag, release: 'r1', plan };
    const answer = await server.call<{ rollout: RolloutView }>('POST', `${PRODUCTION}/rollouts`, { body });
    expect(answer.status, answer.text).toBe(201);
    return answer.body.rollout.id;
  }

  const report = (more: object) => {
    const identity = { schema: 1, instance: 'instance-0123456789', sequence: ++sequence, sdk: 'burgee-browser/0.1.0' };
    const rest = { app: 'web', platform: 'browser', revision: null, spanMs: 1_000, counts: [], sketches: [], work: null };
    return server.call('POST', '/sdk/reports', {
      as: web,
      body: { ...identity, ...rest, attributes: [], rollouts: [], ...more },
    });
  };

  /** A second in which users open a page that asks for the flag over OFREP, and says how it went with what it was told. */
  async function second(flag: string, fails: (item: Item) => boolean): Promise<readonly Item[]> {
    const users = Array.from({ length: USERS }, (_, i) => `user-${sequence}-${i}`);
    const items = await Promise.all(
      users.map(async (user) => {
        const body = { context: { targetingKey: '', userId: user } };
        const { flags } = (await server.call<{ flags: Item[] }>('POST', '/ofrep/v1/evaluate/flags', { as: web, body })).body;
        const item = flags.find(({ key }) => key === flag);
        if (item?.metadata === undefined) throw new Error(`${flag} is not being ramped`);
        return item;
      }),
    );
    const outcomes = items.map((item, i): ClientOutcome => {
      const context: Record<string, string> = { userId: users[i] ?? '' };
      const { rollout, by } = item.metadata ?? { rollout: '', by: '' };
      return { rollout, unit: context[by] ?? '', failed: fails(item), durationMs: 20 };
    });
    expect((await report({ outcomes })).status).toBe(202);
    now += 1_000;
    await tick();
    return items;
  }
  const rolloutOf = async (id: string) =>
    (await server.call<{ rollout: RolloutView }>('GET', `${PRODUCTION}/rollouts/${id}`)).body.rollout;
  const evidenceOf = async (id: string) =>
    (await server.call<{ batches: EvidenceRow[] }>('GET', `${PRODUCTION}/rollouts/${id}/evidence`)).body.batches;
  const broken = ({ value }: Item) => value;

  it('stop a rollout that fails for them, are shown apart, and revert nothing', async () => {
    const id = await start('checkout', 'wary');
    const items = await second('checkout', broken);
    for (const { value, metadata } of items) expect(metadata?.arm).toBe(value ? 'treatment' : 'control');
    // the server counts who it would have put where, whatever it is told
    const treated = items.filter(({ value }) => value).length;
    expect(await evidenceOf(id)).toMatchObject([
      { client: true, stratum: 'web/browser', n1: treated, e1: treated, n0: USERS - treated, e0: 0 },
    ]);
    for (let i = 0; i < 3; i++) await second('checkout', broken);
    const rollout = await rolloutOf(id);
    expect(rollout).toMatchObject({ state: 'paused', percent: 50, reason: { code: 'guard-client-outcomes' } });
    expect(rollout.sentence).toContain('outcomes that anyone can send never revert');
    expect(rollout.gauges.revert.lnM).toBe(0);
    expect(rollout.totals.treatment.units).toBe(0);
    expect(rollout.sampleRatio).toBeNull();
    expect(rollout.guards.map(({ key, kind, action, verdict }) => [key, kind, action, verdict])).toEqual([
      ['outcomes', 'outcomes', 'revert', expect.stringMatching(/no-data|inconclusive/)],
      ['outcomes/client', 'client-outcomes', 'pause', 'fail'],
    ]);
    const csv = await server.call('GET', `${PRODUCTION}/rollouts/${id}/evidence?format=csv`);
    const [header, row] = csv.text.split('\r\n').map((line) => line.split(','));
    expect(row?.[header?.indexOf('client') ?? -1]).toBe('true');
    expect((await server.call('GET', `${PRODUCTION}/rollouts/${id}/replay`)).body).toMatchObject({ agrees: true });
  });

  it('say nothing at all with arms that they claim', async () => {
    const id = await start('forged', 'trusting');
    const all = encodeHashes(Array.from({ length: 500 }, (_, i) => unitHash(id, `x${i}`)));
    const arm = { percent: 50, opened: all, closed: all, slow: [] };
    const arms = [
      { ...arm, arm: 'treatment', failed: all },
      { ...arm, arm: 'control', failed: '' },
    ];
    for (let i = 0; i < 3; i++) {
      expect((await report({ rollouts: [{ rollout: id, arms, unattributed: 0 }] })).status).toBe(202);
      now += 1_000;
      await tick();
    }
    expect(await evidenceOf(id)).toEqual([]);
    expect((await rolloutOf(id)).state).not.toBe('reverted');
  });

  it('revert where the plan trusts them', async () => {
    const id = await start('trusted', 'trusting');
    for (let i = 0; i < 4 && (await rolloutOf(id)).state !== 'reverted'; i++) await second('trusted', broken);
    const reverted = await rolloutOf(id);
    expect(reverted).toMatchObject({ state: 'reverted', percent: 0, reason: { code: 'evidence' } });
    const { treatment, control, lnE, bar } = reverted.sampleRatio ?? {};
    expect(treatment).toBe(reverted.totals.treatment.units);
    expect(control).toBe(reverted.totals.control.units);
    expect(lnE).toBeLessThan(bar ?? 0);
    expect((await evidenceOf(id)).map(({ client }) => client)).toContain(false);
    expect((await server.call('GET', `${PRODUCTION}/rollouts/${id}/replay`)).body).toMatchObject({ agrees: true });
  });
});
