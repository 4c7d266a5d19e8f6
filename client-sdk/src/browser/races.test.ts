import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import { dice } from '../../test/dice.ts';
import { useStage } from '../../test/stage.ts';
import { makeClient } from '../../test/tab.ts';

/** Each race is three users in quick succession. */
const RACES = Number(process.env.BURGEE_RACES ?? 30);

/** What both clients have: enough to race. */
interface Racer {
  identify(user: string): unknown;
  who(): string;
  settled(): boolean;
}

declare global {
  interface Window {
    racer: Racer;
  }
}

/** Changes the user three times in each race, looks at every turn of the event loop, and tells what was shown to the wrong one. */
const race = async ({ races, seed }: { races: number; seed: number }): Promise<{ wrong: string[]; looks: number }> => {
  const { racer } = window;
  const wrong: string[] = [];
  let looks = 0;
  let state = seed;
  const roll = (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % sides;
  };
  const turn = () =>
    new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(0);
    });
  for (let i = 0; i < races; i++) {
    let user = '';
    const look = () => {
      looks++;
      if (!['-', user].includes(racer.who())) wrong.push(`${racer.who()} instead of ${user}`);
    };
    for (let change = 0; change < 3; change++) {
      user = 'abcd'.charAt(roll(4));
      racer.identify(user);
      look();
      for (let turns = roll(12); turns > 0; turns--) {
        await turn();
        look();
      }
    }
    while (!racer.settled() || racer.who() !== user) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      look();
      if (racer.settled() && racer.who() !== user) break;
    }
    look();
    // nothing that is still on its way may come in later
    await new Promise((resolve) => setTimeout(resolve, 25));
    look();
    if (racer.who() !== user) wrong.push(`at the end ${racer.who()} instead of ${user}`);
  }
  return { wrong, looks };
};

describe.skipIf(noBrowser !== null)('identify, when answers come late and out of order', () => {
  const stage = useStage();

  const slow = (): void => {
    const roll = dice(7);
    stage.gateway.fate = async ({ path, method }) => {
      if (method === 'POST' && path.startsWith('/ofrep')) await new Promise((resolve) => setTimeout(resolve, roll() * 20));
      return undefined;
    };
  };

  test(`${RACES} races: nobody is shown what another unit got`, { timeout: 30_000 + RACES * 1_000 }, async () => {
    await makeClient(stage.tab, stage.options({ context: { targetingKey: 'a' } }));
    slow();
    await stage.tab.page.evaluate(() => {
      window.racer = {
        identify: (user) => window.client.identify({ targetingKey: user }),
        who: () => window.client.string('who', '-'),
        settled: () => window.client.status().source === 'live',
      };
    });
    const { wrong, looks } = await stage.tab.page.evaluate(race, { races: RACES, seed: 11 });
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(RACES * 10);
  });

  test('control: a client that takes answers as they come does show them', { timeout: 60_000 }, async () => {
    slow();
    await stage.tab.page.evaluate(({ url, key }) => {
      let shown = '-';
      let open = 0;
      window.racer = {
        async identify(user) {
          open++;
          const response = await fetch(`${url}/ofrep/v1/evaluate/flags/who`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ context: { targetingKey: user } }),
          });
          shown = (await response.json()).value;
          open--;
        },
        who: () => shown,
        settled: () => open === 0,
      };
    }, stage.options());
    const { wrong } = await stage.tab.page.evaluate(race, { races: 5, seed: 11 });
    expect(wrong).not.toEqual([]);
  });
});
