import type { Flag, FlagState } from '../domain/flag/flag.ts';
import type { Change, Stored } from '../domain/ports.ts';
import { dryRun } from '../domain/rollout/preflight.ts';
import { ENDED, type Rollout } from '../domain/rollout/rollout.ts';
import { targetOf } from '../domain/rollout/rollout-rule.ts';
import { decideWaiting, stayWaiting } from '../domain/rollout/rollout-waiting.ts';
import type { Held } from './held.ts';
import type { Parts } from './parts.ts';
import { readOnce } from './reads.ts';

/** What a tick knows of a rollout that has raised nothing yet. */
interface Facts {
  readonly rollout: Stored<Rollout>;
  readonly flag: Stored<Flag> | undefined;
  readonly state: Stored<FlagState> | undefined;
}

/** A guard that fails keeps the rollout from beginning; its source is asked again so often, ms. */
const ASK_AGAIN_MS = 30_000;

/** One tick of it: look at what it waits for, begin or end. Nothing is judged. Returns whether it is still ours to look after. */
export async function stepWaiting(
  parts: Parts,
  held: Held,
  { rollout, flag, state }: Facts,
  commit: (change: Change) => Promise<unknown>,
): Promise<boolean> {
  const { store, clock, owner, log } = parts;
  const { entity } = rollout;
  const { project, id, after } = entity;
  const earlier = after && (await store.get('rollout', { project, environment: after.environment, id: after.rollout }));
  const at = clock();
  held.steppedAt = at;
  const target = targetOf(entity, flag?.entity, state?.entity);
  const wanted = decideWaiting({ rollout, state, target, after: earlier?.entity, at });
  if (wanted === null) return true;
  const change = begins(wanted, entity) ? await unlessRed(parts, rollout, wanted, at) : wanted;
  if (change === null) return true;
  await commit({ ...change, fence: { rollout: id, owner, token: held.token } });
  // what is known of a rollout that waited is nothing that the one under way goes by
  held.memory = null;
  const now = stateIn(change) ?? entity.state;
  if (now !== entity.state) log.info({ rollout: id, flag: entity.flag, state: now }, 'a rollout that waited moved');
  return !ENDED.has(now);
}

/** Asks the plan's sources once more before the rule is raised: the start may be days ago. */
async function unlessRed(parts: Parts, rollout: Stored<Rollout>, begin: Change, at: number): Promise<Change | null> {
  const { entity } = rollout;
  if (entity.forced !== null) return begin;
  if (entity.reason?.code === 'guard-red' && at - entity.reason.since < ASK_AGAIN_MS) return null;
  const checks = await dryRun(
    entity.plan,
    (guard, asked, window) =>
      readOnce(parts, entity, guard, { ...window, asked }).catch(() => ({ kind: 'unavailable', reason: 'it could not be read' })),
    at,
  );
  const red = checks.find(({ refuses }) => refuses);
  if (red === undefined) return begin;
  return stayWaiting(rollout, { code: 'guard-red', text: `Before anything is raised: ${red.text}`, since: at });
}

function begins(change: Change, before: Rollout): boolean {
  const state = stateIn(change);
  return state !== undefined && state !== before.state && state !== 'aborted';
}

function stateIn({ writes }: Change): Rollout['state'] | undefined {
  for (const write of writes) if ('put' in write && write.put === 'rollout') return write.entity.state;
  return undefined;
}
