import type { Actor } from '../access/access.ts';
import { BurgeeError } from '../errors.ts';
import type { FlagState } from '../flag/flag.ts';
import { evidenceOf } from '../guard/evidence.ts';
import { judge } from '../guard/judge.ts';
import type { Change, Stored } from '../ports.ts';
import { ENDED, type Rollout } from './rollout.ts';
import { nextStage } from './rollout-decide.ts';
import { digestRule } from './rollout-rule.ts';
import { changeOf, type Situation } from './rollout-transitions.ts';
import { raise, refuseFrozen } from './rollout-waiting.ts';

export type CommandName = 'pause' | 'resume' | 'advance' | 'revert';

/** What a person or a pipeline asks of a rollout. */
export interface Command {
  readonly rollout: Stored<Rollout>;
  readonly state: Stored<FlagState> | undefined;
  readonly actor: Actor;
  readonly at: number;
  readonly reason: string;
}

/** The change that a command makes; null: it is so already. Refuses with `rollout_ended` or `conflict`. */
export function command(name: CommandName, input: Command): Change | null {
  return COMMANDS[name](input);
}

const COMMANDS: Readonly<Record<CommandName, (input: Command) => Change | null>> = { pause, resume, advance, revert };

function pause(input: Command): Change | null {
  const rollout = active(input, 'paused');
  if (rollout.state === 'paused') return null;
  return changeOf({ kind: 'pause', code: 'paused', text: input.reason, notify: false }, situation(input));
}

/** Whoever resumes has seen what is there: an edited rule becomes ours, and a guard that paused does not pause again. */
function resume(input: Command): Change | null {
  const { at, actor, state, reason } = input;
  const rollout = active(input, 'resumed');
  if (rollout.state !== 'paused') return null;
  const rule = state?.entity.rules.find(({ id }) => id === rollout.rule);
  if (state === undefined || rule === undefined)
    throw new BurgeeError('conflict', 'the rule of this rollout is gone; start a new one');
  if (rollout.waiting) return resumeWaiting(input, rollout);
  const moved = rule.percent !== rollout.percent;
  const stages = rollout.plan.stages;
  const evidence = evidenceOf(rollout);
  const failing = judge(rollout, evidence, at).readings.filter(({ verdict }) => verdict === 'fail');
  const overruled = [...new Set([...evidence.overruled, ...failing.map(({ key }) => key)])];
  const change = changeOf(
    { kind: 'run' },
    { ...situation(input), evidence: { ...evidence, overruled, announced: false, paged: false } },
  );
  const [write] = change.writes;
  if (write === undefined || !('entity' in write) || write.put !== 'rollout') return change;
  const entity: Rollout = {
    ...write.entity,
    bakeSince: at,
    ruleDigest: digestRule(state.entity.rules, rollout.rule),
    percent: rule.percent,
    stage: moved ? stages.findLastIndex(({ percent }) => percent <= rule.percent) : rollout.stage,
    stageSince: moved ? at : rollout.stageSince,
    timeline: [...rollout.timeline, { at, event: 'resumed', text: `Resumed by ${actor.name}: ${reason}`, actor: actor.name }],
  };
  return {
    ...change,
    environments: moved ? [{ project: rollout.project, environment: rollout.environment }] : [],
    writes: [{ ...write, entity }],
    audit: [
      {
        actor,
        action: 'rollout.resumed',
        project: rollout.project,
        environment: rollout.environment,
        object: `rollout/${rollout.id}`,
        summary: `${rollout.flag}: resumed at ${rule.percent} % by ${actor.name}`,
        before: { state: rollout.state, percent: rollout.percent },
        after: { state: entity.state, percent: entity.percent },
        reason,
      },
    ],
  };
}

/** It waits again; what for, the next tick says. */
function resumeWaiting({ rollout: { version }, at, actor, reason }: Command, before: Rollout): Change {
  const text = `Resumed by ${actor.name}: ${reason}`;
  const entity: Rollout = {
    ...before,
    state: 'pending',
    reason: null,
    timeline: [...before.timeline, { at, event: 'resumed', text, actor: actor.name }],
  };
  const scope = { project: before.project, environment: before.environment };
  const entry = {
    actor,
    action: 'rollout.resumed',
    ...scope,
    object: `rollout/${before.id}`,
    summary: `${before.flag}: ${text}`,
  };
  return {
    environments: [],
    writes: [{ put: 'rollout', entity, basedOn: version }],
    audit: [{ ...entry, before: { state: before.state }, after: { state: entity.state }, reason }],
  };
}

function advance(input: Command): Change | null {
  const rollout = active(input, 'advanced');
  if (rollout.state === 'paused')
    throw new BurgeeError('conflict', 'the rollout is paused; resume it first', { state: rollout.state });
  if (rollout.waiting && input.state !== undefined) return raise(input.rollout, input.state, input);
  refuseFrozen(rollout, input.at);
  const rules = input.state?.entity.rules ?? [];
  const rule = rules.find(({ id }) => id === rollout.rule);
  if (rule?.percent !== rollout.percent || digestRule(rules, rollout.rule) !== rollout.ruleDigest) {
    throw new BurgeeError('conflict', 'somebody changed the rule; pause and resume the rollout to go on from there');
  }
  return changeOf(nextStage(rollout), situation(input));
}

/** Needs no lease and wins over anything in flight; a completed rollout can still be reverted. */
function revert(input: Command): Change | null {
  const { entity: rollout } = input.rollout;
  if (rollout.state === 'reverted') return null;
  if (rollout.state === 'aborted') throw ended(rollout, 'reverted');
  return { ...changeOf({ kind: 'revert', text: input.reason }, situation(input)), breakLease: rollout.id };
}

function situation({ rollout, state, actor, at, reason }: Command): Situation {
  return { rollout, state, actor, at, reason };
}

function active({ rollout: { entity } }: Command, verb: string): Rollout {
  if (ENDED.has(entity.state)) throw ended(entity, verb);
  return entity;
}

function ended(rollout: Rollout, verb: string): BurgeeError {
  return new BurgeeError('rollout_ended', `the rollout is ${rollout.state} and cannot be ${verb}`, { state: rollout.state });
}
