import { actorOf, may, type Principal } from '../../domain/access/access.ts';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import { CUTOFF_LOOK_BACK_MS, needsCutoffs, withCutoffs } from '../../domain/guard/latency-cutoffs.ts';
import type { Change, Stored } from '../../domain/ports.ts';
import { type Preflight, warningsOf } from '../../domain/rollout/preflight.ts';
import type { Plan, Rollout } from '../../domain/rollout/rollout.ts';
import { builtinPlan } from '../../domain/rollout/rollout-plans.ts';
import { type StartFacts, type StartRequest, startInTurn } from '../../domain/rollout/rollout-start.ts';
import { viewOf } from '../../domain/rollout/rollout-view.ts';
import type { Deps } from '../frame/deps.ts';
import type { Call, Reply } from '../frame/route.ts';
import { preflight } from './preflight.ts';
import { workRows } from './work-rows.ts';

/** Two starts at once meet in the flag's version: whoever comes second reads again, and finds the other's rollout. */
const TRIES = 20;

/** Where a start acts, and what it asks for; `environments` begin with the one that the call is about. */
export interface StartCall extends StartRequest {
  readonly environments?: readonly string[] | undefined;
}

/** Starts a rollout or finds the release's own: 201 or 200. Several environments: one each, after the one before. */
export async function startRollout<P, Q, B>(
  call: Pick<Call<P, Q, B>, 'principal' | 'at' | 'deps'>,
  scope: { readonly project: string; readonly environment: string },
  request: StartCall,
): Promise<Reply> {
  const { deps, principal, at } = call;
  const now = { at, publicUrl: deps.config.publicUrl };
  const { environments, ...asked } = request;
  const places = placesOf(principal, scope, environments);
  const seen = new Map<string, Preflight>();
  for (let attempt = 1; ; attempt++) {
    const facts = await factsOf(call, scope.project, places, asked);
    const { steps } = startInTurn(asked, facts);
    // what is refused or there already is so whatever sources say
    const looked = await Promise.all(facts.map((one, i) => look(deps, seen, one, steps[i]?.kind === 'new')));
    const { change, steps: final } = startInTurn(asked, looked);
    const stored = final.map((step) => (step.kind === 'same' ? step.rollout : asWritten(step.begun.rollout, change)));
    const rollouts = stored.map((rollout) => viewOf(rollout, now));
    const body = { rollout: rollouts[0], ...(environments && { rollouts }) };
    if (change === null) return { status: 200, body };
    try {
      await deps.store.commit(change);
      return { status: 201, body: { ...body, ...findings(looked) } };
    } catch (error) {
      const moved = error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists');
      if (!moved || attempt >= TRIES) throw error;
    }
  }
}

/** The environments of a start, in order. Each must be one that the caller may start rollouts in. */
export function placesOf(
  principal: Principal,
  { project, environment }: { readonly project: string; readonly environment: string },
  environments: readonly string[] | undefined,
): readonly string[] {
  if (environments === undefined) return [environment];
  if (environments[0] !== environment) {
    throw invalid({ field: 'environments[0]', message: `must be ${environment}, where this call acts` });
  }
  environments.forEach((one, i) => {
    if (environments.indexOf(one) !== i) throw invalid({ field: `environments[${i}]`, message: `${one} is there twice` });
    if (!may(principal, 'rollout:start', { project, environment: one })) {
      throw new BurgeeError('forbidden', `this key may not start rollouts in ${one}`);
    }
  });
  return environments;
}

/** What is stored about a start in each of these environments. Throws `not_found`, `invalid`. */
export async function factsOf<P, Q, B>(
  { deps: { store, random }, principal, at }: Pick<Call<P, Q, B>, 'principal' | 'at' | 'deps'>,
  project: string,
  environments: readonly string[],
  request: StartRequest,
): Promise<StartFacts[]> {
  const [plan, sources, named] = await Promise.all([
    planOf(store, project, request.plan),
    store.list('source', { project }),
    request.after === undefined ? [] : store.list('rollout', { project, id: request.after }),
  ]);
  return Promise.all(
    environments.map(async (environment) => {
      const [{ flag, state }, rollouts] = await Promise.all([
        flagOf(store, { project, environment }, request.flag),
        store.list('rollout', { project, environment, flag: request.flag }),
      ]);
      const ids = { rollout: random(12), rule: random(8) };
      const keys = sources.map(({ entity }) => entity.key);
      return { flag, state, plan, sources: keys, rollouts, after: named[0], actor: actorOf(principal), at, ids };
    }),
  );
}

/** Adds what sources and reports say; each environment is asked about once, however often the start is tried. */
async function look(deps: Deps, seen: Map<string, Preflight>, facts: StartFacts, isNew: boolean): Promise<StartFacts> {
  if (!isNew) return facts;
  const { project, environment } = facts.state.entity;
  const found =
    seen.get(environment) ?? (await preflight(deps, facts.plan, { project, environment, flag: facts.flag.entity.key }, facts.at));
  seen.set(environment, found);
  return { ...facts, plan: await planAtStart(deps, facts), preflight: found };
}

/** The plan with what is fixed at a start: automatic cut-offs as numbers. Throws `invalid` where too little was reported for them. */
export async function planAtStart(
  deps: Pick<Deps, 'store'>,
  { plan, state, at }: Pick<StartFacts, 'plan' | 'state' | 'at'>,
): Promise<Plan> {
  if (!needsCutoffs(plan)) return plan;
  const { project, environment } = state.entity;
  const hour = { project, environment, from: at - CUTOFF_LOOK_BACK_MS, to: at };
  return withCutoffs(plan, await workRows(deps, plan, hour));
}

/** The new rollout as the change has it: it may know by now who follows it. */
function asWritten(rollout: Rollout, change: Change | null): Stored<Rollout> {
  for (const write of change?.writes ?? []) {
    if ('put' in write && write.put === 'rollout' && write.entity.id === rollout.id) return { entity: write.entity, version: 1 };
  }
  return { entity: rollout, version: 1 };
}

function findings(places: readonly StartFacts[]) {
  const each = places.flatMap(({ state, plan, preflight: found }) =>
    found === undefined ? [] : [{ environment: state.entity.environment, plan, found }],
  );
  return {
    checks: each.flatMap(({ environment, found }) => found.checks.map((check) => ({ environment, ...check }))),
    warnings: each.flatMap(({ environment, plan, found }) => warningsOf(plan, found).map((one) => ({ environment, ...one }))),
  };
}

type Store = Call<unknown, unknown, unknown>['deps']['store'];

async function flagOf(
  store: Store,
  { project, environment }: { project: string; environment: string },
  key: string,
): Promise<{ flag: Stored<Flag>; state: Stored<FlagState> }> {
  const [flag, state] = await Promise.all([
    store.get('flag', { project, key }),
    store.get('state', { project, environment, flag: key }),
  ]);
  if (flag !== undefined && state !== undefined) return { flag, state };
  throw new BurgeeError('not_found', `no flag ${key} in ${project}/${environment}`);
}

async function planOf(store: Store, project: string, key: string) {
  const plan = (await store.get('plan', { project, key }))?.entity ?? builtinPlan(project, key);
  if (plan === undefined) throw invalid({ field: 'plan', message: `there is no plan ${key} in ${project}` });
  return plan;
}
