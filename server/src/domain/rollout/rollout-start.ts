import type { Actor } from '../access/access.ts';
import { BurgeeError, invalid } from '../errors.ts';
import type { Flag, FlagState } from '../flag/flag.ts';
import { isSourceGuard } from '../guard/guard.ts';
import type { Change, Stored } from '../ports.ts';
import { type Preflight, refusals } from './preflight.ts';
import { ENDED, type Plan, type Rollout } from './rollout.ts';
import { type Begun, begin, changeOfAll, nameOf } from './rollout-begin.ts';
import { chooseRule, enabledState } from './rollout-choose.ts';

/** What a pipeline or a person asks for. */
export interface StartRequest {
  readonly flag: string;
  readonly release: string;
  readonly plan: string;
  readonly rule?: string | undefined;
  readonly variant?: string | undefined;
  readonly force?: { readonly reason: string } | undefined;
  /** Id of a rollout of the project that must have completed before this one begins. */
  readonly after?: string | undefined;
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
  /** The rollout that the request's `after` names, if there is one. */
  readonly after?: Stored<Rollout> | undefined;
  /** What sources and reports say; without it nothing is refused for that. */
  readonly preflight?: Preflight | undefined;
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
  const { steps, change } = startInTurn(request, [facts]);
  const [step] = steps;
  if (step?.kind === 'new' && change !== null) return { kind: 'new', rollout: step.begun.rollout, change };
  if (step?.kind === 'same') return step;
  throw new TypeError('a start is of one place');
}

/** What one environment of a release gets. */
export type Step = { readonly kind: 'same'; readonly rollout: Stored<Rollout> } | { readonly kind: 'new'; readonly begun: Begun };

/**
 * The same in several environments, each after the one before it; all or nothing. null: every one of them exists already.
 * Refusals carry the environment that they are about.
 */
export function startInTurn(
  request: StartRequest,
  places: readonly StartFacts[],
): { readonly steps: readonly Step[]; readonly change: Change | null } {
  const steps: Step[] = [];
  const earlier: Stored<Rollout>[] = [];
  let after = request.after === undefined ? undefined : { id: request.after, stored: places[0]?.after };
  let previous: Rollout | undefined;
  for (const facts of places) {
    const same = ofRelease(request, facts.rollouts);
    if (same !== undefined && same.entity.state !== 'aborted' && same.entity.state !== 'reverted') {
      steps.push({ kind: 'same', rollout: same });
      after = { id: same.entity.id, stored: same };
      previous = undefined;
      continue;
    }
    if (previous === undefined && after !== undefined) earlier.push(completable(after));
    const begun = inPlace(request, facts, previous ?? after?.stored?.entity);
    steps.push({ kind: 'new', begun });
    previous = begun.rollout;
  }
  const begun = steps.flatMap((step) => (step.kind === 'new' ? [step.begun] : []));
  return { steps, change: begun.length === 0 ? null : changeOfAll(begun, earlier) };
}

/** A rollout that can be waited for. */
function completable({ id, stored }: { readonly id: string; readonly stored: Stored<Rollout> | undefined }): Stored<Rollout> {
  if (stored === undefined) throw invalid({ field: 'after', message: `there is no rollout ${id} in this project` });
  const { state } = stored.entity;
  if (state !== 'reverted' && state !== 'aborted') return stored;
  throw new BurgeeError('rollout_ended', `${nameOf(stored.entity)} was ${state}: nothing can come after it`, {
    rollout: id,
    state,
  });
}

function inPlace(request: StartRequest, facts: StartFacts, after: Rollout | undefined): Begun {
  try {
    const latched = latchOf(request, facts.rollouts);
    refuseDead(facts);
    refuseUnknownSources(facts);
    const { flag, state, plan, actor, at, ids } = facts;
    const chosen = chooseRule(request, flag.entity, state.entity, ids.rule);
    refuseHeld(chosen.rule.id, facts.rollouts);
    const waits = after !== undefined && after.state !== 'completed';
    // where everyone has it already nothing is raised
    const asked = facts.preflight === undefined || chosen.rule.percent >= 100 ? undefined : facts.preflight;
    const over = asked === undefined ? [] : refusals(plan, asked, waits);
    const [refusal] = over;
    if (refusal !== undefined && request.force === undefined) throw refusal;
    const what = forcedText(latched, over);
    return begin({
      ...{ flag: flag.entity, state, base: enabledState(chosen.state), rule: chosen.rule, plan, release: request.release },
      ...{ forced: request.force ? { what, reason: request.force.reason } : null, actor, at, id: ids.rollout, after },
    });
  } catch (error) {
    if (!(error instanceof BurgeeError)) throw error;
    const { environment } = facts.state.entity;
    throw new BurgeeError(error.code, error.message, { environment, ...error.details }, error);
  }
}

/** What a force was needed for, for the timeline. */
function forcedText(latched: boolean, over: readonly BurgeeError[]): string {
  const red = over.find(({ code }) => code === 'guard_red')?.details.guards as readonly string[] | undefined;
  const although = [
    ...(red === undefined ? [] : [`although ${red.join(' and ')} failed before the start`]),
    ...(over.some(({ code }) => code === 'no_outcomes') ? ['although no application reports outcomes'] : []),
  ];
  if (latched) return ['The latch was overridden', ...although].join(', ');
  return ['Started by force', ...although].join(' ');
}

/** Newest of the release; of the named rule, if one is named. */
function ofRelease({ release, rule }: StartRequest, rollouts: readonly Stored<Rollout>[]): Stored<Rollout> | undefined {
  return newestFirst(rollouts).find(({ entity }) => entity.release === release && (rule === undefined || entity.rule === rule));
}

function newestFirst(rollouts: readonly Stored<Rollout>[]): Stored<Rollout>[] {
  return [...rollouts].sort((a, b) => b.entity.startedAt - a.entity.startedAt);
}

/** A revert latches the release until one of its rollouts completed after it; refuses unless forced, answers whether it had to be. */
function latchOf({ release, force }: StartRequest, rollouts: readonly Stored<Rollout>[]): boolean {
  const verdict = newestFirst(rollouts).find(
    ({ entity }) => entity.release === release && (entity.state === 'reverted' || entity.state === 'completed'),
  );
  if (verdict?.entity.state !== 'reverted') return false;
  if (force !== undefined) return true;
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
  const missing = plan.guards.filter(isSourceGuard).filter(({ source }) => !sources.includes(source));
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
