import type { Rollout } from '../rollout/rollout.ts';
import { nextStage } from '../rollout/rollout-decide.ts';
import { BURGEE } from '../rollout/rollout-transitions.ts';
import { barsOf, evidenceOf } from './evidence.ts';
import { isSourceGuard } from './guard.ts';
import { judge } from './judge.ts';
import type { Difference } from './recompute.ts';
import type { Mark, Walked } from './recompute-figures.ts';

type Happening = Rollout['timeline'][number];

/** What may stand in the timeline where the evidence asked for it: whoever ends or edits a rollout in that tick comes first. */
const ANSWERS: Readonly<Record<'revert' | 'pause', ReadonlySet<string>>> = {
  revert: new Set(['reverted', 'stepped-back', 'evidence', 'aborted', 'paused']),
  pause: new Set(['paused', 'reverted', 'stepped-back', 'aborted']),
};

/** Pauses that the log alone leads to. */
const IN_THE_LOG: ReadonlySet<string | undefined> = new Set(['guard-outcomes', 'guard-client-outcomes']);

/**
 * Holds the timeline against what the log asked for, both ways: every revert and pause that the evidence wanted happened in
 * its tick, and everything that happened by evidence was wanted. Answers how many decisions that were.
 */
export function compareDecisions(
  rollout: Rollout,
  { marks, evidence }: Walked,
  differ: (difference: Difference) => void,
): number {
  const { plan, timeline } = rollout;
  const bar = barsOf(plan).advance;
  const first = plan.stages.findIndex(({ percent }) => percent > rollout.startPercent);
  let stage = first < 0 ? plan.stages.length - 1 : first;
  let since = rollout.startedAt;
  let mark: Mark | null = null;
  let paused = false;
  let paged = false;
  const overruled = new Set<string>();
  let decisions = 0;
  /** Ticks whose decision is counted: it is looked at from both sides. */
  const asked = new Set<number | null>();

  const check = (holds: boolean, difference: Omit<Difference, 'seq'>): void => {
    if (!asked.has(difference.at)) decisions += 1;
    if (!holds) differ({ seq: mark?.seq ?? null, ...difference });
  };

  /** A metric source's part in a revert is in no log; what is stored of it is its last word. */
  const bySource = (at: number): boolean => {
    const { revert, back } = judge(rollout, { ...evidence, queries: evidenceOf(rollout).queries }, at);
    return revert !== null || back !== null;
  };
  const sourceSteps = plan.guards.some((guard) => isSourceGuard(guard) && guard.action === 'back');

  const leaves = (event: Happening): void => {
    if (plan.stages[stage]?.advance === 'evidence') {
      const lnS = mark?.since === since ? mark.lnS : 0;
      check(lnS >= bar, { what: event.event, at: event.at, recorded: event.text, recomputed: `ln S ${lnS} of ${bar}` });
    }
  };

  const happens: Readonly<Record<string, (event: Happening, byUs: boolean) => void>> = {
    paused: ({ at, text }, byUs) => {
      paused = true;
      const byEvidence = IN_THE_LOG.has(rollout.reason?.code) && rollout.reason?.since === at;
      if (byUs && byEvidence) check(mark?.wants != null, { what: 'paused', at, recorded: text, recomputed: null });
    },
    resumed: () => {
      paused = paged = false;
      for (const guard of mark?.failing ?? []) overruled.add(guard);
    },
    evidence: ({ at, text }, byUs) => {
      paged = true;
      if (byUs) check(mark?.wants === 'revert', { what: 'evidence', at, recorded: text, recomputed: null });
    },
    reverted: ({ at, text }, byUs) => {
      // SDKs had been told, and by the time the database took it others had folded its reports
      const recomputed = mark?.at === at ? null : 'no rows of that tick';
      if (byUs) check(mark?.wants === 'revert' || bySource(at), { what: 'reverted', at, recorded: text, recomputed });
    },
    'stepped-back': ({ at, text }) => {
      // what was stored of a source begins anew with a step back
      if (!sourceSteps) check(mark?.wants === 'revert', { what: 'stepped-back', at, recorded: text, recomputed: null });
      stage = Math.max(0, stage - 1);
      since = at;
    },
    advanced: (event, byUs) => {
      if (byUs) leaves(event);
      const percent = plan.stages[stage]?.percent ?? rollout.startPercent;
      stage = nextStage({ ...rollout, stage, percent }).stage;
      since = event.at;
    },
    completed: (event, byUs) => {
      // what stood at 100 % when it began left no stage
      if (byUs && rollout.startPercent < 100) leaves(event);
    },
  };

  const asks = ({ seq, at, wants, failing }: Mark, now: readonly Happening[]): void => {
    if (wants === null || (wants === 'revert' && paged)) return;
    if (wants === 'pause' && (paused || failing.every((guard) => overruled.has(guard)))) return;
    decisions += 1;
    asked.add(at);
    if (now.some(({ event }) => ANSWERS[wants].has(event))) return;
    differ({ what: wants === 'revert' ? 'reverted' : 'paused', seq, at, recorded: null, recomputed: wants });
  };

  const events = [...timeline].sort((a, b) => a.at - b.at);
  let next = 0;
  const happenUntil = (at: number): void => {
    for (let event = events[next]; event !== undefined && event.at <= at; event = events[++next]) {
      happens[event.event]?.(event, event.actor === BURGEE.name);
    }
  };
  for (const tick of marks) {
    happenUntil(tick.at - 1);
    mark = tick;
    ({ stage, since } = tick);
    asks(
      tick,
      events.filter(({ at }) => at === tick.at),
    );
    happenUntil(tick.at);
  }
  happenUntil(Number.POSITIVE_INFINITY);
  return decisions;
}
