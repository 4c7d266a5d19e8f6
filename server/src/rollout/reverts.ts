import { evidenceOf } from '../domain/guard/evidence.ts';
import type { Fold } from '../domain/ports.ts';
import { ENDED } from '../domain/rollout.ts';
import { targetOf } from '../domain/rollout-rule.ts';
import { BURGEE, changeOf, revertPercent } from '../domain/rollout-transitions.ts';
import { isConflict } from './conflict.ts';
import type { Parts } from './parts.ts';
import type { Now } from './step.ts';

/** Automatic reverts: they need no lease, win over what is in flight, and are tried until they are durable. */
export interface Reverts {
  /** Reverts now, or makes SDKs lower the rule at once and goes on trying at every tick. */
  revert(now: Now, text: string, fold: Fold | undefined): Promise<void>;
  /** Tries again what the database could not take yet. */
  retry(): Promise<void>;
  isPending(rollout: string): boolean;
}

interface Pending {
  readonly project: string;
  readonly environment: string;
  readonly text: string;
  asserted: boolean;
}

/** A conflict means that somebody wrote in between; so often in a row it is left to the next tick. */
const TRIES = 50;

export function createReverts(parts: Parts): Reverts {
  const { store, overrides, clock, log } = parts;
  const pending = new Map<string, Pending>();

  async function commit(now: Now, text: string, fold: Fold | undefined): Promise<void> {
    const { rollout, state, evidence, at } = now;
    const change = changeOf({ kind: 'revert', text }, { rollout, state, evidence, at, actor: BURGEE });
    await store.commit({ ...change, breakLease: rollout.entity.id, ...(fold && { fold }) });
    log.warn({ rollout: rollout.entity.id, flag: rollout.entity.flag, text }, 'reverted');
  }

  /** Reads anew and reverts, unless somebody has ended it or made the rule theirs. Its last reports stay unfolded. */
  async function again(id: string, { project, environment, text }: Pending): Promise<boolean> {
    const rollout = await store.get('rollout', { project, environment, id });
    if (rollout === undefined || ENDED.has(rollout.entity.state)) return true;
    const { flag: key } = rollout.entity;
    const [flag, state] = await Promise.all([
      store.get('flag', { project, key }),
      store.get('state', { project, environment, flag: key }),
    ]);
    if (targetOf(rollout.entity, flag?.entity, state?.entity).kind !== 'ours') return true;
    try {
      await commit({ rollout, state, evidence: evidenceOf(rollout.entity), at: clock() }, text, undefined);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  async function persist(id: string, wanted: Pending): Promise<void> {
    for (let i = 0; i < TRIES; i++) {
      if (!(await again(id, wanted))) continue;
      pending.delete(id);
      if (wanted.asserted) await overrides.settle(overrideId(id));
      return;
    }
  }

  async function shout(id: string, now: Now, wanted: Pending, error: unknown): Promise<void> {
    log.error({ err: error, rollout: id }, 'the revert cannot be stored: SDKs are told to lower the rule, and it is tried again');
    const { flag, rule, project, environment } = now.rollout.entity;
    const percent = revertPercent(now.rollout.entity, now.state?.entity);
    wanted.asserted = true;
    await overrides.assert({ project, environment }, { id: overrideId(id), flag, rule, percent });
  }

  return {
    async revert(now, text, fold) {
      const { id, project, environment } = now.rollout.entity;
      const wanted: Pending = { project, environment, text, asserted: false };
      pending.set(id, wanted);
      try {
        await commit(now, text, fold);
        pending.delete(id);
      } catch (error) {
        if (!isConflict(error)) return shout(id, now, wanted, error);
        await persist(id, wanted).catch((cause: unknown) => shout(id, now, wanted, cause));
      }
    },
    async retry() {
      for (const [id, wanted] of pending) {
        await persist(id, wanted).catch((error: unknown) =>
          log.error({ err: error, rollout: id }, 'the revert cannot be stored yet'),
        );
      }
    },
    isPending: (rollout) => pending.has(rollout),
  };
}

function overrideId(rollout: string): string {
  return `revert-${rollout}`;
}
