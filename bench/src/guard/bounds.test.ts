import { expect, it } from 'vitest';
import { boundUnits } from '../../../server/src/domain/guard/bound.ts';

it('measures against the published bounds, base 1 %, α = .01 and .001', () => {
  const table = [
    [0.01, 0.02, 1192, 1788],
    [0.01, 0.05, 114, 171],
    [0.01, 0.2, 11, 17],
    [0.05, 0.02, 1256, 1885],
    [0.05, 0.05, 123, 184],
    [0.05, 0.2, 13, 19],
    [0.5, 0.02, 2671, 4006],
    [0.5, 0.05, 308, 462],
    [0.5, 0.2, 40, 60],
  ] as const;
  for (const [share, bad, usual, strict] of table) {
    expect(Math.round(boundUnits({ base: 0.01, bad, share }, 0.01))).toBe(usual);
    expect(Math.round(boundUnits({ base: 0.01, bad, share }, 0.001))).toBe(strict);
  }
});
