import { BurgeeError } from '../domain/errors.ts';
import { evidenceOf } from '../domain/guard/evidence.ts';
import type { Change, DecidedTick, Fold, HeldOverride, Stored } from '../domain/ports.ts';
import { ENDED, type Rollout } from '../domain/rollout/rollout.ts';
import { command } from '../domain/rollout/rollout-commands.ts';
import { targetOf } from '../domain/rollout/rollout-rule.ts';
import { BURGEE, changeOf, revertOverrideId, revertPercent, rolloutOfOverride } from '../domain/rollout/rollout-transitions.ts';
import { isConflict } from './conflict.ts';
import { type Decided, decidedAgain, ontoWhatIsStored, recordOf } from './decided.ts';
import type { Parts } from './parts.ts';
import type { Now } from './step.ts';

/** A revert as a tick decided it. */
interface Asked {
  readonly now: Now;
  readonly text: string;
  /** The flag is killed as well, once the database takes it; an override beforehand only lowers the rule. */
  readonly kill: true | undefined;
  readonly fold: Fold | undefined;
  /** Whether the tick failed overdue exposures. */
  readonly expire: boolean;
}

/** Reverts need no lease, win over what is in flight, and are tried until they are durable. */
export interface Reverts {
  /** Reverts now, or makes SDKs lower the rule at once and goes on trying at every tick. */
  revert(asked: Asked): Promise<void>;
  /** Takes up the reverts that SDKs were told of and the database does not have: from before a restart, or by hand. */
  adopt(): void;
  /** Tries again what the database could not take yet. */
  retry(): Promise<void>;
  isPending(rollout: string): boolean;
}

interface Pending extends Pick<HeldOverride, 'project' | 'environment' | 'why'> {
  /** SDKs were told: it is stored whatever is read by then. */
  asserted: boolean;
  readonly kill: true | undefined;
  /** The rows to store with it; after a restart they are made from the record. */
  decided: Decided | undefined;
  readonly record: DecidedTick | undefined;
  tries: number;
}

/** What keeps the rows from being stored must not keep the revert: now and then it is tried without them. */
const ALONE = 30;
/** A conflict means that somebody wrote in between; so often in a row it is left to the next tick. */
const TRIES = 50;
/** A database that has not answered by then does not take the revert, ms; SDKs shall have it within five seconds. */
const ANSWER_MS = 1_500;
const RETRY_MS = 10_000;

export function createReverts(parts: Parts): Reverts {
  const { store, overrides, clock, log } = parts;
  const pending = new Map<string, Pending>();

  async function commit({ now, text, kill, fold }: Asked): Promise<void> {
    const { id, flag } = now.rollout.entity;
    const change = changeOf({ kind: 'revert', text, ...(kill && { kill }) }, { ...now, actor: BURGEE });
    await store.commit({ ...change, breakLease: id, ...(fold && { fold }) });
    log.warn({ rollout: id, flag, text }, 'reverted');
  }

  /** Reads anew and reverts, with the rows that it was decided on, if that is still to be done. */
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
    wanted.tries += 1;
    wanted.decided ??= wanted.record && (await decidedAgain(store, rollout, wanted.record));
    const { decided, kill, asserted, tries } = wanted;
    const kept = decided && ontoWhatIsStored(decided, rollout);
    // somebody has folded since: whoever did decides by that
    if (kept === undefined && !asserted) return null;
    const { fold, ...tick } = (tries % ALONE === 0 ? undefined : kept) ?? {};
    const action = { kind: 'revert', text: why.text, ...(kill && { kill }) } as const;
    const change = changeOf(action, { rollout, state, at, actor: BURGEE, ...tick });
    return { ...change, breakLease: id, ...(fold && { fold }) };
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

  async function shout({ now, expire }: Asked, wanted: Pending, error: unknown): Promise<void> {
    const { id, flag, rule } = now.rollout.entity;
    log.error({ err: error, rollout: id }, 'the revert cannot be stored: SDKs are told to lower the rule, and it is tried again');
    const { project, environment, why, kill, decided } = wanted;
    const percent = revertPercent(now.rollout.entity, now.state?.entity);
    wanted.asserted = true;
    await overrides.assert({
      ...{ project, environment, why },
      override: { id: revertOverrideId(id), flag, rule, percent },
      ...(kill && { kill }),
      ...(decided && { decided: recordOf(decided, now.rollout.entity, expire) }),
    });
  }

  return {
    async revert(asked) {
      const { now, text, kill, fold } = asked;
      const { id, project, environment } = now.rollout.entity;
      const decided = { at: now.at, after: evidenceOf(now.rollout.entity).tick, evidence: now.evidence, fold };
      const why = { actor: BURGEE, text };
      const wanted: Pending = { project, environment, why, asserted: false, kill, decided, record: undefined, tries: 0 };
      pending.set(id, wanted);
      const first = commit(asked).then(
        () => void pending.delete(id),
        (error: unknown) => {
          if (!isConflict(error)) throw error;
          return persist(id, wanted);
        },
      );
      await within(ANSWER_MS, first).catch((error: unknown) => shout(asked, wanted, error));
    },
    adopt() {
      for (const { project, environment, override, why, kill, decided: record } of overrides.pending()) {
        const id = rolloutOfOverride(override.id);
        if (id === undefined || pending.has(id)) continue;
        pending.set(id, { project, environment, why, asserted: true, kill, decided: undefined, record, tries: 0 });
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
