import type { Evidence, QueryState } from '../domain/guard/evidence.ts';
import { isSourceGuard, type Sample, type SourceGuard } from '../domain/guard/guard.ts';
import { isIncident } from '../domain/guard/incident.ts';
import { type Bounds, NO_QUERY, nextWindow, takeSample } from '../domain/guard/query.ts';
import { type Asked, asksOf, comparesArms } from '../domain/guard/source-windows.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { queryAnew } from '../domain/rollout/rollout-step-back.ts';
import type { Held } from './held.ts';
import type { Parts } from './parts.ts';

/** A read of a metric source on its way, or back. Nobody waits for it: a slow source delays only its own guard. */
export interface PendingRead {
  readonly window: Bounds & { readonly probe: boolean };
  answer: { readonly sample: Sample; readonly control?: Sample; readonly at: number } | null;
}

/** Takes the answers that came since the last tick, and asks for the windows that are due. */
export function readSources(parts: Parts, held: Held, rollout: Rollout, evidence: Evidence, at: number): Evidence['queries'] {
  const queries: Record<string, QueryState> = { ...evidence.queries, ...held.queries };
  for (const guard of rollout.plan.guards) {
    if (!isSourceGuard(guard)) continue;
    let state = queryAnew(queries[guard.key] ?? NO_QUERY, evidence.restarts);
    if (queries[guard.key] !== undefined) queries[guard.key] = state;
    const pending = held.reads.get(guard.key);
    if (pending?.answer) {
      held.reads.delete(guard.key);
      const incident = guard.kind === 'query' && !comparesArms(guard) && isIncident(guard, rollout, evidence);
      state = takeSample(guard, state, rollout, { ...pending.window, ...pending.answer, incident });
      queries[guard.key] = state;
    }
    if (held.reads.has(guard.key)) continue;
    const window = nextWindow(guard, state, rollout.stageSince, at);
    if (window !== null) ask(parts, held, rollout, guard, window);
  }
  held.queries = queries;
  return queries;
}

function ask(parts: Parts, held: Held, rollout: Rollout, guard: SourceGuard, window: PendingRead['window']): void {
  const read: PendingRead = { window, answer: null };
  held.reads.set(guard.key, read);
  const [first, control] = asksOf(guard);
  const both = [first, ...(control === undefined ? [] : [control])].map((asked) =>
    readOnce(parts, rollout, guard, { ...window, asked }).catch((error: unknown): Sample => {
      parts.log.error({ err: error, rollout: rollout.id, guard: guard.key }, 'a metric source could not be read');
      return { kind: 'unavailable', reason: 'reading it failed unexpectedly' };
    }),
  );
  Promise.all(both)
    .then(([sample = LOST, second]) => {
      read.answer = { sample, ...(second && { control: second }), at: parts.clock() };
    })
    // nothing above can throw: the promise is handled
    .catch(() => undefined);
}
const LOST: Sample = { kind: 'unavailable', reason: 'nothing was asked' };

/** Reads one window of a guard's source. Rejects where the store does. */
export async function readOnce(
  parts: Parts,
  rollout: Rollout,
  { source: key }: SourceGuard,
  { asked, from, to }: Bounds & { readonly asked: Asked },
): Promise<Sample> {
  const source = await parts.store.get('source', { project: rollout.project, key });
  if (source === undefined) return { kind: 'unavailable', reason: 'the metric source was deleted', permanent: true };
  const { flag, environment } = rollout;
  return parts.metrics.read({ source: source.entity, guard: asked, flag, environment, from, to });
}

/** Whether there is news worth storing: the time of the next try is not. */
export function differs(a: Evidence['queries'], b: Evidence['queries']): boolean {
  return JSON.stringify(a, withoutRetry) !== JSON.stringify(b, withoutRetry);
}

function withoutRetry(key: string, value: unknown): unknown {
  return key === 'retryAt' ? undefined : value;
}
