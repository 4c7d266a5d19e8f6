import type { EvaluationContext, Observer, Report, Revision } from '@burgee/engine';
import type { Clock, Transport } from '../delivery/transport.ts';
import type { RampedRule } from '../ramps.ts';
import { createAttributeNames } from './attributes.ts';
import { createExposures, type Outcome, type Scope } from './exposures.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { createTally } from './tally.ts';
import { unitOf } from './unit.ts';
import { createUnknownFlags } from './unknown.ts';
import { createWork } from './work.ts';

/** Everything that a client counts and sends. */
export interface Reporting {
  /** Hears of evaluations, of the ruleset in force and of those before it. */
  readonly observer: Observer;
  /** Is shown the contexts of some evaluations. */
  met(context: unknown): void;
  /** An evaluation asked for a flag that is not there. */
  missed(key: string, fallback: unknown): void;
  /** Another ruleset is evaluated from now on; these of its rules are being ramped. Whole: it has nothing of the one before. */
  swapped(ramps: readonly RampedRule[], isWhole: boolean): void;
  openScope(): Scope;
  endScope(scope: Scope, failed: boolean): void;
  outcome(context: EvaluationContext | undefined, outcome: Outcome): void;
  start(): void;
  close(timeoutMs: number): Promise<void>;
  status(): ReturnType<Reporter['status']>;
}

/** Where reports go, and the work that runs where an evaluation happens. */
export interface ReportingHost {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly identity: Pick<Report, 'instance' | 'sdk' | 'app' | 'platform'>;
  readonly scope: () => Scope | undefined;
  readonly context: () => EvaluationContext | undefined;
}

/** Counts from the first evaluation on; sends once it is started. */
export function createReporting(host: ReportingHost, revision: () => Revision | undefined): Reporting {
  const { transport, clock, random, identity } = host;
  let ramps: readonly RampedRule[] = [];
  const exposures = createExposures();
  const work = createWork();
  const attributes = createAttributeNames();
  const unknown = createUnknownFlags();
  const tally = createTally((ramp, _flag, _rule, percent, unit, arm) => {
    const now = clock.monotonic();
    if (exposures.meet({ ramp, arm, percent, unit, scope: host.scope(), now })) reporter.hurry();
  });
  const parts = { tally, work, attributes, exposures, unknown };
  const reporter = createReporter({ transport, clock, random, identity, revision, ...parts });

  return {
    observer: tally.observer,
    met: attributes.met,
    missed: unknown.missed,
    swapped(ramped, isWhole) {
      tally.swap(isWhole);
      ramps = ramped;
      const marks = ramps.map((rule) => rule.ramp);
      exposures.ramps(marks, clock.monotonic());
      reporter.replan();
    },
    openScope: () => ({ startedAt: clock.monotonic(), open: new Set(), ended: false }),
    endScope(scope, failed) {
      if (scope.ended) return;
      const outcome = { failed, durationMs: clock.monotonic() - scope.startedAt };
      exposures.end(scope, outcome);
      work.add(outcome);
    },
    outcome(context, outcome) {
      if (host.scope() === undefined) work.add(outcome);
      const asked = context ?? host.context();
      const units = new Map(ramps.map(({ ramp, by }) => [ramp.rollout, unitOf(by, asked)]));
      exposures.outcome((rollout) => units.get(rollout), outcome, clock.monotonic());
    },
    start: reporter.start,
    close: reporter.close,
    status: reporter.status,
  };
}

const DEAF: Observer = { decided: () => undefined, audience: () => undefined, arm: () => undefined };

/** For clients without a server: counts nothing, keeps nothing, sends nothing. */
export const silent: Reporting = {
  observer: DEAF,
  met: () => undefined,
  missed: () => undefined,
  swapped: () => undefined,
  openScope: () => ({ startedAt: 0, open: new Set(), ended: false }),
  endScope(scope) {
    scope.ended = true;
  },
  outcome: () => undefined,
  start: () => undefined,
  close: async () => undefined,
  status: () => ({ sent: 0, dropped: 0, failing: null }),
};
