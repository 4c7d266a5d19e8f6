import { dryRun, EVALUATIONS_MS, OUTCOMES_MS, type Preflight, reportingOf, SETTLED_MS } from '../../domain/rollout/preflight.ts';
import type { Plan } from '../../domain/rollout/rollout.ts';
import type { Deps } from '../frame/deps.ts';
import { workRows } from './work-rows.ts';

/** Where a rollout would be. */
export interface Place {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

/** Asks what is asked before a start: every source of the plan once, and who reports in the environment. */
export async function preflight(deps: Deps, plan: Plan, place: Place, at: number): Promise<Preflight> {
  const { project, environment, flag } = place;
  const sources = new Map((await deps.store.list('source', { project })).map(({ entity }) => [entity.key, entity]));
  const [checks, reporting] = await Promise.all([
    dryRun(
      plan,
      async (guard, asked, { from, to }) => {
        const source = sources.get(guard.source);
        if (source === undefined) return { kind: 'unavailable', reason: 'the metric source does not exist', permanent: true };
        return deps.metrics.read({ source, guard: asked, flag, environment, from, to }).catch((error: unknown) => {
          deps.log.error({ err: error, source: guard.source }, 'a metric source could not be read');
          return { kind: 'unavailable' as const, reason: 'reading it failed unexpectedly' };
        });
      },
      at,
    ),
    reportingIn(deps, plan, { project, environment }, at),
  ]);
  return { checks, reporting };
}

async function reportingIn(deps: Deps, plan: Plan, where: { project: string; environment: string }, at: number) {
  const work = await workRows(deps, plan, { ...where, from: at - OUTCOMES_MS, to: at + 1 });
  const lately = { from: at - EVALUATIONS_MS, to: at - SETTLED_MS };
  const counts =
    work.length > 0 ? [] : await deps.store.minutes({ ...where, ...lately, series: 'count', subjectPrefix: 'flag/' });
  return reportingOf({ work, counts });
}
