import type { Candidate, Opened } from './candidate.ts';
import type * as Loop from './loop.ts';
import type { Round } from './loop.ts';
import { peopleOf } from './people.ts';
import { mistakeOf } from './right.ts';
import type { Scenario } from './scenarios.ts';
import { stopwatch } from './stopwatch.ts';

/** One candidate at the start of a scenario: shown to be right, warm, and with as many questions as fill a round. */
export interface Runner {
  readonly name: string;
  /** Asks everything once more; nanoseconds for one question, or for one person's flags where there are several. */
  round(): Promise<number>;
  /** Closes it. Throws where it should have counted and did not. */
  finish(): Promise<void>;
}

/** Milliseconds for each candidate. */
export interface Effort {
  readonly roundMs: number;
  readonly warmMs: number;
}

/** Makes a candidate ready for a scenario; throws with its name where it answers wrongly. */
export async function runnerOf(candidate: Candidate, scenario: Scenario, effort: Effort, counting?: string): Promise<Runner> {
  const { described, crowd, keys, isCounting } = scenario;
  const fail = (why: string): never => {
    throw new Error(`${scenario.id}, ${candidate.name}: ${why}`);
  };
  const config = candidate.configure(described, isCounting);
  const opened = await candidate.open(config, counting === undefined ? {} : { counting });
  const people = peopleOf(crowd);
  const known = new Set(described.segments.flatMap(({ ids }) => ids));
  const flags = keys.map((key) => described.flags.find((flag) => flag.key === key) ?? fail(`no flag ${key}`));
  // one of each kind where there are many
  for (const flag of flags.slice(0, 5)) {
    const mistake = await mistakeOf(opened, flag, people, known);
    if (mistake !== null) fail(mistake);
  }

  const specifier = `./loop.ts?for=${candidate.name.replace(/\W+/g, '-')}`;
  const loop = (await import(/* @vite-ignore */ specifier)) as typeof Loop;
  const round: Round = {
    keys: keys.map((key) => Object.keys({ [key]: 0 })[0] ?? key),
    isJson: flags.map(({ of }) => of === 'json'),
    contexts: people.map(opened.context),
  };
  const ask = asking(loop, opened, round, keys.length > 1);
  let asked = 0;
  const timed = async (times: number): Promise<{ readonly ms: number; readonly sum: number }> => {
    asked += times;
    const watch = stopwatch();
    const sum = await ask(times);
    return { ms: watch(), sum };
  };

  const turn = keys.length > 1 ? 20 : round.contexts.length;
  const { sum: expected } = await timed(turn);
  const until = performance.now() + effort.warmMs;
  let fastest = Number.POSITIVE_INFINITY;
  do fastest = Math.min(fastest, (await timed(turn)).ms);
  while (performance.now() < until);
  const turns = Math.max(1, Math.round(effort.roundMs / fastest));

  return {
    name: candidate.name,
    async round() {
      const { ms, sum } = await timed(turns * turn);
      // the people of one turn over and over: the sum tells whether anything was left out
      if (keys.length === 1 && sum !== turns * expected) fail(`answers summed to ${sum}, not ${turns * expected}`);
      return (ms * 1e6) / (turns * turn);
    },
    async finish() {
      await opened.close();
      const counted = opened.counted?.();
      if (counting !== undefined && counted !== undefined && counted < asked) fail(`counted ${counted} of ${asked} evaluations`);
    },
  };
}

function asking(
  loop: typeof Loop,
  { now, later }: Opened,
  round: Round,
  isAll: boolean,
): (times: number) => number | Promise<number> {
  if (now !== null) return (times) => (isAll ? loop.askAll : loop.askOne)(now, round, times);
  if (later !== null) return (times) => (isAll ? loop.askAllLater : loop.askOneLater)(later, round, times);
  throw new TypeError('a candidate answers now or later');
}
