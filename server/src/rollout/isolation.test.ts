import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { QueryGuard, Sample } from '../domain/guard/guard.ts';
import type { Logger, Stored } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { createWorld, dice, planWith, stage, type World } from './testing.ts';

const RUNS = Math.min(10_000, Number(process.env.BURGEE_RUNS ?? 500));
/** Some disks take their time. */
const HANG_MS = Math.max(30_000, 150 * RUNS);
const SCOPE = { project: 'default', environment: 'production' };
const GUARD: QueryGuard = {
  ...{ kind: 'query', key: 'errors', action: 'pause', source: 'prom', errors: 'e', total: 't', limit: 0.05 },
  ...{ windowMs: 1_000, lagMs: 0, maxAgeMs: 5_000 },
};
const PLAN = planWith({ stages: [stage(5, 'manual', 0), stage(50, 'evidence', 1_000)] });

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a careless hand, a bug of an older version or a bad disk could leave where something else belongs. */
const HOSTILE: readonly Json[] = [
  ...[null, true, false, 0, -1, 0.5, 1e308, -1e308, 2 ** 53, '', 'x', 'NaN', '1', 'x'.repeat(10_000)],
  ...[[], [null], [[[]]], [1, 'a', {}], {}, { length: 1e9 }, { toJSON: 1 }, { constructor: null, valueOf: 'x' }],
];

/** The same with one place of it, anywhere, replaced or taken out. */
function spoilt(value: unknown, random: () => number): unknown {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const chosen = entries[Math.floor(random() * entries.length)];
  if (chosen === undefined || random() < 0.2) return HOSTILE[Math.floor(random() * HOSTILE.length)];
  const [key, inner] = chosen;
  if (random() < 0.1) return Array.isArray(value) ? [] : Object.fromEntries(entries.filter(([name]) => name !== key));
  const changed = spoilt(inner, random);
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? changed : item));
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? changed : item]));
}

describe('a rollout beside a broken one', () => {
  let world: World;
  const errors: string[] = [];
  const log: Logger = { debug() {}, info() {}, warn() {}, error: (_, message) => void errors.push(message) };
  let good: Rollout;
  let broken: Stored<Rollout>;
  let tick: () => Promise<void>;

  beforeEach(async () => {
    errors.length = 0;
    world = await createWorld({ seed: 23, log });
    const source = { project: 'default', key: 'prom', name: 'Prom', type: 'json' as const, url: 'http://x', headers: [] };
    const entity = { ...source, timeoutMs: 1_000 };
    await world.store.commit({ environments: [], writes: [{ put: 'source', entity, basedOn: null }], audit: [] });
    await world.addFlag('a-broken');
    await world.addFlag('b-good');
    const one = await world.startRollout({ ...PLAN, guards: [...PLAN.guards, GUARD] }, { flag: 'a-broken' });
    good = await world.startRollout(PLAN, { flag: 'b-good' });
    tick = world.controller().tick;
    world.answers((_, to) => ({ kind: 'ok', errors: 1, total: 100, asOf: to }));
    for (let i = 0; i < 3; i++) {
      await world.send(await world.traffic(one.id, 50, () => 0.05));
      world.pass(1_000);
      await tick();
    }
    const stored = await world.store.get('rollout', { ...SCOPE, id: one.id });
    if (stored === undefined) throw new Error('no rollout');
    broken = stored;
  });
  afterEach(() => world.close());

  async function put(entity: Rollout): Promise<void> {
    await world.store.commit({ environments: [], writes: [{ put: 'rollout', entity, basedOn: 'any' }], audit: [] });
  }

  /** Whether the good rollout has taken its report in by the end of this very tick. */
  async function goesOn(): Promise<boolean> {
    const before = evidenceOf(await world.rollout(good.id)).tick;
    await world.send(await world.traffic(good.id, 5, () => 0));
    world.pass(1_000);
    // reads that never end are waited for by nobody
    await tick();
    return evidenceOf(await world.rollout(good.id)).tick === before + 1;
  }

  const FIELDS = ['plan', 'evidence', 'timeline', 'reason', 'startedBy', 'stage', 'percent', 'stageSince', 'bakeSince'] as const;
  const MORE = ['startedAt', 'startPercent', 'ruleDigest', 'endedAt', 'forced'] as const;

  it(
    `is not delayed by any malformed part of what is stored of it, ${RUNS} runs`,
    async () => {
      const random = dice(29);
      const fields = [...FIELDS, ...FIELDS.slice(0, 2), ...FIELDS.slice(0, 2), ...MORE];
      for (let run = 0; run < RUNS; run++) {
        const field = fields[Math.floor(random() * fields.length)] ?? 'plan';
        const entity = { ...broken.entity, [field]: spoilt(broken.entity[field], random) } as Rollout;
        await put(entity);
        if (run % 3 === 0)
          await world.send(await world.traffic(good.id, 5, () => 0).then((part) => ({ ...part, rollout: entity.id })));
        expect(await goesOn(), `run ${run}: ${field} ${JSON.stringify(entity[field]).slice(0, 500)}`).toBe(true);
      }
      // it did bite
      expect(errors.filter((message) => message === 'a tick of this rollout failed').length).toBeGreaterThan(RUNS / 50);
    },
    HANG_MS,
  );

  it(
    `is not delayed by malformed reports and answers, ${RUNS} runs`,
    async () => {
      const random = dice(31);
      const answer: Sample = { kind: 'ok', errors: 1, total: 100, asOf: world.clock() };
      for (let run = 0; run < RUNS; run++) {
        await put(broken.entity);
        const part = await world.traffic(broken.entity.id, 20, () => 0.05);
        const sent = spoilt(part, random);
        const about = typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? sent : { arms: sent };
        await world.send({ ...(about as typeof part), rollout: broken.entity.id });
        const kind = random();
        world.answers(() => {
          if (kind < 0.1) throw new Error('a bug of the reader');
          if (kind < 0.2) return new Promise(() => undefined) as unknown as Sample;
          return spoilt(answer, random) as Sample;
        });
        expect(await goesOn(), `run ${run}: ${JSON.stringify(sent).slice(0, 500)}`).toBe(true);
      }
    },
    HANG_MS,
  );

  it('would be, if one tick did all of them in turn (the negative control)', async () => {
    await put({ ...broken.entity, plan: null } as unknown as Rollout);
    const stepped: string[] = [];
    const naive = async () => {
      for (const { entity } of await world.store.list('rollout')) {
        entity.plan.guards.map(({ key }) => key);
        stepped.push(entity.id);
      }
    };
    await expect(naive()).rejects.toThrow(TypeError);
    expect(stepped).not.toContain(good.id);
    expect(await goesOn()).toBe(true);
  });
});
