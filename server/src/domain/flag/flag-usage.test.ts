import { addToSketch, createSketch, murmur3 } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { MinuteRow } from '../ports.ts';
import { usageBounds, usageOf } from './flag-usage.ts';

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
    const { minutes, day } = usageOf({ counts, sketches: [] }, bounds, 7);
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
    const { day, lastEvaluated } = usageOf({ counts: [], sketches }, bounds, null);
    expect(day.units.map(({ rule }) => rule)).toEqual(['r1', 'r2']);
    expect(Math.abs((day.units[0]?.units ?? 0) - 900)).toBeLessThan(90);
    expect(lastEvaluated).toBeNull();
  });
});
