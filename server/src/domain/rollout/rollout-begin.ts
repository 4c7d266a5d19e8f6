import type { Rule } from '@burgee/engine';
import type { Actor } from '../access/access.ts';
import type { AuditEntry } from '../audit.ts';
import type { Flag, FlagState } from '../flag/flag.ts';
import { NO_EVIDENCE } from '../guard/evidence.ts';
import { percentText } from '../guard/words.ts';
import type { Change, Stored, Write } from '../ports.ts';
import { freezeText, frozenUntil } from './freeze.ts';
import type { Plan, Rollout, RolloutReference, StateReason } from './rollout.ts';
import { withHoldback } from './rollout-plans.ts';
import { digestRule, withPercent } from './rollout-rule.ts';

/** A rollout that is about to be, and the state that it raises. */
export interface Beginning {
  readonly flag: Flag;
  readonly state: Stored<FlagState>;
  /** The state with the rule in it and switched on. */
  readonly base: FlagState;
  readonly rule: Rule;
  readonly plan: Plan;
  readonly release: string;
  /** What was overridden by force, and why; null: nothing was. */
  readonly forced: { readonly what: string; readonly reason: string } | null;
  readonly actor: Actor;
  readonly at: number;
  readonly id: string;
  /** The rollout that must have completed. */
  readonly after: Rollout | undefined;
}

/** A new rollout with what goes into its change: it raises its rule, or waits. */
export interface Begun {
  readonly rollout: Rollout;
  readonly state: Write;
  readonly audit: AuditEntry;
}

/** Makes a rollout that raises its rule at once, or that waits for another one or for the end of a freeze. Never lowers. */
export function begin(beginning: Beginning): Begun {
  const { flag, state, base, rule, actor, at, forced, after, release } = beginning;
  const plan = withHoldback(beginning.plan);
  const goal = rung(plan, rule.percent);
  const waits = goal.done ? null : waitsFor(plan, after, at);
  const percent = waits === null ? goal.percent : rule.percent;
  const rules = withPercent(base.rules, rule.id, percent);
  const text = startText(beginning, { ...goal, waits });
  const event = goal.done ? 'completed' : waits === null ? 'started' : 'pending';
  const entry = { at, event, text, actor: actor.name };
  const scope = { project: state.entity.project, environment: state.entity.environment };
  const rollout: Rollout = {
    id: beginning.id,
    ...scope,
    ...{ flag: flag.key, rule: rule.id, release, plan },
    ...(after && { after: referenceTo(after) }),
    ...(waits && { waiting: true as const }),
    ...{ state: goal.done ? 'completed' : waits === null ? 'running' : 'pending', reason: waits },
    ...{ stage: waits === null ? goal.stage : -1, startPercent: rule.percent, percent },
    ...{ startedAt: at, startedBy: actor, forced: forced?.reason ?? null, stageSince: at, bakeSince: at },
    ...{ endedAt: goal.done ? at : null, confirmedAt: null },
    ruleDigest: digestRule(rules, rule.id),
    evidence: { ...NO_EVIDENCE, stage: { ...NO_EVIDENCE.stage, since: at } },
    timeline:
      forced === null ? [entry] : [entry, { at, event: 'forced', text: `${forced.what}: ${forced.reason}`, actor: actor.name }],
  };
  return {
    rollout,
    // the state is written even where its percent stays: two starts at once then meet in its version
    state: { put: 'state', entity: { ...base, rules }, basedOn: state.version },
    audit: {
      actor,
      action: `rollout.${waits === null ? 'started' : 'pending'}`,
      ...scope,
      object: `rollout/${beginning.id}`,
      summary: `${flag.key}: ${text}`,
      before: { percent: rule.percent },
      after: { percent, release, plan: plan.key, rule: rule.id },
      reason: forced?.reason ?? null,
    },
  };
}

/** The first stage above a percent. Nothing above: it stands on the last stage already, and bakes there; at 100 it is done. */
export function rung(plan: Plan, percent: number): { readonly stage: number; readonly percent: number; readonly done: boolean } {
  if (percent >= 100) return { stage: plan.stages.length, percent, done: true };
  const stage = plan.stages.findIndex((candidate) => candidate.percent > percent);
  const above = plan.stages[stage];
  return above === undefined
    ? { stage: plan.stages.length - 1, percent, done: false }
    : { stage, percent: above.percent, done: false };
}

export function referenceTo({ id, environment }: Rollout): RolloutReference {
  return { rollout: id, environment };
}

/** Why a rollout may not raise anything yet, or null. */
export function waitsFor(plan: Plan, after: Rollout | undefined, at: number): StateReason | null {
  if (after !== undefined && after.state !== 'completed') {
    return { code: 'after', text: `Waits until ${nameOf(after)} has completed.`, since: at };
  }
  const until = frozenUntil(plan.freeze ?? [], at);
  return until === null ? null : { code: 'freeze', text: freezeText(plan.freeze ?? [], until), since: at };
}

/** `release 1.2 of checkout in staging` */
export function nameOf({ release, flag, environment }: Pick<Rollout, 'release' | 'flag' | 'environment'>): string {
  return `release ${release} of ${flag} in ${environment}`;
}

function startText(
  { actor, release, rule }: Beginning,
  goal: { readonly percent: number; readonly done: boolean; readonly waits: StateReason | null },
): string {
  if (goal.done) return 'Everyone has it already: completed at once.';
  if (goal.waits !== null) return `Asked for by ${actor.name} for release ${release}. ${goal.waits.text}`;
  return `Started by ${actor.name} for release ${release}: ${percentText(rule.percent)} to ${percentText(goal.percent)}.`;
}

/** One change of all that begins together; the `earlier` ones that they come after learn who follows them. */
export function changeOfAll(begun: readonly Begun[], earlier: readonly Stored<Rollout>[]): Change {
  const following = (rollout: Rollout): Rollout => {
    const next = begun.flatMap((one) => (one.rollout.after?.rollout === rollout.id ? [referenceTo(one.rollout)] : []));
    return next.length === 0 ? rollout : { ...rollout, before: [...(rollout.before ?? []), ...next] };
  };
  return {
    environments: begun.map(({ rollout: { project, environment } }) => ({ project, environment })),
    writes: [
      ...begun.flatMap(({ rollout, state }): Write[] => [state, { put: 'rollout', entity: following(rollout), basedOn: null }]),
      // its version is compared: that it has not ended meanwhile is part of the decision
      ...earlier.map(({ entity, version }): Write => ({ put: 'rollout', entity: following(entity), basedOn: version })),
    ],
    audit: begun.map(({ audit }) => audit),
  };
}
