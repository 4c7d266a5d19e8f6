import type { Rule } from '@burgee/engine';
import type { Actor } from './access.ts';
import { BurgeeError, invalid } from './errors.ts';
import type { Flag, FlagState } from './flag.ts';
import { NO_EVIDENCE } from './guard/evidence.ts';
import { percentText } from './guard/words.ts';
import type { Change, Stored } from './ports.ts';
import { ENDED, type Plan, type Rollout } from './rollout.ts';
import { chooseRule, enabledState } from './rollout-choose.ts';
import { digestRule, withPercent } from './rollout-rule.ts';

/** What a pipeline or a person asks for. */
export interface StartRequest {
  readonly flag: string;
  readonly release: string;
  readonly plan: string;
  readonly rule?: string | undefined;
  readonly variant?: string | undefined;
  readonly force?: { readonly reason: string } | undefined;
}

/** What the store knows about it. */
export interface StartFacts {
  readonly flag: Stored<Flag>;
  readonly state: Stored<FlagState>;
  readonly plan: Plan;
  /** Keys of the project's metric sources. */
  readonly sources: readonly string[];
  /** Every rollout of the flag in this environment. */
  readonly rollouts: readonly Stored<Rollout>[];
  readonly actor: Actor;
  readonly at: number;
  /** Fresh ids, should they be needed. */
  readonly ids: { readonly rollout: string; readonly rule: string };
}

export type Start =
  | { readonly kind: 'same'; readonly rollout: Stored<Rollout> }
  | { readonly kind: 'new'; readonly rollout: Rollout; readonly change: Change };

/**
 * Starts a rollout, or finds the one that this release has already: active or completed, it is the same; reverted, it is
 * latched until forced with a reason; aborted, it may start anew. A start never lowers a percent.
 */
export function start(request: StartRequest, facts: StartFacts): Start {
  const same = ofRelease(request, facts.rollouts);
  if (same !== undefined && same.entity.state !== 'aborted' && same.entity.state !== 'reverted') {
    return { kind: 'same', rollout: same };
  }
  refuseLatched(request, facts.rollouts);
  refuseDead(facts);
  refuseUnknownSources(facts);
  const chosen = chooseRule(request, facts.flag.entity, facts.state.entity, facts.ids.rule);
  refuseHeld(chosen.rule.id, facts.rollouts);
  return { kind: 'new', ...begin(request, facts, chosen.rule, enabledState(chosen.state)) };
}

/** Newest of the release; of the named rule, if one is named. */
function ofRelease({ release, rule }: StartRequest, rollouts: readonly Stored<Rollout>[]): Stored<Rollout> | undefined {
  return newestFirst(rollouts).find(({ entity }) => entity.release === release && (rule === undefined || entity.rule === rule));
}

function newestFirst(rollouts: readonly Stored<Rollout>[]): Stored<Rollout>[] {
  return [...rollouts].sort((a, b) => b.entity.startedAt - a.entity.startedAt);
}

/** A revert latches the release until one of its rollouts completed after it. */
function refuseLatched({ release, force }: StartRequest, rollouts: readonly Stored<Rollout>[]): void {
  if (force !== undefined) return;
  const verdict = newestFirst(rollouts).find(
    ({ entity }) => entity.release === release && (entity.state === 'reverted' || entity.state === 'completed'),
  );
  if (verdict?.entity.state !== 'reverted') return;
  const { id, reason } = verdict.entity;
  const why = reason === null ? '' : `: ${reason.text}`;
  throw new BurgeeError(
    'release_latched',
    `release ${release} was reverted${why}. It starts again only with force and a reason; better release a fix under its own id.`,
    { rollout: id, reason },
  );
}

function refuseDead({ flag, state }: StartFacts): void {
  if (flag.entity.archived) throw new BurgeeError('flag_archived', `flag ${flag.entity.key} is archived`);
  const { killed } = state.entity;
  if (killed) throw new BurgeeError('flag_killed', `flag ${flag.entity.key} was killed: ${killed.reason}`, { killed });
}

function refuseUnknownSources({ plan, sources }: StartFacts): void {
  const missing = plan.guards.flatMap((guard) => (guard.kind === 'query' && !sources.includes(guard.source) ? [guard] : []));
  if (missing.length === 0) return;
  throw invalid(
    ...missing.map(({ key, source }) => ({
      field: 'plan',
      message: `guard ${key} of plan ${plan.key} reads the metric source ${source}, which does not exist`,
    })),
  );
}

function refuseHeld(rule: string, rollouts: readonly Stored<Rollout>[]): void {
  const holder = rollouts.find(({ entity }) => entity.rule === rule && !ENDED.has(entity.state))?.entity;
  if (holder === undefined) return;
  const { id, release, state, percent } = holder;
  throw new BurgeeError('rollout_active', `release ${release} is being rolled out on this rule and stands at ${percent} %`, {
    rollout: { id, release, state, percent },
  });
}

function begin(
  request: StartRequest,
  { flag, state, plan, actor, at, ids }: StartFacts,
  rule: Rule,
  base: FlagState,
): { rollout: Rollout; change: Change } {
  const first = plan.stages.findIndex(({ percent }) => percent > rule.percent);
  const done = rule.percent >= 100;
  // nothing above: it stands on the last stage already, and bakes there
  const stage = done ? plan.stages.length : first < 0 ? plan.stages.length - 1 : first;
  const percent = done || first < 0 ? rule.percent : (plan.stages[first]?.percent ?? rule.percent);
  const rules = withPercent(base.rules, rule.id, percent);
  const text = done
    ? 'Everyone has it already: completed at once.'
    : `Started by ${actor.name} for release ${request.release}: ${percentText(rule.percent)} to ${percentText(percent)}.`;
  const forced = request.force?.reason ?? null;
  const entry = { at, event: done ? 'completed' : 'started', text, actor: actor.name };
  const scope = { project: state.entity.project, environment: state.entity.environment };
  const rollout: Rollout = {
    id: ids.rollout,
    ...scope,
    ...{ flag: flag.entity.key, rule: rule.id, release: request.release, plan },
    ...{ state: done ? 'completed' : 'running', reason: null, stage, startPercent: rule.percent, percent },
    ...{ startedAt: at, startedBy: actor, forced, stageSince: at, bakeSince: at, endedAt: done ? at : null, confirmedAt: null },
    ruleDigest: digestRule(rules, rule.id),
    evidence: { ...NO_EVIDENCE, stage: { ...NO_EVIDENCE.stage, since: at } },
    timeline:
      forced === null
        ? [entry]
        : [entry, { at, event: 'forced', text: `The latch was overridden: ${forced}`, actor: actor.name }],
  };
  return {
    rollout,
    change: {
      environments: [scope],
      // the state is written even where its percent stays: two starts at once then meet in its version
      writes: [
        { put: 'state', entity: { ...base, rules }, basedOn: state.version },
        { put: 'rollout', entity: rollout, basedOn: null },
      ],
      audit: [
        {
          actor,
          action: 'rollout.started',
          ...scope,
          object: `rollout/${ids.rollout}`,
          summary: `${flag.entity.key}: ${text}`,
          before: { percent: rule.percent },
          after: { percent, release: request.release, plan: plan.key, rule: rule.id },
          reason: forced,
        },
      ],
    },
  };
}
