import { figuresOf } from '../figure.ts';
import { type CandidateId, candidateIds } from './candidates.ts';
import { inChild } from './child.ts';
import type { Row } from './row.ts';
import type { Scenario } from './scenarios.ts';
import type { TimingOrder, Timings } from './timing-child.ts';

const EFFORT = { rounds: 15, roundMs: 30, warmMs: 300 };
const QUICK = { rounds: 3, roundMs: 5, warmMs: 100 };

export const isPeer = (id: string): boolean => id !== 'burgee' && id !== 'floor';

export const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(4))]));

/** The numbers of everybody but the named one. */
export function besides(id: CandidateId, values: Timings): Record<string, number> {
  const { [id]: _, ...others } = values;
  return rounded(others);
}

/** A scenario in which one question is asked over and over, by everybody in turns, in one fresh process. */
export function warmRow(scenario: Scenario): Row {
  const { id, title, keys, bar } = scenario;
  const isAll = keys.length > 1;
  const unit = isAll ? 'µs' : 'ns';
  return {
    id,
    title,
    async run({ isQuick }) {
      const order = { scenario: id, candidates: candidateIds, ...(isQuick ? QUICK : EFFORT) };
      const nanoseconds = await inChild<TimingOrder, Timings>('./timing-child.ts', order);
      const values: Timings = Object.fromEntries(
        Object.entries(nanoseconds).map(([name, ns]) => [name, isAll ? ns / 1_000 : ns]),
      );
      const { burgee = Number.NaN, floor = Number.NaN } = values;
      const fastest = Math.min(...Object.entries(values).flatMap(([name, value]) => (isPeer(name) ? [value] : [])));
      const figure = figuresOf('engine', Number(id.slice(1)));
      const peers = besides('burgee', values);
      return {
        figures: [
          figure.shown({ figure: `${id} ${title}: one evaluation${isAll ? ' of all' : ''}`, value: burgee, unit, peers }),
          figure.atMost({ figure: `${id} ${title}: ratio to the floor`, value: burgee / floor, unit: '×' }, bar),
          figure.atMost({ figure: `${id} ${title}: ratio to the fastest peer`, value: burgee / fastest, unit: '×' }, 0.999),
        ],
        columns: [{ title: `${id} ${unit}`, values }],
      };
    },
  };
}
