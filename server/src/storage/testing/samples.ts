/** Entities, changes and reports to test stores with: one project `shop` with one environment `live`. */
import type { Report } from '@burgee/engine';
import type { Token, User } from '../../domain/access/access.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { Change, Logger, MinuteRow, Store, Write } from '../../domain/ports.ts';
import type { Batch, Plan, Rollout } from '../../domain/rollout/rollout.ts';

export const LIVE = { project: 'shop', environment: 'live' } as const;
export const AT = 1_800_000_000_000;

const actor = { kind: 'user', id: 'u1', name: 'Ada' } as const;

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export function entry(over: Partial<AuditEntry> = {}): AuditEntry {
  const summary = 'Ada changed the flag.';
  return { actor, action: 'flag.changed', ...LIVE, object: 'flag/a', summary, before: null, after: null, reason: null, ...over };
}

export function change(writes: readonly Write[], over: Partial<Change> = {}): Change {
  return { environments: [], writes, audit: [], ...over };
}

export function flag(key: string, over: Partial<Flag> = {}): Flag {
  return {
    project: 'shop',
    key,
    name: key,
    description: '',
    owner: null,
    tags: [],
    links: [],
    kind: 'release',
    type: 'boolean',
    variants: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    browserAccess: 'none',
    lifetimeDays: null,
    archived: false,
    createdAt: AT,
    ...over,
  };
}

export function state(flag: string, environment = 'live'): FlagState {
  const off = { killed: null, prerequisites: [], rules: [], defaultVariant: 'off', offVariant: 'off' };
  return { project: 'shop', environment, flag, enabled: false, ...off };
}

export function user(id: string, email: string): User {
  return { id, email, name: id, role: 'admin', passwordHash: null, disabled: false, createdAt: AT };
}

export function token(id: string, over: Partial<Token> = {}): Token {
  const plain = { hint: '', origins: [], createdBy: 'u1', createdAt: AT, expiresAt: null, revokedAt: null };
  return { id, kind: 'server', name: id, ...LIVE, hash: `hash of ${id}`, ...plain, ...over };
}

const plan: Plan = {
  project: 'shop',
  key: 'standard',
  name: 'Standard',
  description: '',
  stages: [{ percent: 50, advance: 'time', bakeMs: 1000, maxHoldMs: 1000 }],
  guards: [],
  revertTo: 'zero',
  revertAlpha: 0.001,
  pauseAlpha: 0.05,
  rhoBad: 3,
  beta: 0.05,
  minErrors: 3,
  minDifference: 0.001,
  controlSample: 1,
  flushMs: 1000,
  openMs: 1000,
};

export function rollout(id: string, over: Partial<Rollout> = {}): Rollout {
  return {
    id,
    ...LIVE,
    flag: id,
    rule: 'r1',
    release: 'v1',
    plan,
    state: 'running',
    reason: null,
    stage: 0,
    startPercent: 0,
    percent: 1,
    startedAt: AT,
    startedBy: actor,
    forced: null,
    stageSince: AT,
    bakeSince: AT,
    endedAt: null,
    confirmedAt: null,
    ruleDigest: '',
    evidence: { note: 'opaque' },
    timeline: [],
    ...over,
  };
}

export function batch(rollout: string, seq: number, over: Partial<Batch> = {}): Batch {
  const counts = { n1: 10, e1: 1, n0: 12, e0: 0, w: 0.5, lnM: 0.25, lnS: -1.5 };
  const blobs = { state: null, erred: '', seen1: '', seen0: '' };
  return { rollout, seq, at: AT, stage: 0, percent: 1, stratum: 'shop/node', ...counts, ...blobs, ...over };
}

export function report(instance: string, sequence: number, rollouts: readonly string[] = []): Report {
  return {
    schema: 1,
    instance,
    sequence,
    sdk: 'burgee-node/0.1.0',
    app: 'shop',
    platform: 'node',
    revision: null,
    spanMs: 1000,
    counts: [],
    sketches: [],
    work: null,
    attributes: [],
    rollouts: rollouts.map((rollout) => ({ rollout, arms: [], unattributed: sequence })),
  };
}

export function minuteRow(subject: string, over: Partial<MinuteRow> = {}): MinuteRow {
  return { ...LIVE, minute: AT, series: 'count', subject, sums: [1], sketch: null, ...over };
}

/** Makes the project and its environment; `live` is at revision (1,0) after it. */
export async function settle(store: Store): Promise<void> {
  await store.commit(
    change([
      { put: 'project', basedOn: null, entity: { key: 'shop', name: 'Shop', createdAt: AT, nextSegment: 1 } },
      { put: 'environment', basedOn: null, entity: { project: 'shop', key: 'live', name: 'Live', order: 1, createdAt: AT } },
    ]),
  );
}

/** The revision of `live`. */
export async function liveRevision(store: Store) {
  return (await store.revisions()).find((row) => row.project === 'shop' && row.environment === 'live')?.revision;
}
