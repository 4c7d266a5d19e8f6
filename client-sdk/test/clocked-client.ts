import type { Ruleset } from '@burgee/engine';
import { type Core, createCore } from '../src/client.ts';
import { holdRuleset } from '../src/delivery/held.ts';
import { sha256 } from '../src/node/disk.ts';
import type { Client } from '../src/node/index.ts';
import { createNodeTransport } from '../src/node/transport.ts';
import { loadRegex } from '../src/regex.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { mulberry32 } from './link.ts';
import { sleep } from './rulesets.ts';

/** A client with real sockets on a clock that only the test moves. */
export interface ClockedClient extends Omit<Core, 'outcome'>, Pick<Client, 'outcome'> {
  readonly clock: FakeClock;
  /** Moves the clock on until the claim holds, at most `limitMs`; returns how far it went. */
  passUntil(claim: () => boolean, limitMs: number): Promise<number>;
  close(): Promise<void>;
}

export function createClockedClient(url: string, bootstrap?: Ruleset): ClockedClient {
  const clock = createFakeClock();
  const core = createCore({
    transport: createNodeTransport(new URL(url), {}),
    clock,
    random: mulberry32(4),
    digest: sha256,
    loadRegex,
    scope: () => undefined,
    context: () => undefined,
    load: async () => undefined,
    save: async () => undefined,
    identity: { instance: 'i'.repeat(16), sdk: 's', app: 'a', platform: 'p' },
    streaming: true,
    bootstrap: bootstrap && (() => holdRuleset(bootstrap)),
    warn: () => undefined,
  });
  return {
    ...core,
    clock,
    outcome: (context, { error = null, durationMs = 0 } = {}) => core.outcome(context, { failed: error !== null, durationMs }),
    async passUntil(claim, limitMs) {
      const from = clock.monotonic();
      while (!claim()) {
        if (clock.monotonic() - from >= limitMs) throw new Error(`still not so after ${limitMs} ms of fake time: ${claim}`);
        clock.advance(500);
        await sleep(1);
      }
      return clock.monotonic() - from;
    },
    async close() {
      const closing = core.close({ timeout: 1 });
      await sleep(1);
      clock.advance(1);
      await closing;
    },
  };
}
