import { addToSketch, createSketch, murmur3 } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { MinuteRow } from '../ports.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { ranSince, usageBounds, usageOf } from './flag-usage.ts';

const MINUTE = 60_000;
const AT = 100_000 * MINUTE + 12_345;
const bounds = usageBounds(AT, 60);

function row(series: string, subject: string, minutesAgo: number, over: Partial<MinuteRow> = {}): MinuteRow {
  const minute = bounds.to - (minutesAgo + 1) * MINUTE;
  return { project: 'p', environment: 'e', minute, series, subject, sums: [1], sketch: null, ...over };
}

function people(from: number, to: number): Uint8Array {
  const sketch = createSketch();
  for (let n = from; n < to; n++) addToSketch(sketch, murmur3(`u${n}`, 0));
  return sketch;
}

const NO_ROLLOUTS = { rollouts: [], arms: [] };

describe('the usage of a flag', () => {
  it('is read to the end of the minute that runs, and over a whole day', () => {
    expect(bounds.to - AT).toBeLessThanOrEqual(MINUTE);
    expect(bounds.to).toBeGreaterThan(AT);
    expect([bounds.to - bounds.from, bounds.to - bounds.day]).toEqual([60 * MINUTE, 1440 * MINUTE]);
  });

  it('tells each minute of the last hour, and the day as a whole', () => {
    const counts = [
      row('count', 'flag/f/r1/on', 90, { sums: [5] }),
      row('count', 'flag/f/r1/on', 59, { sums: [2] }),
      row('count', 'flag/f/-/a/b', 59, { sums: [3] }),
      row('count', 'flag/f/r1/on', 0, { sums: [4] }),
      row('count', 'flag/f/r1/on', 1440, { sums: [100] }),
    ];
    const { minutes, day } = usageOf({ ...NO_ROLLOUTS, counts, sketches: [] }, bounds, 7);
    expect(minutes.map(({ minute, counts: some }) => [(bounds.to - minute) / MINUTE, some])).toEqual([
      [
        60,
        [
          { rule: 'r1', variant: 'on', count: 2 },
          { rule: null, variant: 'a/b', count: 3 },
        ],
      ],
      [1, [{ rule: 'r1', variant: 'on', count: 4 }]],
    ]);
    expect(day.counts).toEqual([
      { rule: 'r1', variant: 'on', count: 11 },
      { rule: null, variant: 'a/b', count: 3 },
    ]);
  });

  it('counts who came twice once, for each rule, and says nothing of rules that nobody sketched', () => {
    const sketches = [
      row('sketch', 'flag/f/r1', 700, { sketch: people(0, 600) }),
      row('sketch', 'flag/f/r1', 3, { sketch: people(300, 900) }),
      row('sketch', 'flag/f/r2', 3, { sketch: people(0, 50) }),
      row('sketch', 'flag/f/r3', 1500, { sketch: people(0, 50) }),
    ];
    const { day, lastEvaluated } = usageOf({ ...NO_ROLLOUTS, counts: [], sketches }, bounds, null);
    expect(day.units.map(({ rule }) => rule)).toEqual(['r1', 'r2']);
    expect(Math.abs((day.units[0]?.units ?? 0) - 900)).toBeLessThan(90);
    expect(lastEvaluated).toBeNull();
  });

  it('tells what failed of the rollouts that ran, and of no other', () => {
    const rollout = (id: string, startedAt: number, endedAt: number | null) =>
      ({ id, release: `v-${id}`, state: endedAt === null ? 'running' : 'reverted', startedAt, endedAt }) as Rollout;
    const all = [rollout('old', 1, bounds.from - 1), rollout('reverted', 2, bounds.from), rollout('new', 3, null)];
    const rollouts = ranSince(all, bounds.from);
    const arms = ['new', 'old'].map((id) => ({ rollout: id, minute: bounds.from, n1: 10, e1: 1, n0: 90, e0: 2 }));
    const { outcomes } = usageOf({ counts: [], sketches: [], rollouts, arms }, bounds, null);
    expect(outcomes).toEqual([
      {
        ...{ rollout: 'new', release: 'v-new', state: 'running', endedAt: null },
        minutes: [{ minute: bounds.from, n1: 10, e1: 1, n0: 90, e0: 2 }],
      },
      { rollout: 'reverted', release: 'v-reverted', state: 'reverted', endedAt: bounds.from, minutes: [] },
    ]);
  });
});
