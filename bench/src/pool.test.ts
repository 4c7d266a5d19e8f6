import { afterAll, describe, expect, it } from 'vitest';
import { type FaultAt, faulty } from './guard/faults.ts';
import { inlinePool, processPool } from './pool.ts';

const MODULE = new URL('./guard/faults.ts', import.meta.url).href;
const FAULT: FaultAt = { percent: 1, perSecond: 300, base: 0.01, bad: 0.5, after: 0, patience: 60, alphas: [0.001] };

describe('a pool of processes', () => {
  const pool = processPool(2);
  afterAll(() => pool.close());

  it('answers what this process would, in the order of the seeds', async () => {
    const apart = await pool.map(MODULE, faulty, FAULT, 40);
    expect(apart).toEqual(await inlinePool().map(MODULE, faulty, FAULT, 40));
    expect(new Set(apart.map(([alarm]) => alarm?.units)).size).toBeGreaterThan(1);
  });

  it('says which function is missing, and goes on', async () => {
    await expect(pool.map(MODULE, function missing() {}, null, 3)).rejects.toThrow(/exports no function missing/);
    await expect(pool.map(MODULE, faulty, FAULT, 1)).resolves.toHaveLength(1);
  });
});
