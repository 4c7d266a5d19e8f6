import type { Flag, FlagState } from '../domain/flag.ts';
import type { Change, Stored } from '../domain/ports.ts';
import { ENDED, type Rollout } from '../domain/rollout.ts';
import { targetOf } from '../domain/rollout-rule.ts';
import { decideWaiting } from '../domain/rollout-waiting.ts';
import type { Held } from './held.ts';
import type { Parts } from './parts.ts';

/** What a tick knows of a rollout that has raised nothing yet. */
interface Facts {
  readonly rollout: Stored<Rollout>;
  readonly flag: Stored<Flag> | undefined;
  readonly state: Stored<FlagState> | undefined;
}

/** One tick of it: look at what it waits for, begin or end. Nothing is judged. Returns whether it is still ours to look after. */
export async function stepWaiting(
  { store, clock, owner, log }: Parts,
  held: Held,
  { rollout, flag, state }: Facts,
  commit: (change: Change) => Promise<unknown>,
): Promise<boolean> {
  const { entity } = rollout;
  const { project, id } = entity;
  const { after } = entity;
  const earlier = after && (await store.get('rollout', { project, environment: after.environment, id: after.rollout }));
  const at = clock();
  held.steppedAt = at;
  const target = targetOf(entity, flag?.entity, state?.entity);
  const change = decideWaiting({ rollout, state, target, after: earlier?.entity, at });
  if (change === null) return true;
  await commit({ ...change, fence: { rollout: id, owner, token: held.token } });
  // what is known of a rollout that waited is nothing that the one under way goes by
  held.memory = null;
  const write = change.writes.find((one) => 'put' in one && one.put === 'rollout');
  const now = write !== undefined && 'entity' in write ? (write.entity as Rollout).state : entity.state;
  if (now !== entity.state) log.info({ rollout: id, flag: entity.flag, state: now }, 'a rollout that waited moved');
  return !ENDED.has(now);
}
