import { describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import { dice } from '../../test/dice.ts';
import { useStage } from '../../test/stage.ts';
import { makeClient, openTab } from '../../test/tab.ts';

const DAMAGES = Number(process.env.BURGEE_RUNS ?? 2_000) / 10;
const LONG = { timeout: 60_000 };

describe.skipIf(noBrowser !== null)('the copy in localStorage', () => {
  const stage = useStage();
  const as = (targetingKey: string) => stage.options({ context: { targetingKey, country: 'de' } });
  const look = () =>
    stage.tab.page.evaluate(() => [
      window.client.string('who', '-'),
      window.client.boolean('german', false),
      window.client.status().source,
    ]);
  const fill = async (...users: string[]) => {
    for (const user of users) {
      await makeClient(stage.tab, as(user));
      await stage.tab.page.evaluate(async (long) => {
        await window.client.ready(long);
        window.client.close();
      }, LONG);
    }
  };
  const refuse = (): void => {
    stage.gateway.fate = () => ({ status: 503 });
  };

  test('answers at once at the next load, for whom it was made, and nothing changes when the server says the same', async () => {
    await fill('a', 'b');
    await stage.tab.page.reload();
    await makeClient(stage.tab, as('a'));
    expect(await look()).toEqual(['a', true, 'storage']);
    await stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
    expect(await stage.tab.page.evaluate(() => window.told)).toEqual(['ready storage']);
    refuse();
    await makeClient(stage.tab, as('b'));
    expect(await look()).toEqual(['b', true, 'storage']);
    await makeClient(stage.tab, as('c'));
    expect(await look()).toEqual(['-', false, 'default']);
    await makeClient(stage.tab, stage.options({ context: { targetingKey: 'a', country: 'fr' } }));
    expect(await look()).toEqual(['-', false, 'default']);
  });

  test('is kept for three contexts of each key, holds no attribute, and is not there where it is not wanted', async () => {
    await fill('a', 'b', 'c', 'd');
    refuse();
    for (const [user, who] of [
      ['a', '-'],
      ['b', 'b'],
      ['c', 'c'],
      ['d', 'd'],
    ] as const) {
      await makeClient(stage.tab, as(user));
      expect((await look())[0], user).toBe(who);
    }
    const stored = await stage.tab.page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(stored).not.toMatch(/targetingKey|country/);
    const other = (await stage.server.token('client')).token;
    await makeClient(stage.tab, { ...as('d'), key: other });
    expect((await look())[2]).toBe('default');
    await makeClient(stage.tab, { ...as('d'), storage: false });
    expect((await look())[2]).toBe('default');
    stage.gateway.fate = undefined;
    const size = await stage.tab.page.evaluate(() => localStorage.length);
    await makeClient(stage.tab, { ...as('d'), key: other, storage: false });
    await stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
    expect(await stage.tab.page.evaluate(() => localStorage.length)).toBe(size);
  });

  test(`damaged ${DAMAGES} times, it is not used`, async () => {
    await fill('a');
    refuse();
    const seeds = Array.from({ length: DAMAGES }, ((roll) => roll)(dice(5)));
    const { used, wrong } = await stage.tab.page.evaluate(
      async ({ options, seeds }) => {
        const [name = ''] = Object.keys(localStorage);
        const whole = localStorage.getItem(name) ?? '';
        const wrong: string[] = [];
        for (const seed of seeds) {
          const at = Math.floor(seed * whole.length);
          const bit = 1 << (Math.floor(seed * 1e6) % 7);
          const flipped = whole.slice(0, at) + String.fromCharCode(whole.charCodeAt(at) ^ bit) + whole.slice(at + 1);
          const text = [
            flipped,
            whole.slice(0, at),
            whole.slice(at),
            `${whole}x`,
            whole.slice(0, at) + whole.slice(at + 1),
            seed,
          ][Math.floor(seed * 1e9) % 6];
          localStorage.setItem(name, String(text));
          const client = window.sdk.createClient({ ...options, log: false });
          const { source } = client.status();
          const answer = client.string('who', '-');
          client.close();
          if (source === 'storage' || answer !== '-') wrong.push(`${source} ${answer}: ${text}`);
        }
        // control: as it was, it is used
        localStorage.setItem(name, whole);
        const client = window.sdk.createClient({ ...options, log: false });
        const answer = `${client.status().source} ${client.string('who', '-')}`;
        client.close();
        return { used: answer, wrong };
      },
      { options: as('a'), seeds },
    );
    expect(wrong).toEqual([]);
    expect(used).toBe('storage a');
  });

  test('full or blocked, the page has its flags all the same', async () => {
    const { page } = stage.tab;
    await page.evaluate(() => {
      for (let size = 4_000_000; size > 0; size = Math.floor(size / 2)) {
        try {
          for (;;) localStorage.setItem(`filler ${Math.random()}`, 'x'.repeat(size));
        } catch {
          // smaller, then
        }
      }
    });
    await makeClient(stage.tab, as('a'));
    await page.evaluate((long) => window.client.ready(long), LONG);
    expect(await look()).toEqual(['a', true, 'live']);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('burgee')))).toEqual([]);

    const blocked = await openTab(stage.browser, 'about:blank');
    await blocked.page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError');
        },
      });
    });
    await blocked.page.goto(stage.site.url);
    await makeClient(blocked, as('a'));
    expect(await blocked.page.evaluate((long) => window.client.ready(long), LONG)).toMatchObject({ source: 'live' });
    await blocked.context.close();
    expect(blocked.errors).toEqual([]);
  });
});
