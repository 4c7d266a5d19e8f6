import type { Delta, Ruleset } from '@burgee/engine';
import { expect, test } from 'vitest';
import { dice } from '../../test/dice.ts';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ruleset } from '../../test/rulesets.ts';
import type { Feed, Known } from '../browser/feed.ts';
import { readOptions } from '../browser/options.ts';
import type { Told } from '../browser/tabs.ts';
import { patched } from '../delivery/order.ts';
import { createRulesFeed } from './rules-feed.ts';

const RUNS = Math.max(20, Number(process.env.BURGEE_RUNS ?? 2_000) / 10);
const STEPS = 30;

/** A server's newest ruleset, and what its stream said on the way there. */
function history(roll: () => number): { readonly messages: readonly Told[]; readonly newest: Ruleset } {
  let newest = ruleset([flag('f0')]);
  const messages: Told[] = [];
  for (let i = 1; i <= STEPS; i++) {
    const isRestart = roll() < 0.05;
    const { epoch, n } = newest.revision;
    const revision = isRestart ? { epoch: epoch + 1, n: Math.floor(roll() * 5) } : { epoch, n: n + 1 };
    const flags = [flag(`f${Math.floor(roll() * 5)}`, { killed: roll() < 0.5 })];
    const removedFlags = roll() < 0.2 ? [`f${Math.floor(roll() * 5)}`] : [];
    const delta: Delta = { schema: 1, revision, flags, segments: [], removedFlags, removedSegments: [] };
    newest = patched(newest, delta);
    messages.push(isRestart ? { type: 'snapshot', value: newest } : { type: 'delta', value: delta });
    if (roll() < 0.3) messages.push({ type: 'heartbeat', value: revision });
  }
  return { messages, newest };
}

/** What was evaluated in the end, and whether it ever was something older than before. */
interface Seen {
  readonly answers: string;
  readonly fellBack: boolean;
}

/** Drops, doubles and reorders what a stream says, asks the server where the feed wants that, and ends with a heartbeat. */
async function play(peer: Peer, seed: number, feedOf: (url: string) => Pick<Feed, 'ask' | 'take' | 'hear'>): Promise<Seen> {
  const roll = dice(seed);
  const { messages, newest } = history(roll);
  const sent = messages
    .flatMap((message) => (roll() < 0.2 ? [] : roll() < 0.2 ? [message, message] : [message]))
    .map((message, i) => ({ message, at: i + (roll() < 0.3 ? roll() * 8 : 0) }))
    .sort((a, b) => a.at - b.at);
  peer.ruleset = ruleset([flag('f0')]);
  const feed = feedOf(peer.url);
  const context = { targetingKey: 'u' };
  let known: Known | undefined;
  let fellBack = false;
  const note = (news: Known | boolean | undefined): void => {
    if (typeof news !== 'object') return;
    const [before, after] = [known?.revision, news.revision];
    if (before && after && (after.epoch - before.epoch || after.n - before.n) < 0) fellBack = true;
    known = news;
  };
  const ask = async (): Promise<void> => {
    const answer = await feed.ask(context, known?.revision ?? null);
    note(feed.take(answer, context));
  };
  await ask();
  peer.ruleset = newest;
  for (const { message } of [...sent, { message: { type: 'heartbeat', value: newest.revision } }]) {
    const news = feed.hear(message, context, known?.revision ?? null);
    note(news);
    // an answer may take longer than the next messages
    if (news === true && roll() < 0.5) await ask();
  }
  if (feed.hear({ type: 'heartbeat', value: newest.revision }, context, null) === true) await ask();
  const answers = known?.flags.map(({ key, value }) => `${key} ${value}`).sort();
  return { answers: String(answers), fellBack };
}

const wanted = (seed: number): string =>
  String(
    history(dice(seed))
      .newest.flags.map(({ key, killed }) => `${key} ${!killed}`)
      .sort(),
  );
const options = (url: string) => readOptions({ url, key: 'key' });

test(`${RUNS} interleavings of what a stream says end at what the server has, and never fall back`, async () => {
  const peer = await startPeer(ruleset([]));
  for (let seed = 1; seed <= RUNS; seed++) {
    const seen = await play(peer, seed, (url) => createRulesFeed(options(url)));
    expect(seen, `seed ${seed}`).toEqual({ answers: wanted(seed), fellBack: false });
  }
  await peer.close();
});

test('control: one that applies what comes, as it comes, does both wrong', async () => {
  const peer = await startPeer(ruleset([]));
  let [wrong, fellBack] = [0, 0];
  for (let seed = 1; seed <= 20; seed++) {
    const seen = await play(peer, seed, (url) => {
      const { ask, take } = createRulesFeed(options(url));
      let held = ruleset([flag('f0')]);
      return {
        ask,
        take,
        hear({ type, value }) {
          if (type === 'heartbeat') return undefined;
          held = type === 'delta' ? patched(held, value as Delta) : (value as Ruleset);
          const flags = held.flags.map(({ key, killed }) => ({ key, value: !killed }));
          return { flags, source: 'live', revision: held.revision };
        },
      };
    });
    if (seen.answers !== wanted(seed)) wrong++;
    if (seen.fellBack) fellBack++;
  }
  expect(wrong).toBeGreaterThan(0);
  expect(fellBack).toBeGreaterThan(0);
  await peer.close();
});
