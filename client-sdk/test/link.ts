import type { Override, Ruleset } from '@burgee/engine';
import { type Connection, createConnection } from '../src/delivery/connection.ts';
import type { Failure } from '../src/delivery/failures.ts';
import { createHolder, type Holder } from '../src/delivery/holder.ts';
import { sha256 } from '../src/node/disk.ts';
import { createNodeTransport } from '../src/node/transport.ts';
import { loadRegex } from '../src/regex.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import type { Peer } from './peer.ts';
import { sleep } from './rulesets.ts';

/** A connection with real sockets to a peer, on a clock that only the test moves. */
export interface Link {
  readonly clock: FakeClock;
  readonly connection: Connection;
  readonly holder: Holder;
  readonly failures: Failure[];
  readonly overrides: Override[];
  readonly confirmed: () => number;
  /** Moves the clock on in steps of `stepMs` until the claim holds, at most `limitMs`; returns how far it went. */
  passUntil(claim: () => boolean, limitMs: number, stepMs?: number): Promise<number>;
}

export function link(
  peer: Peer,
  options: {
    readonly streaming?: boolean;
    readonly seed?: number;
    readonly random?: () => number;
    readonly earlyMs?: number;
  } = {},
): Link {
  const clock = createFakeClock(options.earlyMs);
  const failures: Failure[] = [];
  const overrides: Override[] = [];
  let confirmed = 0;
  const holder = createHolder({ digest: sha256, loadRegex, swapped: () => undefined, applied: () => undefined });
  const connection = createConnection({
    transport: createNodeTransport(new URL(peer.url), { authorization: 'Bearer key' }),
    clock,
    random: options.random ?? mulberry32(options.seed ?? 1),
    streaming: options.streaming ?? true,
    owner: {
      held: holder.revision,
      receive: holder.receive,
      override: (override) => overrides.push(override),
      confirmed: () => {
        confirmed++;
      },
      failed: (failure) => failures.push(failure),
    },
  });
  return {
    clock,
    connection,
    holder,
    failures,
    overrides,
    confirmed: () => confirmed,
    async passUntil(claim, limitMs, stepMs = 500) {
      let passed = 0;
      while (!claim()) {
        if (passed >= limitMs) throw new Error(`still not so after ${passed} ms of fake time: ${claim}`);
        // time stands while a request is on its way, so that only what the client waits for is counted
        const from = performance.now();
        while (connection.mode() === 'connecting' && !claim() && performance.now() - from < 200) await sleep(1);
        if (claim()) break;
        clock.advance(stepMs);
        passed += stepMs;
        await sleep(0);
      }
      return passed;
    },
  };
}

export const revisionOf = (ruleset: Ruleset): string => `${ruleset.revision.epoch}.${ruleset.revision.n}`;

/** Seeded, uniform in 0…1 (Tommy Ettinger's mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
