import type { Revision, Ruleset } from '@burgee/engine';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../test/fake-clock.ts';
import { mulberry32 } from '../../test/link.ts';
import { createLossyServer, type Loss } from '../../test/lossy-server.ts';
import { held as hold, sent } from '../../test/rulesets.ts';
import { sha256 } from '../node/disk.ts';
import { type Connection, createConnection, type Receipt } from './connection.ts';
import { openEnvelope } from './envelope.ts';
import { createHolder } from './holder.ts';
import { compareRevisions } from './order.ts';

const RUNS = Math.min(10_000, Number(process.env.BURGEE_RUNS ?? 400));
const STEPS = 25;
/** Long enough for the worst: a pause of 60 s, a heartbeat, a second try. */
const CALM_MS = 180_000;

/** What holds rulesets in a run: the real one, or a mistaken one. */
interface Holding {
  receive(envelope: string): Promise<Receipt>;
  seed(ruleset: Ruleset): Promise<void>;
  ruleset(): Ruleset | undefined;
}
type MakeHolding = (swapped: (ruleset: Ruleset) => void) => Holding;

const ours: MakeHolding = (swapped) => {
  const holder = createHolder({
    digest: sha256,
    loadRegex: () => Promise.reject(new Error('no pattern here')),
    swapped: ({ ruleset }) => swapped(sent(ruleset)),
    applied: () => undefined,
  });
  return {
    receive: holder.receive,
    seed: (ruleset) => holder.seed(hold(ruleset), 'disk'),
    ruleset() {
      const held = holder.ruleset();
      return held && sent(held);
    },
  };
};

/** The mistake that the runs must find: whatever arrives is applied, in the order of arrival. */
const inOrderOfArrival: MakeHolding = (swapped) => {
  let held: Ruleset | undefined;
  const take = (ruleset: Ruleset): void => {
    held = ruleset;
    swapped(ruleset);
  };
  return {
    async receive(text) {
      const message = openEnvelope(text, sha256);
      if (message.kind === 'ruleset') take(sent(message.ruleset));
      else if (held !== undefined) {
        const { flags, removedFlags, revision } = message.delta;
        const gone = new Set([...removedFlags, ...flags.map(({ key }) => key)]);
        take({ ...held, revision, flags: [...held.flags.filter(({ key }) => !gone.has(key)), ...flags] });
      }
      return { ok: true, newest: true };
    },
    seed: async (ruleset) => take(ruleset),
    ruleset: () => held,
  };
};

const byKey = (ruleset: Ruleset | undefined) =>
  JSON.stringify([...(ruleset?.flags ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1)));
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One life of a server and its client. Says what went wrong; null: nothing. */
async function live(seed: number, make: MakeHolding): Promise<string | null> {
  const random = mulberry32(seed);
  const server = createLossyServer(random);
  const clock = createFakeClock();
  let [fellBack, highest]: [boolean, Revision | undefined] = [false, undefined];
  let stored: Ruleset | undefined;

  const swapped = (ruleset: Ruleset): void => {
    if (highest !== undefined && compareRevisions(ruleset.revision, highest) < 0) fellBack = true;
    highest = ruleset.revision;
    stored = ruleset;
  };
  const start = async (): Promise<{ holding: Holding; connection: Connection }> => {
    const holding = make(swapped);
    if (stored !== undefined) await holding.seed(stored);
    const connection = createConnection({
      transport: server.transport,
      clock,
      random,
      streaming: random() < 0.8,
      owner: {
        held: () => holding.ruleset()?.revision,
        receive: (envelope) => holding.receive(envelope),
        override: () => undefined,
        confirmed: () => undefined,
        failed: () => undefined,
      },
    });
    connection.start();
    await settle();
    return { holding, connection };
  };
  const beat = async (ms: number, loss: () => Loss): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 15_000) {
      clock.advance(Math.min(15_000, ms - passed));
      await settle();
      server.heartbeat(loss());
      await settle();
    }
  };
  const loss = (): Loss => (['none', 'none', 'drop', 'duplicate', 'delay'] as const)[Math.floor(random() * 5)] ?? 'none';
  const acts: readonly (() => unknown)[] = [
    () => server.publish(loss()),
    () => server.publish(loss()),
    () => server.publish(loss()),
    () => server.cut(),
    () => server.restore(loss()),
    () => beat(random() * 20_000, loss),
    () => beat(random() * 90_000, loss),
    async () => {
      client.connection.close();
      // what it was taking in when it ended is on its disk as well
      await settle();
      client = await start();
    },
  ];

  let client = await start();
  for (let step = 0; step < STEPS; step++) {
    await acts[Math.floor(random() * acts.length)]?.();
    if (random() < 0.7) await settle();
  }
  await beat(CALM_MS, () => 'none');
  client.connection.close();
  if (fellBack) return 'an older revision was applied';
  const held = client.holding.ruleset();
  if (held === undefined || compareRevisions(held.revision, server.ruleset.revision) !== 0)
    return 'the newest revision never came';
  return byKey(held) === byKey(server.ruleset) ? null : 'the flags differ from the server’s';
}

async function failuresOf(runs: number, make: MakeHolding): Promise<Map<string, number>> {
  const failures = new Map<string, number>();
  for (let seed = 1; seed <= runs; seed++) {
    const failure = await live(seed, make);
    if (failure !== null) failures.set(failure, (failures.get(failure) ?? 0) + 1);
  }
  return failures;
}

test(`${RUNS} lives of loss, doubles, reordering, restarts and new epochs end where the server is, and never go back`, async () => {
  expect(await failuresOf(RUNS, ours)).toEqual(new Map());
});

test('control: the same lives find a client that applies in order of arrival', async () => {
  const failures = await failuresOf(50, inOrderOfArrival);
  expect([...failures.keys()]).toEqual(
    expect.arrayContaining(['an older revision was applied', 'the flags differ from the server’s']),
  );
});
