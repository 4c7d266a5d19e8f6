import type { Evidence } from '../guard/evidence.ts';
import { isTimeOnly, type Judgement, quietAfter } from '../guard/judge.ts';
import { freezeText, frozenUntil } from './freeze.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { Rollout } from './rollout.ts';
import { ENDED } from './rollout.ts';
import type { Target } from './rollout-rule.ts';
import { coolingText, type Down, stepDown } from './rollout-step-back.ts';

/** All that a tick knows of a rollout. */
export interface Facts {
  readonly rollout: Rollout;
  readonly target: Target;
  readonly evidence: Evidence;
  readonly judgement: Judgement;
  readonly at: number;
  readonly tickMs: number;
}

/** What a tick wants to become true. */
export type Action =
  | { readonly kind: 'stay' }
  | { readonly kind: 'abort'; readonly code: ReasonCode; readonly text: string }
  /** `kill`: the flag is killed as well. */
  | { readonly kind: 'revert'; readonly text: string; readonly kill?: true }
  | ({ readonly kind: 'back'; readonly text: string } & Down)
  | { readonly kind: 'pause'; readonly code: ReasonCode; readonly text: string; readonly notify: boolean }
  /** Failing evidence of a rollout that an edit took out of our hands: tell somebody. */
  | { readonly kind: 'page'; readonly text: string }
  | { readonly kind: 'hold'; readonly code: ReasonCode; readonly text: string }
  /** The hold has lasted: say so once. */
  | { readonly kind: 'announce' }
  /** What held it is over. */
  | { readonly kind: 'run' }
  | { readonly kind: 'advance'; readonly stage: number; readonly percent: number; readonly completes: boolean };

/** A hold for want of data ends in a pause after this long, ms. */
export const PAUSE_AFTER_MS = 600_000;

/** Codes of holds that wait for a person or for more of the same evidence: they neither page nor turn into a pause. */
export const PATIENT: ReadonlySet<ReasonCode> = new Set(['max-hold', 'manual-stage', 'freeze', 'cool-down']);

/** The decision order: edit, revert, step back, pause, hold, advance. Only the first that applies happens. Never throws. */
export function decide(facts: Facts): Action {
  try {
    return decideInOrder(facts);
  } catch (error) {
    const text = `the plan cannot be followed: ${error instanceof Error ? error.message : 'unknown'}`;
    return keepHolding(facts, { code: 'source-unavailable', text });
  }
}

function decideInOrder(facts: Facts): Action {
  const { rollout, target, evidence, judgement } = facts;
  if (ENDED.has(rollout.state)) return { kind: 'stay' };
  if (target.kind === 'gone') return { kind: 'abort', code: target.code, text: target.text };
  if (target.kind === 'edited' || rollout.reason?.code === 'edited') {
    if (target.kind === 'edited' && rollout.reason?.code !== 'edited') {
      return { kind: 'pause', code: 'edited', text: target.text, notify: true };
    }
    const failing = judgement.revert ?? judgement.back?.text;
    return failing !== undefined && !evidence.paged ? { kind: 'page', text: failing } : { kind: 'stay' };
  }
  if (judgement.revert !== null) return { kind: 'revert', text: judgement.revert, ...(judgement.kill && { kill: true }) };
  if (judgement.back !== null) return back(facts, judgement.back);
  if (rollout.state === 'paused') return { kind: 'stay' };
  if (judgement.pause !== null) {
    return { kind: 'pause', code: judgement.pause.code, text: judgement.pause.text, notify: true };
  }
  return judgement.hold === null ? move(facts) : keepHolding(facts, judgement.hold);
}

/** The evidence that is left when nothing is left to step back to reverts. */
function back({ rollout, evidence }: Facts, { guard, text }: { guard: string; text: string }): Action {
  const down = stepDown(rollout, evidence, guard);
  return down === null ? { kind: 'revert', text } : { kind: 'back', text, ...down };
}

function keepHolding({ rollout, evidence, at, tickMs }: Facts, hold: { code: ReasonCode; text: string }): Action {
  const { reason } = rollout;
  if (rollout.state !== 'holding' || reason?.code !== hold.code) return { kind: 'hold', ...hold };
  if (at - reason.since >= PAUSE_AFTER_MS) return { kind: 'pause', code: hold.code, text: reason.text, notify: true };
  return at - reason.since >= 2 * tickMs && !evidence.announced ? { kind: 'announce' } : { kind: 'stay' };
}

/** Nothing speaks against going on: the next stage if this one is done, else what it waits for. */
function move(facts: Facts): Action {
  const { rollout, evidence, judgement, at } = facts;
  const stage = rollout.plan.stages[rollout.stage];
  const held = rollout.state === 'holding' ? rollout.reason?.code : undefined;
  const wait = (code: ReasonCode, text: string): Action => (held === code ? { kind: 'stay' } : { kind: 'hold', code, text });
  const stay: Action = held === undefined ? { kind: 'stay' } : { kind: 'run' };
  if (stage === undefined) return nextStage(rollout);
  const cooling = coolingText(evidence, at);
  if (cooling !== null) return wait('cool-down', cooling);
  if (held === 'cool-down') return stay;
  if (at - rollout.bakeSince < stage.bakeMs) return held !== undefined && PATIENT.has(held) ? { kind: 'stay' } : stay;
  if (stage.advance === 'manual') return wait('manual-stage', 'This stage waits for somebody to advance it.');
  if (stage.advance === 'evidence' && !judgement.clear) {
    if (at - rollout.stageSince < stage.maxHoldMs) return stay;
    return wait('max-hold', 'The longest time planned for this stage is over, and the evidence that it is safe is not in yet.');
  }
  const fresh = evidence.unitsAt !== null && at - evidence.unitsAt <= quietAfter(rollout.plan.flushMs);
  const compared = rollout.plan.guards.some(({ kind }) => kind === 'outcomes') && !isTimeOnly(rollout);
  if (!judgement.passing || (compared && !fresh)) return stay;
  const until = frozenUntil(rollout.plan.freeze ?? [], at);
  return until === null ? nextStage(rollout) : wait('freeze', freezeText(rollout.plan.freeze ?? [], until));
}

/** One stage up, never several; after the last the rollout goes to 100 and is complete. */
export function nextStage(rollout: Rollout): Extract<Action, { kind: 'advance' }> {
  const { stages } = rollout.plan;
  const stage = stages.findIndex((candidate, i) => i > rollout.stage && candidate.percent > rollout.percent);
  const next = stages[stage];
  if (next === undefined) return { kind: 'advance', stage: stages.length, percent: 100, completes: true };
  return { kind: 'advance', stage, percent: next.percent, completes: false };
}
