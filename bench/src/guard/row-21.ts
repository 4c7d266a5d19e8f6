import { median } from '../counting.ts';
import { Dice, mix } from '../dice.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { newPeers } from './peers.ts';
import { stayingAt } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { type Requests, TWO_PROCESSES } from './traffic.ts';

const BASE = 0.01;
const USUAL = 0.001;
const NEVER = Number.POSITIVE_INFINITY;

/** One release on which every rule decides. JSON. */
export interface Trace {
  readonly perSecond: number;
  /** Failures of the treatment once it stands at 5 %. */
  readonly bad: number;
  readonly users: number;
  /** One in so many always fails and tries again; 0: nobody. */
  readonly brokenIn: number;
  readonly seconds: number;
  /** For how long the rules that look seldom see the same rates go on, without ours. */
  readonly extended: number;
}

/** Seconds from the start of the 5 % stage until each rule rolls back, by name; Infinity: never. Earlier ones count as 0. */
export function compared(trace: Trace, seed: number): Readonly<Record<string, number>> {
  const { perSecond, bad, users, brokenIn, seconds, extended } = trace;
  const peers = newPeers(BASE);
  const times: Record<string, number> = { burgee: NEVER };
  for (const { name } of peers) times[name] = NEVER;
  // looks fall anywhere between the start and the next full interval
  const phase = new Dice(seed, 21).below(6 * 3_600);
  let [stageAt, last]: [number, number] = [NEVER, 0];
  const show = (requests: Requests, stage: number, second: number) => {
    for (const peer of peers) {
      if (times[peer.name] === NEVER && peer.see(requests, stage, second + phase)) {
        times[peer.name] = Math.max(0, second - stageAt);
      }
    }
  };
  const course = simulate(
    {
      plan: stayingAt(5),
      crowd: { perSecond, users, heavy: 0, retries: 5, clients: TWO_PROCESSES },
      fails: (treated, unit, _, { faultSecond }) =>
        brokenIn > 0 && mix(unit + 7_919 * seed) % brokenIn === 0 ? 1 : treated && faultSecond >= 0 ? bad : BASE,
      faultFrom: ({ percent }) => percent === 5,
      seconds,
      alphas: [USUAL],
      watch: ({ second, requests, rollout }) => {
        if (rollout.percent === 5) stageAt = Math.min(stageAt, second - 1);
        last = second;
        show(requests, rollout.stage, second);
        return true;
      },
    },
    seed,
  );
  const [alarm] = course.alarms;
  if (alarm) times.burgee = Math.max(0, alarm.second - stageAt);
  const dice = new Dice(seed, 22);
  const treated = Math.round(perSecond * 0.05);
  for (let second = last + 1; second <= extended && peers.some(({ name }) => times[name] === NEVER); second++) {
    const r0 = perSecond - treated;
    show({ r1: treated, f1: dice.binomial(treated, bad), r0, f0: dice.binomial(r0, BASE) }, 1, second);
  }
  return times;
}

export const row21: Row = { id: 21, title: 'the same traces under other rules', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { shown } = figuresOf('guard', 21);
  const figures: Figure[] = [];
  const harmless = { bad: BASE, extended: 0, perSecond: 100, users: 20_000, seconds: 1_800 };
  for (const [name, people] of [
    ['harmless, 30 min', { brokenIn: 0 }],
    ['harmless, 30 min, 0.2 % broken users who try again', { brokenIn: 500 }],
  ] as const) {
    const seeds = seedsOf(options, 60);
    const traces = await options.pool.map(import.meta.url, compared, { ...harmless, ...people }, seeds);
    const rates = byName(traces, (times) => (100 * times.filter((time) => time < NEVER).length) / times.length);
    figures.push(shown({ figure: `${name}, ${seeds} seeds, rolled back`, unit: '%', ...split(rates) }));
  }
  for (const bad of [0.02, 0.05, 0.2]) {
    const fault = { bad, brokenIn: 0, perSecond: 1_000, users: NEVER, seconds: 600, extended: 7 * 3_600 };
    const traces = await options.pool.map(import.meta.url, compared, fault, seedsOf(options, 21));
    const waits = byName(traces, median);
    figures.push(shown({ figure: `1 → ${100 * bad} % at 5 %, 1,000 rps, p50 until rolled back`, unit: 's', ...split(waits) }));
  }
  return figures;
}

function byName(traces: readonly Readonly<Record<string, number>>[], sum: (times: number[]) => number): Record<string, number> {
  const names = Object.keys(traces[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, sum(traces.map((times) => times[name] ?? NEVER))]));
}

function split({ burgee = Number.NaN, ...peers }: Record<string, number>) {
  return { value: burgee, peers };
}
