import { binomialQuantile, quantile } from '../counting.ts';
import { type Figure, figuresOf } from '../figure.ts';
import { simulate } from './course.ts';
import { newPeers } from './peers.ts';
import { planNamed, timePlan, unmoved } from './plans.ts';
import { type Row, type RunOptions, seedsOf } from './row.ts';
import { TWO_PROCESSES } from './traffic.ts';

export const ALPHAS = [0.001, 0.01, 0.05] as const;

/** 97 seconds' worth of all visits meet the treatment: at 1,031 a second 100,000 of them. */
const PLAN = unmoved(timePlan([1, 10], [5, 10], [25, 30], [50, 60], [98, 60]));
const SECONDS = 172;

export interface Harmless {
  readonly base: number;
  readonly perSecond: number;
  readonly users: number;
}

export interface Verdicts {
  /** Whether the evidence asked for a revert at each α, at any tick. */
  readonly reverted: readonly boolean[];
  /** Whether a z-test at .05 did, repeated at every tick. */
  readonly repeated: boolean;
}

/** A release that changes nothing, met by people who come again. */
export function harmless({ base, perSecond, users }: Harmless, seed: number): Verdicts {
  const zTest = newPeers(base).find(({ name }) => name.startsWith('z-test at 0.05'));
  let repeated = false;
  const { alarms } = simulate(
    {
      plan: PLAN,
      crowd: { perSecond, users, heavy: 0, clients: TWO_PROCESSES },
      fails: () => base,
      seconds: SECONDS,
      alphas: ALPHAS,
      watch: ({ second, requests, rollout }) => {
        repeated ||= zTest?.see(requests, rollout.stage, second) ?? false;
        return true;
      },
    },
    seed,
  );
  return { reverted: alarms.map((alarm) => alarm !== null), repeated };
}

/** How long a harmless release takes by a built-in plan, as a multiple of its bakes; Infinity where it is never done. */
export function paced({ base, key }: { readonly base: number; readonly key: string }, seed: number): number {
  const plan = planNamed(key);
  const bakes = plan.stages.reduce((sum, { bakeMs }) => sum + bakeMs, 0) / 1_000;
  const crowd = { perSecond: 1_000, users: 200_000, heavy: 0, clients: TWO_PROCESSES };
  const course = simulate({ plan, crowd, fails: () => base, seconds: 2 * bakes }, seed);
  return course.state === 'completed' ? course.seconds / bakes : Number.POSITIVE_INFINITY;
}

export const row01: Row = { id: 1, title: 'a harmless release', run };

async function run(options: RunOptions): Promise<Figure[]> {
  const { atMost } = figuresOf('guard', 1);
  const figures: Figure[] = [];
  const seeds = seedsOf(options, 2_000);
  for (const base of [0.001, 0.01, 0.2]) {
    const crowd = { base, perSecond: 1_031, users: 50_000 };
    const verdicts = await options.pool.map(import.meta.url, harmless, crowd, seeds);
    for (const [i, alpha] of ALPHAS.entries()) {
      const value = verdicts.filter(({ reverted }) => reverted[i]).length;
      const peers = alpha === 0.05 ? { 'z-test at every tick': verdicts.filter(({ repeated }) => repeated).length } : {};
      const figure = `base ${100 * base} %, α = ${alpha}, ${seeds} seeds`;
      figures.push(atMost({ figure, value, unit: 'false reverts', peers }, binomialQuantile(seeds, alpha, 0.999)));
    }
  }
  for (const [key, full] of [
    ['fast', 7],
    ['standard', 2],
  ] as const) {
    for (const base of [0.001, 0.01, 0.2]) {
      const ratios = await options.pool.map(import.meta.url, paced, { base, key }, Math.min(full, seedsOf(options, full)));
      const figure = `base ${100 * base} %, plan ${key}, 1,000 rps, p50 until done`;
      figures.push(atMost({ figure, value: quantile(ratios, 0.5), unit: 'times its bakes' }, 1.1));
    }
  }
  return figures;
}
