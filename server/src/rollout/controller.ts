import type { Moved } from '../domain/ports.ts';
import type { RolloutState } from '../domain/rollout/rollout.ts';
import { createConfirmations } from './confirm.ts';
import { isConflict } from './conflict.ts';
import { createDesk } from './desk.ts';
import { forget, type Held, hold } from './held.ts';
import type { Parts } from './parts.ts';
import { createReverts } from './reverts.ts';
import { step } from './step.ts';

/** Looks after every active rollout. */
export interface Controller {
  start(): void;
  /** Ends the ticks, waits for what is under way and gives the leases up. */
  stop(): Promise<void>;
  /** One round; resolves when every rollout that it took up has been stepped. Never rejects. */
  tick(): Promise<void>;
}

const ACTIVE: readonly RolloutState[] = ['pending', 'running', 'holding', 'paused'];
/** How often reverts of other processes are looked for, ms; this one's own are seen at once. */
const LOOK_FOR_REVERTS_MS = 60_000;
/** Rollouts that are read and committed together: about 20 ms of work. */
const GROUP = 64;

/**
 * claim -> read -> judge -> advance -> commit, once per tick for every rollout whose lease this owner has. Each rollout stands
 * alone: one that fails or waits delays no other. Ticks in which nothing came are reads.
 */
export function createController(
  options: Omit<Parts, 'tickMs' | 'leaseMs'> & { readonly tickMs?: number; readonly leaseMs?: number },
): Controller {
  const parts: Parts = { tickMs: 1_000, leaseMs: 10_000, ...options };
  const { store, clock, log, owner, leaseMs } = parts;
  const desk = createDesk(store);
  const reverts = createReverts(parts);
  const confirmations = createConfirmations(parts);
  const held = new Map<string, Held>();
  /** The same by `project/flag`. */
  const byFlag = new Map<string, Set<Held>>();
  const busy = new Map<string, Promise<void>>();
  let claimedAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let unwatch: (() => void) | undefined;

  function notice({ objects }: Moved): void {
    // another process wrote: what, is not said
    const touched = new Set<Held>(objects.length === 0 ? held.values() : []);
    if (objects.length === 0) claimedAt = lookedAt = Number.NEGATIVE_INFINITY;
    for (const object of objects) {
      const [kind, project, ...rest] = object.split('/');
      if (kind === 'flag') for (const one of byFlag.get(`${project}/${rest[0]}`) ?? []) touched.add(one);
      if (kind === 'state') for (const one of byFlag.get(`${project}/${rest[1]}`) ?? []) touched.add(one);
      const id = kind === 'rollout' ? rest[1] : undefined;
      if (id === undefined) continue;
      const one = held.get(id);
      if (one) touched.add(one);
      // our own commits are known; any other may be a start, an end or a revert
      if (!busy.has(id)) claimedAt = lookedAt = Number.NEGATIVE_INFINITY;
    }
    for (const one of touched) forget(one);
  }

  function drop(one: Held): void {
    if (held.get(one.id) === one) held.delete(one.id);
    byFlag.get(`${one.project}/${one.flag}`)?.delete(one);
  }

  function take(one: Held): void {
    held.set(one.id, one);
    const key = `${one.project}/${one.flag}`;
    const others = byFlag.get(key);
    if (others) others.add(one);
    else byFlag.set(key, new Set([one]));
  }

  async function claim(): Promise<void> {
    const at = clock();
    if (at - claimedAt < leaseMs / 4) return;
    claimedAt = at;
    const claims = await store.claim(owner, leaseMs, ACTIVE);
    const ours = new Set(claims.map(({ rollout }) => rollout.entity.id));
    for (const one of [...held.values()]) if (!ours.has(one.id)) drop(one);
    for (const one of claims) {
      const { id } = one.rollout.entity;
      const known = held.get(id);
      // another token: somebody else may have had it meanwhile
      if (known?.token !== one.token) {
        if (known) drop(known);
        take(hold(one));
      } else if (known.facts !== null && known.facts.rollout.version !== one.rollout.version) forget(known);
    }
  }

  async function lookForReverts(): Promise<void> {
    const at = clock();
    if (at - lookedAt < LOOK_FOR_REVERTS_MS) return;
    lookedAt = at;
    for (const { entity } of await store.list('rollout', { state: 'reverted' })) {
      if (entity.confirmedAt === null) confirmations.watch(entity);
    }
  }

  async function run(one: Held): Promise<void> {
    try {
      if (await step(parts, one, desk, reverts)) return;
      drop(one);
      lookedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      one.memory = null;
      forget(one);
      claimedAt = lookedAt = Number.NEGATIVE_INFINITY;
      if (isConflict(error)) log.debug({ rollout: one.id }, 'somebody else wrote first');
      else log.error({ err: error, rollout: one.id }, 'a tick of this rollout failed');
    }
  }

  /** Side work, once at a time: if it hangs it hangs alone. */
  const aside = new Map<string, Promise<void>>();
  function once(what: string, work: () => Promise<void>): Promise<void> {
    const running = aside.get(what);
    if (running !== undefined) return running;
    const done = work()
      .catch((error: unknown) => log.error({ err: error }, `cannot ${what}`))
      .finally(() => aside.delete(what));
    aside.set(what, done);
    return done;
  }

  async function round(): Promise<void> {
    await once('claim rollouts', claim);
    if (stopped) return;
    const idle = [...held.values()].filter(({ id }) => !busy.has(id) && !reverts.isPending(id));
    const running: Promise<void>[] = [];
    for (const [i, one] of idle.entries()) {
      if (stopped) break;
      // others want the event loop too
      if (i > 0 && i % GROUP === 0) await new Promise((resolve) => setImmediate(resolve));
      if (busy.has(one.id)) continue;
      const done = run(one).finally(() => busy.delete(one.id));
      busy.set(one.id, done);
      running.push(done);
    }
    await Promise.all(running);
  }

  async function tick(): Promise<void> {
    if (stopped) return;
    unwatch ??= store.watch(notice);
    reverts.adopt();
    const confirm = () => lookForReverts().then(confirmations.tick);
    await Promise.all([once('store reverts', reverts.retry), round(), once('confirm reverts', confirm)]);
  }

  return {
    tick,
    start() {
      stopped = false;
      timer ??= setInterval(() => void tick(), parts.tickMs);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      timer = undefined;
      unwatch?.();
      unwatch = undefined;
      await Promise.all([...aside.values(), ...busy.values()]);
      // a claim under way may have begun steps
      await Promise.all(busy.values());
      await store.release(owner).catch((error: unknown) => log.warn({ err: error }, 'cannot give the leases up'));
      held.clear();
      byFlag.clear();
    },
  };
}
