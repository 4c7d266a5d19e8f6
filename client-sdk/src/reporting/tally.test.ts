import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

const count = (times: number, swaps: readonly boolean[]) => {
  const tally = createTally(() => undefined);
  const slot = { count: 0 };
  for (let i = 0; i < times; i++) {
    tally.observer.decided('f', 'r', 'on', slot);
    for (const isWhole of swaps) tally.swap(isWhole);
  }
  return { held: slot.count, ...tally.counts(10) };
};

test('counts on across changes and whole rulesets', () => {
  const counts = [{ flag: 'f', rule: 'r', variant: 'on', count: 250 }];
  for (const swaps of [[], [false], [true], [false, true, false]])
    expect(count(250, swaps)).toMatchObject({ counts, more: false });
});

test('holds nothing of what was in force once another came as a whole, and after a hundred changes', () => {
  expect(count(1, [false]).held).toBe(1);
  expect(count(1, [true]).held).toBe(0);
  expect(
    count(
      1,
      Array.from({ length: 99 }, () => false),
    ).held,
  ).toBe(1);
  expect(
    count(
      1,
      Array.from({ length: 100 }, () => false),
    ).held,
  ).toBe(0);
});
