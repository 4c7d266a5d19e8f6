import type { QueryGuard } from '../../../server/src/domain/guard/guard.ts';
import type { Plan } from '../../../server/src/domain/rollout/rollout.ts';
import { createWorld, type Fails, planWith, stage, type World } from '../../../server/src/rollout/testing.ts';

export const HEALTHY: Fails = () => 0.01;
export const BAD: Fails = (arm) => (arm === 'treatment' ? 0.2 : 0.01);

/** Time alone carries a rollout through it; what stops it is what a row is about. */
export const TIMED: Plan = planWith({
  stages: [5, 10, 20, 40, 60, 80].map((percent) => stage(percent, 'time', 20_000)),
});

export const QUERY: QueryGuard = {
  ...{ kind: 'query', key: 'errors', action: 'pause', source: 'prom', errors: 'e', total: 't', limit: 0.02 },
  ...{ windowMs: 2_000, lagMs: 0, maxAgeMs: 5_000 },
};

/** A world with a flag `checkout` and a source `prom`, on a real database, for as long as `work` takes. */
export async function inWorld<T>(seed: number, work: (world: World) => Promise<T>): Promise<T> {
  const world = await createWorld({ seed });
  try {
    await world.addFlag('checkout');
    const source = { project: 'default', key: 'prom', name: 'Prom', type: 'json' as const, url: 'http://x', headers: [] };
    const entity = { ...source, timeoutMs: 1_000 };
    await world.store.commit({ environments: [], writes: [{ put: 'source', entity, basedOn: null }], audit: [] });
    return await work(world);
  } finally {
    await world.close();
  }
}

/** What stands in the rule now, %. */
export async function percentOf(world: World): Promise<number> {
  return (await world.state()).entity.rules[0]?.percent ?? Number.NaN;
}

/** Seeds 1 … count, one after the other. */
export async function each<T>(count: number, work: (seed: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let seed = 1; seed <= count; seed++) results.push(await work(seed));
  return results;
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
