import type { Actor } from '../access/access.ts';
import type { FlagState, Kill } from '../flag/flag.ts';
import { type Evidence, evidenceOf } from '../guard/evidence.ts';
import { percentText } from '../guard/words.ts';
import type { Change, Stored } from '../ports.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { Rollout, RolloutState } from './rollout.ts';
import { type Action, PATIENT } from './rollout-decide.ts';
import { withPercent } from './rollout-rule.ts';
import { begunAnew } from './rollout-step-back.ts';

export const BURGEE: Actor = { kind: 'burgee', id: 'controller', name: 'Burgee' };

/** Where an action happens, and who wants it. */
export interface Situation {
  readonly rollout: Stored<Rollout>;
  readonly state: Stored<FlagState> | undefined;
  readonly actor: Actor;
  readonly at: number;
  /** When the evidence asked for it, where it is stored later: the timeline tells it beside its rows, ms. */
  readonly decidedAt?: number;
  /** A person's reason, for the audit. */
  readonly reason?: string;
  /** Stored with the action, when this tick folded something. */
  readonly evidence?: Evidence;
}

/** How one action changes the rollout: its fields, the sentence for timeline and audit (null: none), the rule's percent. */
interface Step {
  readonly fields: Partial<Rollout>;
  readonly evidence?: Partial<Evidence>;
  readonly event: string;
  readonly text: string | null;
  /** The rule's new percent. */
  readonly percent?: number;
  /** The flag is killed with it. */
  readonly kill?: Kill;
  /** SDKs must hear of it: the percent or the ramp's mark changes. */
  readonly moves?: boolean;
}
type Acting = Exclude<Action, { kind: 'stay' }>;
type Steps = { readonly [K in Acting['kind']]: (action: Extract<Acting, { kind: K }>, situation: Situation) => Step };

/** The change that makes an action true: percent, rollout, evidence and audit together. */
export function changeOf(action: Acting, situation: Situation): Change {
  const { rollout, state, actor, decidedAt = situation.at } = situation;
  const step = (STEPS[action.kind] as (action: Acting, situation: Situation) => Step)(action, situation);
  const before = rollout.entity;
  const evidence = { ...(situation.evidence ?? evidenceOf(before)), ...step.evidence };
  const entry = step.text === null ? [] : [{ at: decidedAt, event: step.event, text: step.text, actor: actor.name }];
  const after: Rollout = { ...before, ...step.fields, evidence, timeline: [...collapsed(before.timeline, step), ...entry] };
  const scope = { project: before.project, environment: before.environment };
  const moved = step.percent !== undefined && state !== undefined;
  return {
    environments: step.moves ? [scope] : [],
    writes: [
      { put: 'rollout', entity: after, basedOn: rollout.version },
      ...(moved ? [{ put: 'state' as const, entity: stateAt(state.entity, before.rule, step), basedOn: state.version }] : []),
    ],
    audit:
      step.text === null
        ? []
        : [
            {
              ...scope,
              actor,
              action: `rollout.${step.event}`,
              object: `rollout/${before.id}`,
              summary: `${before.flag}: ${step.text}`,
              before: { state: before.state, percent: before.percent },
              after: { state: after.state, percent: after.percent },
              reason: situation.reason ?? null,
            },
          ],
  };
}

/** A hold that comes and goes for the same reason, as on a quiet night, is one line that moves along. */
function collapsed(timeline: Rollout['timeline'], { event, text }: Step): Rollout['timeline'] {
  const [held, running] = timeline.slice(-2);
  const again = event === 'held' && held?.event === 'held' && held.text === text && running?.event === 'running';
  return again ? timeline.slice(0, -2) : timeline;
}

function stateAt(state: FlagState, rule: string, { percent = 0, kill }: Step): FlagState {
  return { ...state, rules: withPercent(state.rules, rule, percent), ...(kill && { killed: kill }) };
}

/** Where a revert takes the rule: to 0, or where it was before the rollout; never up. */
export function revertPercent(rollout: Rollout, state: FlagState | undefined): number {
  const wanted = rollout.plan.revertTo === 'start' ? rollout.startPercent : 0;
  const present = state?.rules.find(({ id }) => id === rollout.rule)?.percent ?? 0;
  if (rollout.waiting) return present;
  return Math.min(wanted, present);
}

