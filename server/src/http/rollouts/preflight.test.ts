import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../domain/guard/guard.ts';
import type { RolloutPreview } from '../../domain/rollout/rollout-preview.ts';
import type { RolloutView } from '../../domain/rollout/rollout-view.ts';
import { addFlag } from '../flags/testing-flags.ts';
import { sdkRoutes } from '../sdk/routes.ts';
import { type As, createTestServer, type TestServer } from '../testing.ts';
import { planRoutes } from './plans.ts';
import { rolloutRoutes } from './rollouts.ts';

const ROLLOUTS = '/api/v1/projects/default/environments/production/rollouts';
const MINUTE = 60_000;
interface Answer {
  readonly rollout: RolloutView;
  readonly preview: RolloutPreview;
  readonly previews?: readonly RolloutPreview[];
  readonly code: string;
  readonly guards?: readonly string[];
  readonly checks: readonly { readonly key: string; readonly verdict: string; readonly environment: string }[];
  readonly warnings: readonly { readonly code: string }[];
}

describe('before a start', () => {
  let server: TestServer;
  let now = Date.parse('2026-11-23T12:00:00Z');
  let errors = 0;
  let reads = 0;
  let sequence = 0;
  let as: As = null;
  beforeAll(async () => {
    const read = async (): Promise<Sample> => {
      reads += 1;
      return { kind: 'ok', errors, total: 1_000, asOf: now };
    };
    server = await createTestServer({
      routes: [...rolloutRoutes, ...planRoutes, ...sdkRoutes],
      clock: () => now,
      make: () => ({ metrics: { read } }),
    });
    // a session would not last the days that pass here
    as = await server.token('admin');
    const source = { project: 'default', key: 's', name: 'S', type: 'json' as const, url: 'http://localhost:1', headers: [] };
    await server.store.commit({
      environments: [],
      writes: [{ put: 'source', entity: { ...source, timeoutMs: 1_000 }, basedOn: null }],
      audit: [],
    });
    const query = (key: string, limit: number) => ({ kind: 'query', key, source: 's', errors: 'e', total: 't', limit });
    const stages = [
      { percent: 5, advance: 'evidence', bakeMs: MINUTE },
      { percent: 50, advance: 'evidence', bakeMs: MINUTE },
    ];
    const guards = [{ kind: 'outcomes', key: 'outcomes' }, query('lax', 0.5), query('strict', 0.02)];
    const body = { key: 'guarded', name: 'Guarded', stages, guards };
    const made = await server.call('POST', '/api/v1/projects/default/plans', { as, body });
    expect(made.status, made.text).toBe(201);
  });
  afterAll(() => server.close());

  const begin = (body: object) => server.call<Answer>('POST', ROLLOUTS, { as, body: { release: 'r1', ...body } });
  const preview = (body: object) => server.call<Answer>('POST', `${ROLLOUTS}/preview`, { as, body: { release: 'r1', ...body } });
  const rolloutsOf = async (flag: string) => (await server.store.list('rollout', { project: 'default', flag })).length;
  /** What an application reports; a minute passes. */
  async function report(kind: 'server' | 'client', more: object): Promise<void> {
    const token = await server.token(kind, { environment: 'production' });
    sequence += 1;
    const { status, text } = await server.call('POST', '/sdk/reports', {
      as: token,
      body: {
        ...{ schema: 1, instance: 'instance-0000000001', sequence, sdk: 'burgee-node/0.1.0', app: 'shop', platform: 'node' },
        ...{ revision: null, spanMs: MINUTE, counts: [], sketches: [], work: null, attributes: [], rollouts: [], ...more },
      },
    });
    expect(status, text).toBe(202);
    now += MINUTE;
  }

  it('starts where nobody is here yet, and says that it will hold', async () => {
    await addFlag(server, 'silent', ['production', 'development']);
    const { status, body } = await begin({ flag: 'silent', plan: 'guarded' });
    expect(status).toBe(201);
    expect(body.checks.map(({ key, verdict, environment }) => [key, verdict, environment])).toEqual([
      ['lax', 'pass', 'production'],
      ['strict', 'pass', 'production'],
    ]);
    expect(body.warnings.map(({ code }) => code)).toEqual(['nobody-reports']);
    reads = 0;
    expect((await begin({ flag: 'silent', plan: 'guarded' })).status).toBe(200);
    expect(reads).toBe(0);
  });

  it('refuses a red guard, unless it is forced with a reason', async () => {
    await addFlag(server, 'red', ['production']);
    errors = 100;
    reads = 0;
    const { status, body } = await begin({ flag: 'red', plan: 'guarded' });
    expect([status, body.code, body.guards]).toEqual([409, 'guard_red', ['strict']]);
    expect(body.checks.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['lax', 'pass'],
      ['strict', 'fail'],
    ]);
    expect([reads, await rolloutsOf('red')]).toEqual([2, 0]);
    const looked = (await preview({ flag: 'red', plan: 'guarded' })).body.preview;
    expect(looked).toMatchObject({ wouldStart: false, refusal: { code: 'guard_red', guards: ['strict'] } });
    const force = { reason: 'the fix for it' };
    expect((await preview({ flag: 'red', plan: 'guarded', force })).body.preview.wouldStart).toBe(true);
    const forced = await begin({ flag: 'red', plan: 'guarded', force });
    expect(forced.status).toBe(201);
    expect(forced.body.rollout.timeline.map(({ text }) => text)[1]).toBe(
      'Started by force although strict failed before the start: the fix for it',
    );
    errors = 0;
    await addFlag(server, 'green', ['production']);
    expect((await begin({ flag: 'green', plan: 'guarded' })).status).toBe(201);
  });

  it('refuses a plan that compares where flags are evaluated and no outcome is reported', async () => {
    await addFlag(server, 'mute', ['production']);
    const counts = [{ flag: 'mute', rule: 'everyone', variant: 'off', count: 600 }];
    await report('server', { counts });
    // its outcomes may be in the next report
    expect((await begin({ flag: 'green', plan: 'standard', release: 'r1' })).status).toBe(200);
    expect((await preview({ flag: 'mute' })).body.preview.wouldStart).toBe(true);
    await report('server', { counts });
    await report('server', { counts });
    const work = { total: 600, failed: 6, latency: [600] };
    // outcomes of a client key prove nothing
    await report('client', { work });
    const refused = await begin({ flag: 'mute' });
    expect([refused.status, refused.body.code]).toEqual([409, 'no_outcomes']);
    expect(await rolloutsOf('mute')).toBe(0);
    expect((await preview({ flag: 'mute' })).body.preview.refusal?.code).toBe('no_outcomes');
    expect((await preview({ flag: 'mute', plan: 'time-only' })).body.preview.wouldStart).toBe(true);
    const stages = [{ percent: 50, advance: 'evidence', bakeMs: MINUTE }];
    const trusting = { key: 'trusting', name: 'Trusting', stages, trustClientOutcomes: true };
    expect((await server.call('POST', '/api/v1/projects/default/plans', { as, body: trusting })).status).toBe(201);
    const trusted = (await preview({ flag: 'mute', plan: 'trusting' })).body.preview;
    expect(trusted).toMatchObject({ wouldStart: true, refusal: null });
    expect(trusted.warnings.map(({ code }) => code)).toContain('trusts-clients');
    await report('server', { counts, work });
    expect((await begin({ flag: 'mute' })).status).toBe(201);
    now += 25 * 60 * MINUTE;
  });

  it('shows per stage what a start would do, and does nothing', async () => {
    await addFlag(server, 'shown', ['production', 'development']);
    const nobody = (await preview({ flag: 'shown', plan: 'guarded' })).body.preview;
    expect(nobody.stages.map(({ percent, people, expectedMs }) => [percent, people, expectedMs])).toEqual([
      [5, null, null],
      [50, null, null],
    ]);
    for (let i = 0; i < 3; i++) {
      const counts = [{ flag: 'shown', rule: 'everyone', variant: 'off', count: 6_000 }];
      await report('server', { counts, work: { total: 6_000, failed: 60, latency: [6_000] } });
    }
    errors = 10;
    const seen = (await preview({ flag: 'shown', plan: 'guarded' })).body;
    errors = 0;
    expect(seen.preview).toMatchObject({ wouldStart: true, rule: 'everyone', startPercent: 0, refusal: null, waits: null });
    expect(seen.preview.traffic.failing).toBeCloseTo(0.01, 9);
    expect(seen.preview.expectedMs).toBeGreaterThan(2 * MINUTE);
    expect(seen.preview.warnings.map(({ code, guard, stage }) => [code, guard, stage])).toContainEqual(['dilution', 'lax', 0]);
    const both = await server.call<Answer>('POST', ROLLOUTS.replace('production', 'development').concat('/preview'), {
      as,
      body: { flag: 'shown', release: 'r1', plan: 'time-only', environments: ['development', 'production'] },
    });
    expect(both.body.previews?.map(({ environment, waits }) => [environment, waits?.code ?? null])).toEqual([
      ['development', null],
      ['production', 'after'],
    ]);
    expect(await rolloutsOf('shown')).toBe(0);
    const stages = [{ percent: 50, advance: 'time', bakeMs: MINUTE }];
    const slow = { key: 'slow', name: 'Slow', stages, guards: [{ kind: 'latency', key: 'slow' }] };
    expect((await server.call('POST', '/api/v1/projects/default/plans', { as, body: slow })).status).toBe(201);
    expect((await preview({ flag: 'shown', plan: 'slow' })).body.preview.wouldStart).toBe(true);
    now += 2 * 60 * MINUTE;
    const early = await preview({ flag: 'shown', plan: 'slow' });
    expect([early.body.preview.wouldStart, early.body.preview.refusal?.code]).toEqual([false, 'invalid']);
    const running = (await preview({ flag: 'silent', plan: 'guarded' })).body.preview;
    expect(running).toMatchObject({ wouldStart: false, existing: { state: 'running' } });
    const other = (await preview({ flag: 'silent', plan: 'guarded', release: 'r2' })).body.preview;
    expect(other.refusal?.code).toBe('rollout_active');
    expect((await preview({ flag: 'nothing' })).status).toBe(404);
    expect((await preview({ flag: 'shown', plan: 'nothing' })).status).toBe(400);
    expect((await preview({ flag: 'shown', wrong: 1 })).status).toBe(400);
  });
});
