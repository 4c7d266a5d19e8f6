import { addToSketch, createSketch, encodeSketch, murmur3 } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import { lastEvaluated, minutesOf, unitsIn, variantCounts } from './usage.ts';

const where = { project: 'p', environment: 'e' };
const empty = { app: 'shop', spanMs: 60_000, counts: [], sketches: [], work: null, attributes: [] };

function sketchOf(from: number, to: number): string {
  const sketch = createSketch();
  for (let i = from; i < to; i++) addToSketch(sketch, murmur3(`u${i}`, 0));
  return encodeSketch(sketch);
}

describe('a report’s minutes', () => {
  it('lie where the middle of its time lies; a very long time counts as an hour', () => {
    const minute = (spanMs: number, at: number) =>
      minutesOf({ ...empty, spanMs, counts: [{ flag: 'f', rule: null, variant: 'on', count: 1 }] }, where, at)[0]?.minute;
    expect(minute(60_000, 600_000)).toBe(540_000);
    expect(minute(0, 600_000)).toBe(600_000);
    expect(minute(2_000, 600_999)).toBe(540_000);
    expect(minute(1e12, 86_400_000)).toBe(86_400_000 - 30 * 60_000);
  });

  it('have one row for each subject, merged where the report names it twice', () => {
    const counts = [
      { flag: 'f', rule: 'r', variant: 'a/b', count: 2 },
      { flag: 'f', rule: 'r', variant: 'a/b', count: 3 },
      { flag: 'f', rule: null, variant: 'off', count: 1 },
    ];
    const sketches = [
      { flag: 'f', rule: 'r', registers: sketchOf(0, 500) },
      { flag: 'f', rule: 'r', registers: sketchOf(250, 750) },
      { segment: 's', registers: sketchOf(0, 10) },
    ];
    const work = { total: 10, failed: 1, latency: [4, 6] };
    const rows = minutesOf({ ...empty, counts, sketches, work, attributes: ['plan', 'plan'] }, where, 1e9);
    expect(rows.map(({ series, subject, sums }) => [series, subject, sums])).toEqual([
      ['count', 'flag/f/r/a/b', [5]],
      ['count', 'flag/f/-/off', [1]],
      ['sketch', 'flag/f/r', []],
      ['sketch', 'segment/s', []],
      ['work', 'app/shop', [10, 1, 4, 6]],
      ['attribute', 'attribute/plan', [1]],
    ]);
    expect(rows.every(({ project, environment }) => project === 'p' && environment === 'e')).toBe(true);
    expect(Math.abs(unitsIn(rows.slice(2, 3)) - 750)).toBeLessThan(75);
  });
});

describe('arithmetic on minutes', () => {
  const rows = [1, 2, 3].flatMap((minute) =>
    minutesOf(
      {
        ...empty,
        spanMs: 0,
        counts: [
          { flag: 'f', rule: 'r', variant: 'on', count: minute },
          { flag: 'f', rule: null, variant: 'off', count: minute < 3 ? 1 : 0 },
        ],
        sketches: [{ flag: 'f', rule: 'r', registers: sketchOf(0, 1000 * minute) }],
      },
      where,
      minute * 60_000,
    ),
  );
  it('adds evaluations up by variant', () => {
    expect(variantCounts(rows)).toEqual([
      { flag: 'f', rule: 'r', variant: 'on', count: 6 },
      { flag: 'f', rule: null, variant: 'off', count: 2 },
    ]);
  });
  it('counts a unit once in however many minutes it came', () => {
    expect(Math.abs(unitsIn(rows) - 3000)).toBeLessThan(300);
    expect(unitsIn([])).toBe(0);
  });
  it('knows the last minute that had an evaluation', () => {
    expect(lastEvaluated(rows)).toBe(180_000);
    expect(lastEvaluated(rows.filter(({ subject }) => subject.endsWith('/off')))).toBe(120_000);
    expect(lastEvaluated([])).toBeNull();
  });
});
