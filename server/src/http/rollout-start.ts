import { actorOf } from '../domain/access.ts';
import { BurgeeError, invalid } from '../domain/errors.ts';
import type { Flag, FlagState } from '../domain/flag.ts';
import type { Stored } from '../domain/ports.ts';
import { builtinPlan } from '../domain/rollout-plans.ts';
import { type StartRequest, start } from '../domain/rollout-start.ts';
import { viewOf } from '../domain/rollout-view.ts';
import type { Call, Reply } from './route.ts';

/** Two starts at once meet in the flag's version: whoever comes second reads again, and finds the other's rollout. */
const TRIES = 20;

/** Starts a rollout or finds the release's own: 201 or 200. */
export async function startRollout<P, Q, B>(
  call: Pick<Call<P, Q, B>, 'principal' | 'at' | 'deps'>,
  scope: { readonly project: string; readonly environment: string },
  request: StartRequest,
): Promise<Reply> {
  const { deps, principal, at } = call;
  const now = { at, publicUrl: deps.config.publicUrl };
  for (let attempt = 1; ; attempt++) {
    const [{ flag, state }, plan, sources, rollouts] = await Promise.all([
      flagOf(deps.store, scope, request.flag),
      planOf(deps.store, scope.project, request.plan),
      deps.store.list('source', { project: scope.project }),
      deps.store.list('rollout', { ...scope, flag: request.flag }),
    ]);
    const ids = { rollout: deps.random(12), rule: deps.random(8) };
    const keys = sources.map(({ entity }) => entity.key);
    const result = start(request, { flag, state, plan, sources: keys, rollouts, actor: actorOf(principal), at, ids });
    if (result.kind === 'same') return { status: 200, body: { rollout: viewOf(result.rollout, now) } };
    try {
      await deps.store.commit(result.change);
      return { status: 201, body: { rollout: viewOf({ entity: result.rollout, version: 1 }, now) } };
    } catch (error) {
      const moved = error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists');
      if (!moved || attempt >= TRIES) throw error;
    }
  }
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
