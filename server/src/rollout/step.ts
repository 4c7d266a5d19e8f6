import type { FlagState } from '../domain/flag/flag.ts';
import { type Evidence, evidenceOf } from '../domain/guard/evidence.ts';
import { judge } from '../domain/guard/judge.ts';
import { foldTick } from '../domain/guard/memory.ts';
import type { Change, Stored } from '../domain/ports.ts';
import { ENDED, type Rollout } from '../domain/rollout/rollout.ts';
import { type Action, decide } from '../domain/rollout/rollout-decide.ts';
import { targetOf } from '../domain/rollout/rollout-rule.ts';
import { BURGEE, changeOf } from '../domain/rollout/rollout-transitions.ts';
import { type Desk, REPORTS } from './desk.ts';
import { type Held, hadGap, learn, recall } from './held.ts';
import type { Parts } from './parts.ts';
import { differs, readSources } from './reads.ts';
import type { Reverts } from './reverts.ts';
import { stepWaiting } from './waiting.ts';

/** One tick of one rollout: read, fold, judge, decide, commit. Returns whether the rollout is still ours to look after. */
export async function step(parts: Parts, held: Held, desk: Desk, reverts: Reverts): Promise<boolean> {
  const { clock, tickMs, leaseMs } = parts;
  const { id } = held;
  const seen = held.moved;
  const facts = held.facts ?? (await desk.facts(held));
  if (facts === undefined || ENDED.has(facts.rollout.entity.state)) return false;
  if (held.moved === seen) held.facts = facts;
  if (facts.rollout.entity.waiting) {
    held.facts = null;
    return stepWaiting(parts, held, facts, desk.commit);
  }
  const { rollout: stored, flag, state } = facts;
  const { memory, fresh } = await recall(parts, held, stored);
  const reports = await desk.unfolded(id);
  const at = clock();
  const gap = hadGap(held, stored.entity, at, leaseMs);
  const rollout: Rollout = gap ? { ...stored.entity, bakeSince: at } : stored.entity;
  if (gap) memory.open.restart(at);
  held.steppedAt = at;

  const before = evidenceOf(rollout);
  // those of client keys come last, and close nothing that is open
  const isAll = reports.length < REPORTS || reports.at(-1)?.client === true;
  const expire = isAll && !(fresh && gap);
  const folded = foldTick(memory, rollout, before, reports, { at, expire });
  const queries = readSources(parts, held, rollout, before, at);
  const news = folded !== null || gap || differs(queries, before.queries);
  const known = folded?.evidence ?? (gap ? { ...before, open: memory.open.toList() } : before);
  const evidence: Evidence = { ...known, queries };
  const target = targetOf(rollout, flag?.entity, state?.entity);
  const action = decide({ rollout, target, evidence, judgement: judge(rollout, evidence, at), at, tickMs });
  if (action.kind === 'stay' && !news) return true;

  const fold = folded === null ? undefined : { reports: reports.map((report) => report.id), batches: folded.batches };
  // memory holds what is not stored yet: it counts only once the commit is through
  held.memory = null;
  const now = { rollout: { ...stored, entity: rollout }, state, evidence, at };
  if (action.kind === 'revert') {
    // after a gap every clock has started anew: nothing was overdue
    await reverts.revert({ now, text: action.text, kill: action.kill, fold, expire: expire && !gap });
    return false;
  }
  const change = changeFor(action, now);
  held.facts = null;
  await desk.commit({ ...change, ...(fold && { fold }), fence: { rollout: id, owner: parts.owner, token: held.token } });
  learn(held, facts, change, seen);
  held.memory = memory;
  held.seq = evidence.seq;
  tell(parts, rollout, action);
  return action.kind !== 'abort' && !(action.kind === 'advance' && action.completes);
}

/** What a tick found, for the commit. */
export interface Now {
  readonly rollout: Stored<Rollout>;
  readonly state: Stored<FlagState> | undefined;
  readonly evidence: Evidence;
  readonly at: number;
}

function changeFor(action: Exclude<Action, { kind: 'revert' }>, { rollout, state, evidence, at }: Now): Change {
  if (action.kind !== 'stay') return changeOf(action, { rollout, state, evidence, at, actor: BURGEE });
  const entity: Rollout = { ...rollout.entity, evidence };
  return { environments: [], writes: [{ put: 'rollout', entity, basedOn: rollout.version }], audit: [] };
}

const LOUD: ReadonlySet<Action['kind']> = new Set(['pause', 'page', 'announce', 'abort']);

function tell({ log }: Parts, rollout: Rollout, action: Action): void {
  if (action.kind === 'stay') return;
  const fields = { rollout: rollout.id, flag: rollout.flag, environment: rollout.environment, action: action.kind };
  if (LOUD.has(action.kind)) log.warn(fields, 'a rollout needs attention');
  else log.info(fields, 'a rollout moved');
}
