import { median } from '../counting.ts';
import { type CandidateId, load } from './candidates.ts';
import { answer } from './child.ts';
import { type Sink, serveSink } from './endpoint.ts';
import { scenarios } from './scenarios.ts';
import { type Effort, runnerOf } from './timing.ts';

export interface TimingOrder extends Effort {
  readonly scenario: string;
  readonly candidates: readonly CandidateId[];
  readonly rounds: number;
}

/** Median nanoseconds by candidate. */
export type Timings = Partial<Record<CandidateId, number>>;

/** Interleaved rounds of every candidate in this process. */
export async function time({ scenario: id, candidates, rounds, ...effort }: TimingOrder): Promise<Timings> {
  const scenario = scenarios.find((one) => one.id === id);
  if (scenario === undefined) throw new TypeError(`there is no scenario ${id}`);
  const sink = scenario.isCounting ? await serveSink() : null;
  const runners = [];
  for (const candidate of candidates) {
    const loaded = await load(candidate);
    if (sink !== null && !loaded.counts) continue;
    runners.push({ candidate, took: [] as number[], runner: await runnerOf(loaded, scenario, effort, sink?.url) });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { runner, took } of runners) {
      took.push(await runner.round());
      await settled(sink);
    }
  }
  for (const { runner } of runners) await runner.finish();
  await sink?.close();
  return Object.fromEntries(runners.map(({ candidate, took }) => [candidate, median(took)]));
}

/** What a candidate has put off, it does now and not in the next one's round. */
async function settled(sink: Sink | null): Promise<void> {
  let before: number | undefined;
  do {
    before = sink?.received();
    await new Promise((resolve) => setTimeout(resolve, sink === null ? 1 : 10));
  } while (before !== sink?.received());
}

if (process.send !== undefined) answer(time);
