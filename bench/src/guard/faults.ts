import { type Alarm, simulate } from './course.ts';
import { stayingAt } from './plans.ts';
import { TWO_PROCESSES } from './traffic.ts';

/** A release that goes wrong at one stage of the standard plan. JSON. */
export interface FaultAt {
  readonly percent: number;
  readonly perSecond: number;
  readonly base: number;
  /** The treatment's error rate from then on; or what it gains each minute. */
  readonly bad?: number;
  readonly leakPerMinute?: number;
  /** Seconds after the stage began. */
  readonly after: number;
  /** How long to wait for the alarm, seconds. */
  readonly patience: number;
  readonly alphas: readonly number[];
}

/** The alarms of one such release, for each α; every visit is somebody new, so that visits are units at risk. */
export function faulty(fault: FaultAt, seed: number): readonly (Alarm | null)[] {
  const { base, bad, leakPerMinute = 0, after, alphas, perSecond, patience, percent } = fault;
  let began = Number.POSITIVE_INFINITY;
  const { alarms } = simulate(
    {
      plan: stayingAt(percent),
      crowd: { perSecond, users: Number.POSITIVE_INFINITY, heavy: 0, clients: TWO_PROCESSES },
      fails: (treated, _, __, { faultSecond }) =>
        treated && faultSecond >= 0 ? Math.min(1, bad ?? base + (leakPerMinute * faultSecond) / 60) : base,
      faultFrom: (scene) => scene.percent === percent && scene.stageSecond > after,
      seconds: 4_000 + patience,
      alphas,
      watch: ({ second, rollout }) => {
        if (rollout.percent === percent) began = Math.min(began, second);
        return second - began < after + patience;
      },
    },
    seed,
  );
  return alarms;
}
