import { type Evidence, evidenceOf, type QueryState } from '../domain/guard/evidence.ts';
import { type Memory, replay } from '../domain/guard/memory.ts';
import { NEW_MIXTURE } from '../domain/guard/mixture.ts';
import type { Change, Claim, Stored } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import type { Facts } from './desk.ts';
import type { Parts } from './parts.ts';
import type { PendingRead } from './reads.ts';

/** A rollout whose lease this process has, and what it remembers of it between ticks. */
export interface Held {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  token: number;
  /** What is stored, as last read or written; null: to be read anew. */
  facts: Facts | null;
  /** Counts the commits, ours or others', that may have changed the facts. */
  moved: number;
  /** null: to be rebuilt from the batch log. */
  memory: Memory | null;
  /** The batch row that memory ends with. */
  seq: number;
  /** When this process last stepped it, ms; 0 never. */
  steppedAt: number;
  /** Newer than what is stored, where only the time of the next try differs. */
  queries: Readonly<Record<string, QueryState>>;
  readonly reads: Map<string, PendingRead>;
}

export function hold({ rollout: { entity }, token }: Claim): Held {
  const { id, project, environment, flag } = entity;
  const nothing = { facts: null, moved: 0, memory: null, seq: 0, steppedAt: 0, queries: {} };
  return { id, project, environment, flag, token, ...nothing, reads: new Map() };
}

/** Somebody wrote, perhaps about this rollout. */
export function forget(held: Held): void {
  held.facts = null;
  held.moved += 1;
}

/** What the facts are after our own commit, unless another one came in between; `seen` is `moved` as it was when they were read. */
export function learn(held: Held, facts: Facts, change: Change, seen: number): void {
  if (held.moved !== seen + 1) return;
  let known = facts;
  for (const write of change.writes) {
    if (!('put' in write)) continue;
    if (write.put === 'rollout') known = { ...known, rollout: { version: facts.rollout.version + 1, entity: write.entity } };
    if (write.put === 'state' && facts.state)
      known = { ...known, state: { version: facts.state.version + 1, entity: write.entity } };
  }
  held.facts = known;
}

/** The memory of a held rollout, rebuilt where it is not what the stored evidence ends with. */
export async function recall(parts: Parts, held: Held, { entity }: Stored<Rollout>): Promise<{ memory: Memory; fresh: boolean }> {
  const evidence = evidenceOf(entity);
  if (held.memory !== null && held.seq === evidence.seq) return { memory: held.memory, fresh: false };
  const log = await parts.store.batches(held.id);
  const memory = replay(entity, evidence, log);
  held.memory = memory;
  held.seq = evidence.seq;
  held.queries = evidence.queries;
  if (!agrees(memory, evidence)) parts.log.error({ rollout: held.id }, 'the batch log does not lead to the stored evidence');
  return { memory, fresh: true };
}

function agrees({ process, client }: Memory, evidence: Evidence): boolean {
  const told = [evidence.mixture, evidence.client?.mixture ?? NEW_MIXTURE];
  return JSON.stringify([process.mixture, client.process.mixture]) === JSON.stringify(told);
}

/** Whether nobody looked after the rollout for longer than a lease: then no time has passed on its stage. */
export function hadGap(held: Held, rollout: Rollout, at: number, leaseMs: number): boolean {
  const known = Math.max(evidenceOf(rollout).at ?? 0, rollout.bakeSince, rollout.stageSince, held.steppedAt);
  return held.steppedAt === 0 || at - held.steppedAt > leaseMs ? at - known > leaseMs : false;
}
