import { type Evidence, evidenceOf } from '../domain/guard/evidence.ts';
import { judge } from '../domain/guard/judge.ts';
import { foldTick, replay } from '../domain/guard/memory.ts';
import type { DecidedTick, Fold, Store, Stored } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { REPORTS } from './desk.ts';

/** The tick in which a revert was decided: the rows and the evidence that are stored with it, whenever that is. */
export interface Decided {
  readonly at: number;
  /** The newest tick that was stored when this one was folded. */
  readonly after: number;
  readonly evidence: Evidence;
  readonly fold: Fold | undefined;
}

/** What is written down of it, so that another process makes it again. `expire`: whether the tick failed overdue exposures. */
export function recordOf({ at, after, evidence, fold }: Decided, rollout: Rollout, expire: boolean): DecidedTick {
  const failing = judge(rollout, evidence, at).readings.filter(({ verdict }) => verdict === 'fail');
  const queries = failing.flatMap(({ key }) => {
    const state = evidence.queries[key];
    return state === undefined ? [] : [[key, state] as const];
  });
  return { at, after, upTo: Math.max(0, ...(fold?.reports ?? [])), expire, queries: Object.fromEntries(queries) };
}

/** The tick from its record, bit for bit; undefined where it cannot be made again: somebody has folded since, or reports are gone. */
export async function decidedAgain(
  store: Store,
  { entity }: Stored<Rollout>,
  { at, after, upTo, expire, queries }: DecidedTick,
): Promise<Decided | undefined> {
  const before = evidenceOf(entity);
  if (before.tick !== after) return undefined;
  const [log, waiting] = await Promise.all([store.batches(entity.id), store.unfolded(entity.id, REPORTS)]);
  const reports = waiting.filter(({ id }) => id <= upTo);
  const folded = foldTick(replay(entity, before, log), entity, before, reports, { at, expire });
  const evidence = { ...(folded?.evidence ?? before), queries: { ...before.queries, ...queries } };
  const { revert, back } = judge(entity, evidence, at);
  if (revert === null && back === null) return undefined;
  return {
    at,
    after,
    evidence,
    fold: folded === null ? undefined : { reports: reports.map(({ id }) => id), batches: folded.batches },
  };
}

/** What it adds to a later commit: its rows, and its evidence with what people have said since; undefined where somebody has folded since. */
export function ontoWhatIsStored(
  { at: decidedAt, after, evidence, fold }: Decided,
  { entity }: Stored<Rollout>,
): { readonly decidedAt: number; readonly evidence: Evidence; readonly fold?: Fold } | undefined {
  const { tick, restarts, overruled, announced, paged } = evidenceOf(entity);
  if (tick !== after || restarts !== evidence.restarts) return undefined;
  return { decidedAt, evidence: { ...evidence, overruled, announced, paged }, ...(fold && { fold }) };
}
