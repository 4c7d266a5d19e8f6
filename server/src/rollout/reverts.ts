import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { Change, Fold, HeldOverride, Stored } from '../domain/ports.ts';
import { ENDED, type Rollout } from '../domain/rollout/rollout.ts';
import { command } from '../domain/rollout/rollout-commands.ts';
import { targetOf } from '../domain/rollout/rollout-rule.ts';
import { BURGEE, changeOf, revertOverrideId, revertPercent, rolloutOfOverride } from '../domain/rollout/rollout-transitions.ts';
import { isConflict } from './conflict.ts';
import type { Parts } from './parts.ts';
import type { Now } from './step.ts';

/** `kill`: the flag is killed as well, once the database takes it; an override beforehand only lowers the rule. */
type Killing = Now & { readonly kill?: true | undefined };

/** Reverts need no lease, win over what is in flight, and are tried until they are durable. */
export interface Reverts {
  /** Reverts now, or makes SDKs lower the rule at once and goes on trying at every tick. */
  revert(now: Killing, text: string, fold: Fold | undefined): Promise<void>;
  /** Takes up the reverts that SDKs were told of and the database does not have: from before a restart, or by hand. */
  adopt(): void;
  /** Tries again what the database could not take yet. */
  retry(): Promise<void>;
  isPending(rollout: string): boolean;
}

interface Pending extends Pick<HeldOverride, 'project' | 'environment' | 'why'> {
  asserted: boolean;
  readonly kill?: true | undefined;
}

/** A conflict means that somebody wrote in between; so often in a row it is left to the next tick. */
const TRIES = 50;
/** A database that has not answered by then does not take the revert, ms; SDKs shall have it within five seconds. */
const ANSWER_MS = 1_500;
const RETRY_MS = 10_000;

export function createReverts(parts: Parts): Reverts {
  const { store, overrides, clock, log } = parts;
  const pending = new Map<string, Pending>();

  async function commit({ rollout, state, evidence, at, kill }: Killing, text: string, fold: Fold | undefined): Promise<void> {
    const change = changeOf({ kind: 'revert', text, ...(kill && { kill }) }, { rollout, state, evidence, at, actor: BURGEE });
    await store.commit({ ...change, breakLease: rollout.entity.id, ...(fold && { fold }) });
    log.warn({ rollout: rollout.entity.id, flag: rollout.entity.flag, text }, 'reverted');
  }

  /** Reads anew and reverts, if that is still to be done. Its last reports stay unfolded. */
  async function again(id: string, wanted: Pending): Promise<boolean> {
    const { project, environment } = wanted;
    const rollout = await store.get('rollout', { project, environment, id });
    if (rollout === undefined) return true;
    const change = await changeFor(rollout, wanted);
    try {
      if (change !== null) await store.commit(change);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  /** null: ended in another way, or somebody has made the rule theirs; that wins over us, but not over a person. */
  async function changeFor(rollout: Stored<Rollout>, wanted: Pending): Promise<Change | null> {
    const { project, environment, why } = wanted;
    const { id, flag: key, state: is } = rollout.entity;
    if (is === 'reverted' || is === 'aborted') return null;
    const [flag, state] = await Promise.all([
      store.get('flag', { project, key }),
      store.get('state', { project, environment, flag: key }),
    ]);
    const at = clock();
    if (why.actor.kind !== 'burgee') return command('revert', { rollout, state, actor: why.actor, at, reason: why.text });
    if (ENDED.has(is) || targetOf(rollout.entity, flag?.entity, state?.entity).kind !== 'ours') return null;
    const situation = { rollout, state, evidence: evidenceOf(rollout.entity), at, actor: BURGEE };
    return { ...changeOf({ kind: 'revert', text: why.text, ...(wanted.kill && { kill: true }) }, situation), breakLease: id };
  }

  async function persist(id: string, wanted: Pending): Promise<void> {
    for (let i = 0; i < TRIES; i++) {
      if (!(await again(id, wanted))) continue;
      pending.delete(id);
      if (wanted.asserted) {
        await overrides.settle(revertOverrideId(id));
        log.warn({ rollout: id, text: wanted.why.text }, 'the revert is stored now');
      }
      return;
    }
  }

  async function shout(id: string, now: Now, wanted: Pending, error: unknown): Promise<void> {
    log.error({ err: error, rollout: id }, 'the revert cannot be stored: SDKs are told to lower the rule, and it is tried again');
    const { flag, rule } = now.rollout.entity;
    const { project, environment, why } = wanted;
    const percent = revertPercent(now.rollout.entity, now.state?.entity);
    wanted.asserted = true;
    await overrides.assert({ project, environment, override: { id: revertOverrideId(id), flag, rule, percent }, why });
  }

  return {
    async revert(now, text, fold) {
      const { id, project, environment } = now.rollout.entity;
      const wanted: Pending = { project, environment, why: { actor: BURGEE, text }, asserted: false, kill: now.kill };
      pending.set(id, wanted);
      const first = commit(now, text, fold).then(
        () => void pending.delete(id),
        (error: unknown) => {
          if (!isConflict(error)) throw error;
          return persist(id, wanted);
        },
      );
      await within(ANSWER_MS, first).catch((error: unknown) => shout(id, now, wanted, error));
    },
    adopt() {
      for (const { project, environment, override, why } of overrides.pending()) {
        const id = rolloutOfOverride(override.id);
        if (id !== undefined && !pending.has(id)) pending.set(id, { project, environment, why, asserted: true });
      }
    },
    async retry() {
      for (const [id, wanted] of [...pending]) {
        try {
          await within(RETRY_MS, persist(id, wanted));
        } catch (error) {
          log.error({ err: error, rollout: id, waiting: pending.size }, 'the revert cannot be stored yet');
          // what the database refuses to one it refuses to all: the next tick begins with another
          pending.delete(id);
          pending.set(id, wanted);
          if (error instanceof BurgeeError && error.code !== 'conflict') return;
        }
      }
    },
    isPending: (rollout) => pending.has(rollout),
  };
}

/** What `work` comes to, unless that takes longer; the work goes on behind it. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BurgeeError('storage', `the database has not answered for ${ms / 1_000} seconds`);
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
