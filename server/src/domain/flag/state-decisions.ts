import type { Rule } from '@burgee/engine';
import { type By, type Decision, touch, unchanged } from '../decision.ts';
import { changes, sides } from '../differences.ts';
import type { Environment } from '../environment.ts';
import { BurgeeError } from '../errors.ts';
import { demand } from '../mistakes.ts';
import type { Stored, Write } from '../ports.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { abortActive } from '../rollout/rollout-abort.ts';
import { checkLine } from '../text-check.ts';
import type { Flag, FlagState } from './flag.ts';
import { referencesOf } from './references.ts';
import { checkPercent, checkPrerequisites, checkRules, checkVariant, type Surroundings } from './rule-check.ts';
import { stateSummary } from './state-summary.ts';

/** A flag in one environment, and the rollouts that move it. */
export interface StateSubject {
  readonly flag: Flag;
  readonly environment: Stored<Environment>;
  readonly state: Stored<FlagState>;
  readonly rollouts: readonly Stored<Rollout>[];
}

/** What a person can set; what is left out stays. */
export type StateEdit = {
  readonly [P in 'enabled' | 'prerequisites' | 'rules' | 'defaultVariant' | 'offVariant']?: FlagState[P] | undefined;
};

/** What a flag serves where it was just made: nothing but its first variant (off). */
export function initialState(flag: Flag, environment: string): FlagState {
  const quiet = flag.type === 'boolean' ? 'off' : (flag.variants[0]?.key ?? '');
  return {
    project: flag.project,
    environment,
    flag: flag.key,
    enabled: false,
    killed: null,
    prerequisites: [],
    rules: [],
    defaultVariant: quiet,
    offVariant: quiet,
  };
}

/** Sets what a flag serves here. Rollouts are left alone, except that turning the flag off ends them. Throws `invalid`, `flag_archived`. */
export function editState(subject: StateSubject, edit: StateEdit, around: Surroundings, by: By): Decision<FlagState> {
  const { flag, state } = subject;
  refuseArchived(flag);
  const changed = changes<FlagState>(state.entity, { ...edit, rules: edit.rules?.map(withoutMark) });
  if (Object.keys(changed).length === 0) return unchanged(state);
  demand((refuse) => {
    if (changed.prerequisites) checkPrerequisites(changed.prerequisites, flag, around, refuse);
    if (changed.rules) checkRules(changed.rules, state.entity, flag, around, refuse);
    if (changed.defaultVariant !== undefined) checkVariant(changed.defaultVariant, 'defaultVariant', flag, refuse);
    if (changed.offVariant !== undefined) checkVariant(changed.offVariant, 'offVariant', flag, refuse);
  });
  const extra =
    changed.enabled === false
      ? abortActive(subject.rollouts, { code: 'disabled', text: `${by.actor.name} turned the flag off.` }, by.actor, by.at)
      : [];
  return commit(subject, changed, { action: 'state.changed', extra, by });
}

/** Sets one rule's percent and nothing else. Throws `not_found`, `invalid`, `flag_archived`. */
export function setPercent(subject: StateSubject, rule: string, percent: number, by: By): Decision<FlagState> {
  const { flag, state } = subject;
  refuseArchived(flag);
  const { rules } = state.entity;
  if (!rules.some(({ id }) => id === rule))
    throw new BurgeeError('not_found', `${flag.key} has no rule ${JSON.stringify(rule)} here`);
  demand((refuse) => checkPercent(percent, 'percent', refuse));
  const moved = rules.map((one) => (one.id === rule ? { ...one, percent } : one));
  const changed = changes<FlagState>(state.entity, { rules: moved });
  return Object.keys(changed).length === 0
    ? unchanged(state)
    : commit(subject, changed, { action: 'state.changed', extra: [], by });
}

/** Forces the off variant now and ends what raises the flag. Killing a killed flag changes nothing. */
export function kill(subject: StateSubject, reason: string, by: By): Decision<FlagState> {
  demand((refuse) => checkLine(reason, 'reason', { min: 1, max: 500 }, refuse));
  if (subject.state.entity.killed !== null) return unchanged(subject.state);
  const killed = { by: by.actor.name, at: by.at, reason };
  const why = { code: 'killed' as const, text: `${by.actor.name} killed the flag: ${reason}` };
  const extra = abortActive(subject.rollouts, why, by.actor, by.at);
  return commit(subject, { killed }, { action: 'state.killed', extra, by, reason });
}

/** Lifts a kill. Only a person or a token may: throws `forbidden` for Burgee itself. */
export function restore(subject: StateSubject, reason: string, by: By): Decision<FlagState> {
  if (by.actor.kind === 'burgee' || by.actor.kind === 'anonymous')
    throw new BurgeeError('forbidden', 'nothing automatic may lift a kill');
  demand((refuse) => checkLine(reason, 'reason', { min: 1, max: 500 }, refuse));
  if (subject.state.entity.killed === null) return unchanged(subject.state);
  return commit(subject, { killed: null }, { action: 'state.restored', extra: [], by, reason });
}

function commit(
  { flag, environment, state }: StateSubject,
  changed: Partial<FlagState>,
  { action, extra, by, reason }: { action: string; extra: readonly Write[]; by: By; reason?: string },
): Decision<FlagState> {
  const entity: FlagState = { ...state.entity, ...changed };
  const had = referencesOf(state.entity);
  const gains = [...referencesOf(entity)].some((reference) => !had.has(reference));
  const change = {
    environments: [{ project: entity.project, environment: entity.environment }],
    writes: [{ put: 'state' as const, entity, basedOn: state.version }, ...(gains ? touch([environment]) : []), ...extra],
    audit: [
      {
        actor: by.actor,
        action,
        project: entity.project,
        environment: entity.environment,
        object: `flag/${flag.key}`,
        summary: stateSummary(state.entity, entity, extra.length),
        ...sides(state.entity, changed),
        reason: reason ?? null,
      },
    ],
  };
  return { result: { entity, version: state.version + 1 }, change };
}

function refuseArchived(flag: Flag): void {
  if (flag.archived) throw new BurgeeError('flag_archived', `${flag.key} is archived: unarchive it first`);
}

/** Marks are put on when the ruleset is built, never stored. */
function withoutMark({ ramp: _, ...rule }: Rule): Rule {
  return rule;
}
