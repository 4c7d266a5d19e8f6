import { expect, test } from 'vitest';
import { createUnknownFlags } from './unknown.ts';

test('counts what is asked for and not there, with the default last given', () => {
  const unknown = createUnknownFlags();
  for (let i = 0; i < 3; i++) unknown.missed('search', false);
  unknown.missed('theme', 'light');
  unknown.missed('limit', 7);
  unknown.missed('layout', { columns: 1 });
  expect(unknown.take(100)).toEqual([
    { flag: 'search', type: 'boolean', fallback: 'false', count: 3 },
    { flag: 'theme', type: 'string', fallback: '"light"', count: 1 },
    { flag: 'limit', type: 'number', fallback: '7', count: 1 },
    { flag: 'layout', type: 'json', fallback: '{"columns":1}', count: 1 },
  ]);
  expect(unknown.take(100)).toEqual([]);
});

test('defaults that are long, endless or no JSON are not told', () => {
  const unknown = createUnknownFlags();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const odd = ['x'.repeat(255), Number.NaN, cyclic, undefined, 10n, () => 1, { toJSON: () => ({}).constructor('x').y.z }];
  for (const [i, fallback] of odd.entries()) unknown.missed(`f${i}`, fallback);
  expect(unknown.take(100).map((row) => row.fallback)).toEqual(odd.map(() => null));
});

test('names that code makes up fill neither memory nor report, and what is asked for most comes first', () => {
  const unknown = createUnknownFlags();
  for (let i = 0; i < 100_000; i++) {
    unknown.missed(`made-up-${i}`, false);
    if (i % 100 === 0) unknown.missed('real', false);
  }
  const taken = unknown.take(100);
  expect(taken).toHaveLength(100);
  expect(taken[0]).toMatchObject({ flag: 'real', count: 1_000 });
});

test('what can be no flag is not counted', () => {
  const unknown = createUnknownFlags();
  for (const key of ['', 'x'.repeat(101), Symbol('s'), undefined, null, {}]) unknown.missed(key as string, false);
  expect(unknown.take(100)).toEqual([]);
});