/** The id of the override that stands for a rollout's revert. */
export function revertOverrideId(rollout: string): string {
  return `revert-${rollout}`;
}

/** The rollout that an override reverts; undefined for any other override. */
export function rolloutOfOverride(id: string): string | undefined {
  return id.startsWith('revert-') ? id.slice('revert-'.length) : undefined;
}

const enter = (state: RolloutState, code: ReasonCode, text: string, at: number): Partial<Rollout> => ({
  state,
  reason: { code, text, since: at },
});

const STEPS: Steps = {
  abort: ({ code, text }, { at }) => ({
    fields: { ...enter('aborted', code, text, at), endedAt: at },
    event: 'aborted',
    text,
    moves: true,
  }),
  revert: ({ text, kill }, { rollout, state, actor, at, reason }) => {
    const percent = revertPercent(rollout.entity, state?.entity);
    const byHand = actor.kind !== 'burgee';
    const why = byHand
      ? `Reverted to ${percentText(percent)} by ${actor.name}: ${reason ?? text}`
      : `Reverted to ${percentText(percent)}${kill ? ' and killed the flag' : ''}: ${text}.`;
    return {
      fields: {
        ...enter('reverted', byHand ? 'by-hand' : 'evidence', byHand ? (reason ?? text) : text, at),
        percent,
        endedAt: at,
        // what raised nothing has no exposures to end
        confirmedAt: rollout.entity.waiting ? at : null,
      },
      event: 'reverted',
      text: why,
      percent,
      ...(kill && { kill: { by: actor.name, at, reason: text } }),
      moves: true,
    };
  },
  back: ({ text, stage, percent, coolDownMs }, { rollout, evidence, at }) => {
    const { entity } = rollout;
    const hold = enter('holding', 'cool-down', `It stepped back a stage: ${text}`, at);
    return {
      // somebody's pause outlasts it
      fields: { ...(entity.state === 'paused' ? {} : hold), stage, percent, stageSince: at, bakeSince: at },
      evidence: begunAnew(evidence ?? evidenceOf(entity), at + coolDownMs),
      event: 'stepped-back',
      text: `Stepped back from ${percentText(entity.percent)} to ${percentText(percent)}: ${text}.`,
      percent,
      moves: true,
    };
  },
  pause: ({ code, text, notify }, { at, actor }) => ({
    fields: enter('paused', code, text, at),
    event: 'paused',
    text: notify ? `Paused: ${text}` : `Paused by ${actor.name}: ${text}`,
  }),
  page: ({ text }) => ({
    fields: {},
    evidence: { paged: true },
    event: 'evidence',
    text: `Would have reverted, but a person changed the rule: ${text}.`,
  }),
  hold: ({ code, text }, { at }) => {
    const patient = PATIENT.has(code);
    return {
      fields: enter('holding', code, text, at),
      evidence: { announced: patient },
      event: 'held',
      text: patient ? text : null,
    };
  },
  announce: (_, { rollout }) => ({
    fields: {},
    evidence: { announced: true },
    event: 'held',
    text: `Holding: ${rollout.entity.reason?.text ?? 'evidence is missing'}.`,
  }),
  run: (_, { rollout }) => ({
    fields: { state: 'running', reason: null },
    evidence: { announced: false },
    event: 'running',
    text: evidenceOf(rollout.entity).announced ? 'Goes on: what held it is over.' : null,
  }),
  advance: ({ stage, percent, completes }, { rollout, actor, at }) => {
    const by = actor.kind === 'burgee' ? '' : ` by ${actor.name}`;
    const from = percentText(rollout.entity.percent);
    return {
      fields: {
        state: completes ? 'completed' : 'running',
        reason: null,
        stage,
        percent,
        stageSince: at,
        bakeSince: at,
        ...(completes ? { endedAt: at } : {}),
      },
      evidence: { announced: false },
      event: completes ? 'completed' : 'advanced',
      text: completes ? `Completed${by}: everyone has it now.` : `Advanced${by} from ${from} to ${percentText(percent)}.`,
      percent,
      moves: true,
    };
  },
};
