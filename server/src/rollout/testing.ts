import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeHashes,
  hashFrom,
  type Override,
  position,
  type RolloutReport,
  saltState,
  sampled,
  thresholdOf,
  type UnitHash,
  unitHash,
} from '@burgee/engine';
import type { Flag, FlagState } from '../domain/flag/flag.ts';
import type { Sample } from '../domain/guard/guard.ts';
import { cutoffsOf } from '../domain/guard/latency-memory.ts';
import type { HeldOverride, Logger, MetricReader, Overrides, Store } from '../domain/ports.ts';
import type { Plan, Rollout, Stage } from '../domain/rollout/rollout.ts';
import { type Command, type CommandName, command } from '../domain/rollout/rollout-commands.ts';
import { PLAN_DEFAULTS } from '../domain/rollout/rollout-plans.ts';
import { type StartRequest, start } from '../domain/rollout/rollout-start.ts';
import { openSqlite } from '../storage/sqlite/open.ts';
import { createController } from './controller.ts';

export const ADA = { kind: 'user' as const, id: 'ada', name: 'Ada' };
export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const SCOPE = { project: 'default', environment: 'production' };

/** Numbers in 0…1 from a seed (mulberry32). */
export function dice(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function stage(percent: number, advance: Stage['advance'], bakeMs: number, maxHoldMs = 600_000): Stage {
  return { percent, advance, bakeMs, maxHoldMs };
}

export function planWith(fields: Partial<Plan> = {}): Plan {
  const stages = [
    stage(1, 'time', 5_000),
    stage(5, 'evidence', 5_000),
    stage(25, 'evidence', 5_000),
    stage(50, 'evidence', 5_000),
    stage(98, 'time', 5_000),
  ];
  return { project: 'default', key: 'test', name: 'Test', ...PLAN_DEFAULTS, pauseAlpha: 0.001, rhoBad: 5, stages, ...fields };
}

/** How often one request of a unit fails. */
export type Fails = (arm: 'treatment' | 'control', unit: number) => number;

/** How long one request of a unit takes, ms. */
export type Takes = (arm: 'treatment' | 'control', unit: number) => number;

/** What an application reports of some requests at this percent, as our SDKs do. */
export function visits(
  of: {
    readonly id: string;
    readonly flag: string;
    readonly percent: number;
    readonly controlSample: number;
    readonly requests: number;
    readonly fails: Fails;
    readonly users: number;
    /** Where a guard compares latencies. */
    readonly latency?: { readonly cutoffs: readonly number[]; readonly takes: Takes };
  },
  random: () => number,
): RolloutReport {
  const { id, flag, percent, latency } = of;
  const slower = () => latency?.cutoffs.map((): UnitHash[] => []) ?? [];
  const salt = saltState(flag, 0);
  const lists = {
    treatment: { closed: [] as UnitHash[], failed: [] as UnitHash[], slow: slower() },
    control: { closed: [] as UnitHash[], failed: [] as UnitHash[], slow: slower() },
  };
  for (let i = 0; i < of.requests; i++) {
    const unit = Math.floor(random() * of.users);
    const arm = position(hashFrom(salt, `u${unit}`)) < thresholdOf(percent) ? 'treatment' : 'control';
    const failed = random() < of.fails(arm, unit);
    const hash = unitHash(id, `u${unit}`);
    if (failed) lists[arm].failed.push(hash);
    if (arm === 'control' && !sampled(hash, of.controlSample)) continue;
    lists[arm].closed.push(hash);
    const took = latency?.takes(arm, unit) ?? 0;
    for (const [k, cutoff] of latency?.cutoffs.entries() ?? []) if (took > cutoff) lists[arm].slow[k]?.push(hash);
  }
  const arms = (['treatment', 'control'] as const).map((arm) => {
    const { closed, failed, slow } = lists[arm];
    const [all, bad] = [encodeHashes(closed), encodeHashes(failed)];
    return { arm, percent, opened: '', closed: all, failed: bad, slow: slow.map(encodeHashes) };
  });
  return { rollout: id, arms, unattributed: 0 };
}

/** A real store (SQLite unless another is opened), flags in it, a clock that only moves when told, and applications that report as our SDKs do. */
export async function createWorld(
  options: {
    readonly seed?: number;
    readonly log?: Logger;
    readonly open?: (clock: () => number, folder: string) => Promise<Store>;
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'burgee-rollout-'));
  let now = 1_800_000_000_000;
  const clock = () => now;
  const log = options.log ?? SILENT;
  const store = await (options.open?.(clock, folder) ?? openSqlite({ file: join(folder, 'burgee.db'), clock, log }));
  const random = dice(options.seed ?? 1);
  let ids = 0;
  let sequence = 0;
  const asserted: Override[] = [];
  const settled: string[] = [];
  const held = new Map<string, HeldOverride>();
  const overrides: Overrides = {
    async assert(one) {
      held.set(one.override.id, one);
      asserted.push(one.override);
    },
    async settle(id) {
      if (held.delete(id)) settled.push(id);
    },
    pending: () => [...held.values()],
  };
  let answer: (from: number, to: number) => Sample = () => ({ kind: 'unavailable', reason: 'nobody answers' });
  let takes: Takes | undefined;
  const metrics: MetricReader = { read: async ({ from, to }) => answer(from, to) };

  await store.commit({
    environments: [],
    writes: [
      { put: 'project', entity: { key: 'default', name: 'Default', createdAt: now, nextSegment: 1 }, basedOn: null },
      {
        put: 'environment',
        entity: { project: 'default', key: 'production', name: 'Production', order: 1, createdAt: now },
        basedOn: null,
      },
    ],
    audit: [],
  });

  async function addFlag(key: string, state: Partial<FlagState> = {}, flag: Partial<Flag> = {}): Promise<void> {
    const variants = [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ];
    const entity: Flag = {
      ...{
        project: 'default',
        key,
        name: key,
        description: '',
        owner: null,
        tags: [],
        links: [],
        kind: 'release',
        type: 'boolean',
      },
      ...{ variants, browserAccess: 'none', lifetimeDays: null, archived: false, createdAt: now },
      ...flag,
    };
    const rules = [{ id: 'everyone', percent: 0, by: 'default', serve: { variant: 'on' } }];
    const states: FlagState = {
      ...{ ...SCOPE, flag: key, enabled: true, killed: null, prerequisites: [], rules, defaultVariant: 'off', offVariant: 'off' },
      ...state,
    };
    await store.commit({
      environments: [SCOPE],
      writes: [
        { put: 'flag', entity, basedOn: null },
        { put: 'state', entity: states, basedOn: null },
      ],
      audit: [],
    });
  }

  async function startRollout(plan: Plan, request: Partial<StartRequest> = {}): Promise<Rollout> {
    const key = request.flag ?? 'checkout';
    const flag = await store.get('flag', { project: 'default', key });
    const state = await store.get('state', { ...SCOPE, flag: key });
    if (!flag || !state) throw new Error(`no flag ${key}`);
    const rollouts = await store.list('rollout', { ...SCOPE, flag: key });
    ids += 1;
    const facts = { flag, state, plan, rollouts, actor: ADA, at: now, ids: { rollout: `ro${ids}`, rule: `rule${ids}` } };
    const sources = (await store.list('source', { project: 'default' })).map(({ entity }) => entity.key);
    const result = start({ flag: key, release: 'r1', plan: plan.key, ...request }, { ...facts, sources });
    if (result.kind === 'same') return result.rollout.entity;
    await store.commit(result.change);
    return result.rollout;
  }

  async function rollout(id: string): Promise<Rollout> {
    const found = await store.get('rollout', { ...SCOPE, id });
    if (!found) throw new Error(`no rollout ${id}`);
    return found.entity;
  }

  async function state(flag = 'checkout') {
    const found = await store.get('state', { ...SCOPE, flag });
    if (!found) throw new Error(`no state of ${flag}`);
    return found;
  }

  /** What a person does to the flag's state. */
  async function edit(change: (state: FlagState) => FlagState, flag = 'checkout'): Promise<void> {
    const found = await state(flag);
    await store.commit({
      environments: [SCOPE],
      writes: [{ put: 'state', entity: change(found.entity), basedOn: found.version }],
      audit: [],
    });
  }

  async function order(name: CommandName, id: string, reason = 'because'): Promise<void> {
    const found = await store.get('rollout', { ...SCOPE, id });
    if (!found) throw new Error(`no rollout ${id}`);
    const input: Command = { rollout: found, state: await state(found.entity.flag), actor: ADA, at: now, reason };
    const change = command(name, input);
    if (change !== null) await store.commit(change);
  }

  /** One second of traffic of one application on one rollout; returns its part of a report. */
  async function traffic(id: string, requests: number, fails: Fails, users = 100_000): Promise<RolloutReport> {
    const { flag, rule, plan } = await rollout(id);
    const { entity } = await state(flag);
    const percent = entity.rules.find((one) => one.id === rule)?.percent ?? 0;
    const latency = takes && { cutoffs: cutoffsOf(plan), takes };
    const of = { id, flag, percent, controlSample: plan.controlSample, requests, fails, users };
    return visits({ ...of, ...(latency && { latency }) }, random);
  }

  async function send(
    part: RolloutReport,
    more: { instance?: string; sequence?: number; app?: string; client?: boolean } = {},
  ): Promise<void> {
    sequence += 1;
    const { instance = 'instance-0000000001', app = 'shop', client = false } = more;
    await store.ingest({
      ...SCOPE,
      client,
      minutes: [],
      report: {
        ...{ schema: 1, instance, sequence: more.sequence ?? sequence, sdk: 'test/1', app, platform: 'node', revision: null },
        ...{ spanMs: 1_000, counts: [], sketches: [], work: null, attributes: [], rollouts: [part] },
      },
    });
  }

  return {
    store,
    clock,
    folder,
    random,
    asserted,
    settled,
    addFlag,
    startRollout,
    rollout,
    state,
    edit,
    order,
    traffic,
    send,
    pass: (ms: number) => {
      now += ms;
    },
    /** How long requests take from now on. */
    takes: (next: Takes) => {
      takes = next;
    },
    answers: (next: typeof answer) => {
      answer = next;
    },
    controller: (owner = 'one', through: Store = store, leaseMs = 10_000, told: Overrides = overrides) =>
      createController({ store: through, metrics, overrides: told, clock, log, random: () => 'x', owner, leaseMs }),
    /** Seconds of traffic and ticks, until the rollout is in one of these states or the time is over; returns the seconds. */
    async run(input: {
      id: string;
      tick: () => Promise<void>;
      fails: Fails;
      seconds: number;
      until?: (rollout: Rollout) => boolean;
      requests?: number;
      users?: number;
    }): Promise<number> {
      for (let second = 1; second <= input.seconds; second++) {
        const part = await traffic(input.id, input.requests ?? 1_000, input.fails, input.users);
        now += 1_000;
        await send(part);
        await input.tick();
        if (input.until?.(await rollout(input.id))) return second;
      }
      return input.seconds;
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof createWorld>>;
