import { encodeHashes, murmur3, position, thresholdOf, unitHasher } from '@burgee/engine';
import type { RolloutView } from '@burgee/server/api';
import type { TestServer } from './server.ts';
import type { Session } from './session.ts';

const HERE = '/api/v1/projects/default';

/** Share of work that fails, with the change and without. */
export interface Rates {
  readonly treatment: number;
  readonly control: number;
  /** Shares that are slower than each cut-off of the plan. */
  readonly slow?: Readonly<Record<'treatment' | 'control', readonly number[]>>;
}

/** Repeatable numbers 0…1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A plan that gets through its stages in seconds. */
export const QUICK = {
  key: 'quick',
  name: 'Quick',
  stages: [
    { percent: 1, advance: 'time', bakeMs: 2000 },
    { percent: 5, advance: 'evidence', bakeMs: 3000 },
    { percent: 25, advance: 'evidence', bakeMs: 3000 },
    { percent: 50, advance: 'evidence', bakeMs: 6000 },
    { percent: 98, advance: 'manual', bakeMs: 1000 },
  ],
  rhoBad: 3,
  flushMs: 500,
};

/** The same with three cut-offs; slow or not, it goes on. */
export const TIMED = {
  ...{ ...QUICK, key: 'timed', name: 'Timed' },
  guards: [
    { kind: 'outcomes', key: 'outcomes' },
    { kind: 'latency', key: 'latency', action: 'observe', cutoffsMs: [120, 480, 1900] },
  ],
};

export async function startRollout(session: Session, flag: string, release: string, plan: string): Promise<RolloutView> {
  const path = `${HERE}/environments/production/rollouts`;
  return (await session.call<{ rollout: RolloutView }>('POST', path, { flag, release, plan })).rollout;
}

/** Sends reports as an application would, one a call: `people` new users, in the arm that their bucket gives them. */
export async function createTraffic(server: TestServer, session: Session, seed: number) {
  const body = { kind: 'server', name: `shop ${seed}`, environment: 'production' };
  const { secret } = await session.call<{ secret: string }>('POST', `${HERE}/tokens`, body);
  const random = seeded(seed);
  const instance = `ui-traffic-${seed}-0000000000`;
  let sequence = 0;
  let people = 0;
  return async (id: string, count: number, rates: Rates): Promise<RolloutView> => {
    const path = `${HERE}/environments/production/rollouts/${id}`;
    const { rollout } = await session.call<{ rollout: RolloutView }>('GET', path);
    const hash = unitHasher(id);
    const closed = { treatment: [] as ReturnType<typeof hash>[], control: [] as ReturnType<typeof hash>[] };
    const failed = { treatment: [] as ReturnType<typeof hash>[], control: [] as ReturnType<typeof hash>[] };
    const slow = {
      treatment: rates.slow?.treatment.map(() => [] as ReturnType<typeof hash>[]) ?? [],
      control: rates.slow?.control.map(() => [] as ReturnType<typeof hash>[]) ?? [],
    };
    for (let n = 0; n < count; n++) {
      const unit = `user-${seed}-${people++}`;
      const inside = position(murmur3(`${rollout.flag}:${unit}`, 0)) < thresholdOf(rollout.percent);
      const arm = inside ? 'treatment' : 'control';
      closed[arm].push(hash(unit));
      if (random() < rates[arm]) failed[arm].push(hash(unit));
      const taken = rates.slow === undefined ? 1 : random();
      for (const [i, share] of (rates.slow?.[arm] ?? []).entries()) if (taken < share) slow[arm][i]?.push(hash(unit));
    }
    const arms = (['treatment', 'control'] as const).map((arm) => ({
      ...{ arm, percent: rollout.percent, opened: '', slow: slow[arm].map(encodeHashes) },
      ...{ closed: encodeHashes(closed[arm]), failed: encodeHashes(failed[arm]) },
    }));
    sequence += 1;
    const report = {
      ...{ schema: 1, instance, sequence, sdk: 'burgee-node/0.1.0', app: 'shop', platform: 'node', revision: null, spanMs: 500 },
      ...{ counts: [], sketches: [], work: null, attributes: ['country'] },
      rollouts: [{ rollout: id, arms, unattributed: 0 }],
    };
    const answer = await fetch(`${server.url}/sdk/reports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
    if (answer.status !== 202) throw new Error(`report: ${answer.status} ${await answer.text()}`);
    return rollout;
  };
}
