import { describe, expect, it } from 'vitest';
import { allocations, NOTHING_BYTES } from './allocation.ts';
import type { Candidate } from './candidate.ts';
import { floor } from './candidates/floor.ts';
import { type CandidateId, candidateIds, load } from './candidates.ts';
import { peopleOf } from './people.ts';
import { mistakeOf } from './right.ts';
import { KINDS, type Scenario, scenarios } from './scenarios.ts';
import { swapUnderLoad } from './swap.ts';
import { tableOfEverybody } from './table.ts';
import { runnerOf } from './timing.ts';
import { time } from './timing-child.ts';
import { warmRow } from './warm.ts';

const scenario = (id: string): Scenario => scenarios.find((one) => one.id === id) as Scenario;
const SHORT = { roundMs: 2, warmMs: 5 };

describe('every candidate does the same work', () => {
  const { described, crowd } = scenario('S4');
  const people = peopleOf({ ...crowd, count: 2_000 });
  const known = new Set(described.segments.flatMap(({ ids }) => ids));

  it.each(candidateIds)('%s', async (id: CandidateId) => {
    const candidate = await load(id);
    const opened = await candidate.open(candidate.configure(described, false));
    for (const flag of described.flags.slice(0, KINDS.length)) expect(await mistakeOf(opened, flag, people, known)).toBeNull();
    await opened.close();
  });

  it('and one that does not is named', async () => {
    const flags = described.flags.map((flag) => (flag.of === 'boolean' ? { ...flag, rules: flag.rules.slice(0, -1) } : flag));
    const lazy: Candidate = { ...floor, name: 'a lazy one', configure: () => floor.configure({ ...described, flags }, false) };
    await expect(runnerOf(lazy, scenario('S2'), SHORT)).rejects.toThrow(
      'S2, a lazy one: flag-number-51: on for 10000 of 10000, not 50 %',
    );
    await expect(runnerOf(lazy, scenario('S3'), SHORT)).rejects.toThrow('S3, a lazy one: flag-number-52: on for 0 of 10000');
    await expect(runnerOf(lazy, scenario('S4'), SHORT)).rejects.toThrow('S4, a lazy one: flag-number-53: wrong for');
  });
});

it('S8 sees whether evaluations were counted', async () => {
  const order = { scenario: 'S8', candidates: ['burgee', 'growthbook'], rounds: 1, ...SHORT } as const;
  expect(await time(order)).toEqual({ burgee: expect.any(Number), growthbook: expect.any(Number) });
  const forgetful: Candidate = {
    ...floor,
    name: 'a forgetful one',
    open: async (config) => ({ ...(await floor.open(config)), counted: () => 0 }),
  };
  const runner = await runnerOf(forgetful, scenario('S8'), SHORT, 'http://127.0.0.1:9');
  await runner.round();
  await expect(runner.finish()).rejects.toThrow(/^S8, a forgetful one: counted 0 of \d+ evaluations$/);
});

it('a quick run yields figures beside everybody’s', async () => {
  const { figures, columns } = await warmRow(scenario('S1')).run({ isQuick: true });
  expect(figures.map(({ bench, row, unit, bar }) => [bench, row, unit, bar])).toEqual([
    ['engine', 1, 'ns', null],
    ['engine', 1, '×', '≤ 1.5'],
    ['engine', 1, '×', '≤ 0.999'],
  ]);
  expect(figures[0]?.value).toBeGreaterThan(0);
  expect(Object.keys(figures[0]?.peers ?? {})).toEqual(candidateIds.filter((id) => id !== 'burgee'));
  const table = await tableOfEverybody(columns);
  expect(table.split('\n')).toHaveLength(2 + candidateIds.length);
}, 120_000);

it('boolean, string and number answers allocate nothing, offline and counting', async () => {
  const found = Object.entries(await allocations());
  expect(found).toHaveLength(8);
  for (const [what, bytes] of found) {
    if (what.includes('control')) expect(bytes, what).toBeGreaterThanOrEqual(12);
    else expect(bytes, what).toBeLessThan(NOTHING_BYTES);
  }
}, 60_000);

it('every swap under load is seen', async () => {
  const { first, again, block } = await swapUnderLoad('delta', 100, 3);
  expect(block).toHaveLength(3);
  expect(first.slowest).toBeGreaterThan(again.slowest);
  expect(Math.min(...block)).toBeGreaterThan(0);
}, 60_000);
