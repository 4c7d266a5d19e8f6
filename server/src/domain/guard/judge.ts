import type { ReasonCode } from '../rollout/reason-codes.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { barsOf, type Evidence } from './evidence.ts';
import type { Guard } from './guard.ts';
import { judgeClient } from './judge-client.ts';
import { judgeSource } from './judge-source.ts';
import { judgeLatency, judgeOutcomes } from './judge-units.ts';
import { type Hold, type Opinion, type Reading, readingOf } from './opinion.ts';
import { NO_QUERY } from './query.ts';

/** All evidence, read: what it wants, each part with the sentence that says why. */
export interface Judgement {
  readonly revert: string | null;
  /** With a revert: the flag is killed as well. */
  readonly kill: boolean;
  readonly back: { readonly guard: string; readonly text: string } | null;
  readonly pause: { readonly guard: string; readonly code: ReasonCode; readonly text: string } | null;
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

/** Never throws: what cannot be judged holds. */
export function judge(rollout: Rollout, evidence: Evidence, at: number): Judgement {
  try {
    return judgeAll(rollout, evidence, at);
  } catch (error) {
    const text = `the plan cannot be judged: ${error instanceof Error ? error.message : 'unknown'}`;
    const hold: Hold = { code: 'source-unavailable', text };
    return { revert: null, kill: false, back: null, pause: null, hold, clear: false, passing: false, readings: [] };
  }
}

function judgeAll(rollout: Rollout, evidence: Evidence, at: number): Judgement {
  const opinions = rollout.plan.guards.map((guard) => opinionOf(guard, rollout, evidence, at));
  const client = clientOpinion(rollout, evidence);
  const paused = [...opinions, ...client].find(
    ({ pause, reading }) => pause !== undefined && !evidence.overruled.includes(reading.key),
  );
  const stepped = opinions.find(({ back }) => back !== undefined);
  const holds = opinions.flatMap(({ hold }) => hold ?? []);
  const killed = opinions.find(({ kill }) => kill);
  return {
    revert: (killed ?? opinions.find(({ revert }) => revert !== undefined))?.revert ?? null,
    kill: killed !== undefined,
    back: stepped?.back === undefined ? null : { guard: stepped.reading.key, text: stepped.back },
    pause: paused?.pause ? { guard: paused.reading.key, code: `guard-${paused.reading.kind}`, text: paused.pause } : null,
    hold: HOLD_ORDER.flatMap((code) => holds.find((hold) => hold.code === code) ?? [])[0] ?? null,
    clear: evidence.stage.since === rollout.stageSince && evidence.lnS >= barsOf(rollout.plan).advance,
    passing: opinions.every(
      ({ reading, blocks }) => reading.action === 'observe' || reading.verdict === 'pass' || (isOverruled(reading) && !blocks),
    ),
    readings: [...opinions, ...client].map(({ reading }) => reading),
  };

  function isOverruled(reading: Reading): boolean {
    return reading.verdict === 'fail' && evidence.overruled.includes(reading.key);
  }
}
const HOLD_ORDER: readonly Hold['code'][] = ['source-unavailable', 'source-stale', 'no-data', 'sample-ratio', 'incident'];

/** One guard that cannot be judged holds the rollout and leaves the others their say. */
function opinionOf(guard: Guard, rollout: Rollout, evidence: Evidence, at: number): Opinion {
  try {
    if (guard.kind === 'outcomes') return judgeOutcomes(guard, rollout, evidence, at);
    if (guard.kind === 'latency') return judgeLatency(guard, rollout, evidence, at);
    return judgeSource(guard, rollout, evidence, evidence.queries[guard.key] ?? NO_QUERY, at);
  } catch (error) {
    const text = `guard “${guard?.key}” cannot be judged: ${error instanceof Error ? error.message : 'unknown'}`;
    const held: Guard = { ...NAMELESS, ...guard };
    return { reading: readingOf(held, 'unavailable', text), hold: { code: 'source-unavailable', text } };
  }
}

/** Nothing but its pause and its reading is asked for: whatever was sent, it can do no more. */
function clientOpinion(rollout: Rollout, evidence: Evidence): Pick<Opinion, 'reading' | 'pause'>[] {
  try {
    const opinion = judgeClient(rollout, evidence);
    return opinion === null ? [] : [opinion];
  } catch {
    return [];
  }
}
const NAMELESS = { kind: 'outcomes', key: '', action: 'pause', tolerated: 1 } as const;
