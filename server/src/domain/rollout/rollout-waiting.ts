import type { Actor } from '../access/access.ts';
import { BurgeeError } from '../errors.ts';
import type { FlagState } from '../flag/flag.ts';
import { NO_EVIDENCE } from '../guard/evidence.ts';
import { percentText } from '../guard/words.ts';
import type { Change, Stored } from '../ports.ts';
import { freezeText, frozenUntil } from './freeze.ts';
import type { Rollout, StateReason } from './rollout.ts';
import { nameOf, rung, waitsFor } from './rollout-begin.ts';
import { digestRule, type Target, withPercent } from './rollout-rule.ts';
import { BURGEE, changeOf } from './rollout-transitions.ts';

/** What is known of a rollout that has raised nothing yet. */
export interface Waiting {
  readonly rollout: Stored<Rollout>;
  readonly state: Stored<FlagState> | undefined;
  readonly target: Target;
  /** The one that it comes after, as it is now. */
  readonly after: Rollout | undefined;
  readonly at: number;
}

/**
 * What a tick makes of it, or null: it ends with the flag or with the rollout that it waits for, and begins when nothing holds it
 * any more. The rule is taken as it is then: what people did to it meanwhile is no edit of something under way.
 */
export function decideWaiting(waiting: Waiting): Change | null {
  const { rollout, state, target, after, at } = waiting;
  const { entity } = rollout;
  const abort = (code: StateReason['code'], text: string) =>
    changeOf({ kind: 'abort', code, text }, { rollout, state, actor: BURGEE, at });
  if (target.kind === 'gone') return abort(target.code, target.text);
  if (entity.after !== undefined && after === undefined) {
    return abort('after', 'The rollout that this one waited for does not exist any more.');
  }
  if (after?.state === 'reverted' || after?.state === 'aborted') {
    const why = after.reason === null ? '' : `: ${after.reason.text}`;
    return abort('after', `It waited for ${nameOf(after)}, which was ${after.state}${why}`);
  }
  if (entity.state === 'paused') return null;
  const reason = waitsFor(entity.plan, after, at);
  if (reason === null) return state === undefined ? null : raise(rollout, state, { actor: BURGEE, at });
  return entity.reason?.code === reason.code && entity.reason.text === reason.text ? null : stayWaiting(rollout, reason);
}

/** It waits on, for this. What it was not asked to wait for is told, once. */
export function stayWaiting({ entity, version }: Stored<Rollout>, reason: StateReason): Change {
  const { project, environment, flag, id, timeline } = entity;
  const tells = reason.code === 'guard-red' && entity.reason?.code !== 'guard-red';
  const entry = { at: reason.since, event: 'held', text: reason.text, actor: BURGEE.name };
  const after = { ...entity, reason, timeline: tells ? [...timeline, entry] : timeline };
  const told = { actor: BURGEE, action: 'rollout.held', project, environment, object: `rollout/${id}` };
  return {
    environments: [],
    writes: [{ put: 'rollout', entity: after, basedOn: version }],
    audit: tells ? [{ ...told, summary: `${flag}: ${reason.text}`, before: null, after: null, reason: null }] : [],
  };
}

/** Begins what waited: the rule goes to the first stage above where it stands. Refuses with `frozen` in a freeze. */
export function raise(
  { entity: before, version }: Stored<Rollout>,
  state: Stored<FlagState>,
  by: { readonly actor: Actor; readonly at: number; readonly reason?: string },
): Change {
  const { actor, at } = by;
  refuseFrozen(before, at);
  const rule = state.entity.rules.find(({ id }) => id === before.rule);
  if (rule === undefined) throw new BurgeeError('conflict', 'the rule of this rollout is gone; start a new one');
  const { stage, percent, done } = rung(before.plan, rule.percent);
  const rules = withPercent(state.entity.rules, before.rule, percent);
  const text = done
    ? 'Everyone has it by now: completed.'
    : `Begins for release ${before.release}: ${percentText(rule.percent)} to ${percentText(percent)}.`;
  const { waiting: _, ...rest } = before;
  const entity: Rollout = {
    ...rest,
    ...{ state: done ? 'completed' : 'running', reason: null, stage, percent, startPercent: rule.percent },
    ...{ startedAt: at, stageSince: at, bakeSince: at, endedAt: done ? at : null },
    ruleDigest: digestRule(rules, before.rule),
    evidence: { ...NO_EVIDENCE, stage: { ...NO_EVIDENCE.stage, since: at } },
    timeline: [...before.timeline, { at, event: done ? 'completed' : 'started', text, actor: actor.name }],
  };
  const scope = { project: before.project, environment: before.environment };
  return {
    environments: [scope],
    writes: [
      { put: 'state', entity: { ...state.entity, rules }, basedOn: state.version },
      { put: 'rollout', entity, basedOn: version },
    ],
    audit: [
      {
        ...{
          actor,
          action: `rollout.${done ? 'completed' : 'started'}`,
          ...scope,
          object: `rollout/${before.id}`,
          summary: `${before.flag}: ${text}`,
        },
        before: { state: before.state, percent: rule.percent },
        after: { state: entity.state, percent },
        reason: by.reason ?? null,
      },
    ],
  };
}

/** Nothing advances in a freeze, whoever asks. */
export function refuseFrozen({ plan }: Pick<Rollout, 'plan'>, at: number): void {
  const until = frozenUntil(plan.freeze ?? [], at);
  if (until === null) return;
  throw new BurgeeError('frozen', freezeText(plan.freeze ?? [], until), { until: Number.isFinite(until) ? until : null });
}
