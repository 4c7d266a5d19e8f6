import type { Actor } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/ports.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { type CommandName, command } from '../../domain/rollout/rollout-commands.ts';
import { revertOverrideId, revertPercent } from '../../domain/rollout/rollout-transitions.ts';
import { viewOf } from '../../domain/rollout/rollout-view.ts';
import type { Deps } from '../frame/deps.ts';
import type { Reply } from '../frame/route.ts';

interface Order {
  readonly key: { readonly project: string; readonly environment: string; readonly rollout: string };
  readonly actor: Actor;
  readonly reason: string;
}

/** The controller commits about once a second: a command that meets one reads again. */
const TRIES = 50;
/** A database that has not answered a revert by then does not take it, ms: SDKs shall have it within five seconds. */
const ANSWER_MS = 1_500;
/** How long a revert that the database refuses is tried again behind the caller's back, ms between tries. */
const RETRY_MS = 1_000;

/** Carries out a command. A revert that cannot be stored reaches the SDKs at once, answers 202, and is tried until it is. */
export async function commandRollout(deps: Deps, name: CommandName, order: Order): Promise<Reply> {
  if (name === 'revert' && isAboutToKill(deps, order)) return notYet(deps, await inTime(find(deps, order)));
  let seen: Stored<Rollout> | undefined;
  try {
    const done = carryOut(deps, name, order, (rollout) => (seen = rollout));
    return { status: 200, body: { rollout: await (name === 'revert' ? inTime(done) : done) } };
  } catch (error) {
    const cannotStore = error instanceof BurgeeError && (error.code === 'storage' || error.code === 'read_only');
    if (name !== 'revert' || !cannotStore || seen === undefined) throw error;
    deps.log.error({ err: error, rollout: order.key.rollout }, 'the revert cannot be stored: SDKs are told to lower the rule');
    const { project, environment, rollout: id } = order.key;
    const { flag, rule } = seen.entity;
    const override = { id: revertOverrideId(id), flag, rule, percent: revertPercent(seen.entity, undefined) };
    await deps.overrides.assert({ project, environment, override, why: { actor: order.actor, text: order.reason } });
    keepTrying(deps, order, override.id);
    return notYet(deps, seen);
  }
}

/** A guard wants more than this: its revert with the kill waits for the database, and nobody's revert may take its place. */
function isAboutToKill({ overrides }: Deps, { key }: Order): boolean {
  const id = revertOverrideId(key.rollout);
  return overrides.pending().some(({ override, kill }) => kill === true && override.id === id);
}

function notYet({ clock, config }: Deps, rollout: Stored<Rollout>): Reply {
  return { status: 202, body: { rollout: viewOf(rollout, { at: clock(), publicUrl: config.publicUrl }), durable: false } };
}

async function find({ store }: Deps, { key: { project, environment, rollout: id } }: Order): Promise<Stored<Rollout>> {
  const rollout = await store.get('rollout', { project, environment, id });
  if (rollout === undefined) throw new BurgeeError('not_found', `no rollout ${id} in ${project}/${environment}`);
  return rollout;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BurgeeError('storage', 'the database has not answered in time');
    timer = setTimeout(() => reject(error), ANSWER_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function carryOut(deps: Deps, name: CommandName, order: Order, saw: (rollout: Stored<Rollout>) => void) {
  const { store, clock, config } = deps;
  const { key, actor, reason } = order;
  const { project, environment, rollout: id } = key;
  for (let attempt = 1; ; attempt++) {
    const rollout = await find(deps, order);
    saw(rollout);
    const state = await store.get('state', { project, environment, flag: rollout.entity.flag });
    const change = command(name, { rollout, state, actor, at: clock(), reason });
    try {
      if (change !== null) await store.commit(change);
      const after = change === null ? rollout : await store.get('rollout', { project, environment, id });
      return viewOf(after ?? rollout, { at: clock(), publicUrl: config.publicUrl });
    } catch (error) {
      if (!(error instanceof BurgeeError) || error.code !== 'conflict' || attempt >= TRIES) throw error;
    }
  }
}

function keepTrying(deps: Deps, order: Order, overrideId: string): void {
  const timer = setTimeout(() => {
    carryOut(deps, 'revert', order, () => undefined)
      .then(() => deps.overrides.settle(overrideId))
      .catch((error: unknown) => {
        // ended otherwise, or gone: nothing is left to store
        const over = error instanceof BurgeeError && (error.code === 'rollout_ended' || error.code === 'not_found');
        if (over) return deps.overrides.settle(overrideId);
        keepTrying(deps, order, overrideId);
      })
      .catch((error: unknown) => deps.log.error({ err: error }, 'an override could not be settled'));
  }, RETRY_MS);
  timer.unref();
}
