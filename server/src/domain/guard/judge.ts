import type { GuardAction, OutcomeGuard, QueryGuard, Verdict } from '../guard.ts';
import type { Rollout } from '../rollout.ts';
import { barsOf, type Evidence } from './evidence.ts';
import { lnMixture } from './mixture.ts';
import { isFresh, NO_QUERY } from './query.ts';
import { LN_MISMATCH } from './sample-ratio.ts';
import { compareText, lacksText, limitText, presentFigures, tellingFigures } from './sentences.ts';

/** What one guard says now. */
export interface Reading {
  readonly key: string;
  readonly kind: 'outcomes' | 'query';
  readonly action: GuardAction;
  readonly verdict: Verdict;
  readonly text: string;
}

/** Why nothing may advance; `permanent` will not get better by itself. */
export interface Hold {
  readonly code: 'source-unavailable' | 'source-stale' | 'no-data' | 'sample-ratio';
  readonly text: string;
}

/** All evidence, read: what it wants, each part with the sentence that says why. */
export interface Judgement {
  readonly revert: string | null;
  readonly pause: { readonly guard: string; readonly code: string; readonly text: string } | null;
  readonly hold: Hold | null;
  /** The outcome evidence that an `evidence` stage needs is in. */
  readonly clear: boolean;
  /** Every guard passes on fresh evidence. */
  readonly passing: boolean;
  readonly readings: readonly Reading[];
}

/** Units may stay away so long before they count as missing, ms. */
export function quietAfter(flushMs: number): number {
  return Math.max(5 * flushMs, 10_000);
}

/** Whether time alone carries this plan: then even no evidence lets it complete. */
export function isTimeOnly(rollout: Pick<Rollout, 'plan'>): boolean {
  return rollout.plan.stages.every(({ advance }) => advance === 'time');
}

interface Opinion {
  readonly reading: Reading;
  readonly revert?: string;
  readonly pause?: string;
  readonly hold?: Hold;
}

export function judge(rollout: Rollout, evidence: Evidence, at: number): Judgement {
  const opinions = rollout.plan.guards.map((guard) =>
    guard.kind === 'outcomes'
      ? judgeOutcomes(guard, rollout, evidence, at)
      : judgeQuery(guard, rollout, evidence.queries[guard.key] ?? NO_QUERY, at),
  );
  const paused = opinions.find(({ pause, reading }) => pause !== undefined && !evidence.overruled.includes(reading.key));
  const holds = opinions.flatMap(({ hold }) => hold ?? []);
  return {
    revert: opinions.find(({ revert }) => revert !== undefined)?.revert ?? null,
    pause: paused?.pause ? { guard: paused.reading.key, code: `guard-${paused.reading.kind}`, text: paused.pause } : null,
    hold: HOLD_ORDER.flatMap((code) => holds.find((hold) => hold.code === code) ?? [])[0] ?? null,
    clear: evidence.stage.since === rollout.stageSince && evidence.lnS >= barsOf(rollout.plan).advance,
    passing: opinions.every(({ reading }) => reading.action === 'observe' || reading.verdict === 'pass' || isOverruled(reading)),
    readings: opinions.map(({ reading }) => reading),
  };

  function isOverruled(reading: Reading): boolean {
    return reading.verdict === 'fail' && evidence.overruled.includes(reading.key);
  }
}
const HOLD_ORDER: readonly Hold['code'][] = ['source-unavailable', 'source-stale', 'no-data', 'sample-ratio'];

function judgeOutcomes(guard: OutcomeGuard, rollout: Rollout, evidence: Evidence, at: number): Opinion {
  const { plan } = rollout;
  const bars = barsOf(plan);
  const say = (verdict: Verdict, text: string): Reading => ({
    key: guard.key,
    kind: 'outcomes',
    action: guard.action,
    verdict,
    text,
  });
  const compared = compareText(tellingFigures(evidence));
  const { errors, difference } = evidence.heaviest;
  const tells = errors >= plan.minErrors && difference >= plan.minDifference;
  const beyond = (bar: number) => tells && evidence.lnM >= bar;
  const chance = (alpha: number) => alpha / Math.max(1, plan.guards.length);

  if (guard.action !== 'observe' && guard.action !== 'pause' && beyond(bars.revert)) {
    const text = lacksText(compared, chance(plan.revertAlpha));
    return { reading: say('fail', text), revert: text };
  }
  if (guard.action !== 'observe' && beyond(bars.pause)) {
    const text = lacksText(compared, chance(plan.pauseAlpha));
    return { reading: say('fail', text), pause: text };
  }
  const quiet = at - Math.max(evidence.unitsAt ?? 0, rollout.startedAt);
  if (quiet > quietAfter(plan.flushMs) && !isTimeOnly(rollout)) {
    const text = evidence.unitsAt === null ? 'no application has reported users yet' : 'applications stopped reporting users';
    return { reading: say('no-data', text), hold: { code: 'no-data', text } };
  }
  if (evidence.stage.since === rollout.stageSince && evidence.stage.lnMismatch >= LN_MISMATCH) {
    const { treatment, control } = evidence.stage;
    const text = `users are not split as ${rollout.percent} % should split them (${treatment.units} to ${control.units}), so they cannot be compared`;
    return { reading: say('inconclusive', text), hold: { code: 'sample-ratio', text } };
  }
  const treated = evidence.treatedAt !== null && evidence.treatedAt >= rollout.stageSince;
  if (!treated && !isTimeOnly(rollout)) return { reading: say('inconclusive', 'no user of this stage has been seen yet') };
  return { reading: say('pass', compareText(presentFigures(evidence))) };
}

function judgeQuery(guard: QueryGuard, rollout: Rollout, state: Evidence['queries'][string], at: number): Opinion {
  const bars = barsOf(rollout.plan);
  const lnM = lnMixture(state.mixture);
  const say = (verdict: Verdict, text: string): Reading => ({
    key: guard.key,
    kind: 'query',
    action: guard.action,
    verdict,
    text,
  });
  const text = limitText(guard, state);
  const acts = guard.action !== 'observe';
  if (acts && guard.action !== 'pause' && lnM >= bars.revert) return { reading: say('fail', text), revert: text };
  if (acts && lnM >= bars.pause) return { reading: say('fail', text), pause: text };
  if (state.trouble !== null) {
    const { kind } = state.trouble;
    const verdict = kind === 'unavailable' ? 'unavailable' : 'no-data';
    const code = kind === 'unavailable' ? 'source-unavailable' : kind === 'stale' ? 'source-stale' : 'no-data';
    const why = `the source “${guard.source}” of guard “${guard.key}” ${kind === 'unavailable' ? 'cannot be read' : 'tells nothing'}: ${state.trouble.text}`;
    return acts ? { reading: say(verdict, why), hold: { code, text: why } } : { reading: say(verdict, why) };
  }
  if (isFresh(guard, state, rollout.stageSince, at)) return { reading: say('pass', text) };
  const newest = state.newest?.asOf ?? rollout.stageSince;
  if (at - newest <= 2 * guard.windowMs + guard.lagMs + guard.maxAgeMs) {
    return { reading: say('inconclusive', `waits for the first full window of this stage from “${guard.source}”`) };
  }
  const stale = `the newest answer of “${guard.source}” is too old`;
  return acts
    ? { reading: say('no-data', stale), hold: { code: 'source-stale', text: stale } }
    : { reading: say('no-data', stale) };
}
