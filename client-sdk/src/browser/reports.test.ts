import type { Report } from '@burgee/engine';
import { describe, expect, test } from 'vitest';
import { AT, percentRule, rolloutOn } from '../../../server/src/http/sdk/testing.ts';
import { noBrowser } from '../../test/chromium.ts';
import { until } from '../../test/rulesets.ts';
import { useStage, VALUES } from '../../test/stage.ts';
import { makeClient } from '../../test/tab.ts';
import type { ClientOptions } from './index.ts';

const LONG = { timeout: 60_000 };

describe.skipIf(noBrowser !== null)('reports', () => {
  const stage = useStage();
  /** Each once: one that is not answered when the page is left is sent again. */
  const sent = (): Report[] => [...new Set(bodies())].map((body) => JSON.parse(body));
  const bodies = (): string[] =>
    stage.gateway.passed.filter(({ path, method }) => path === '/sdk/reports' && method === 'POST').map(({ body }) => body);
  const outcomes = () => sent().flatMap((report) => report.outcomes ?? []);
  const begin = async (more: Partial<ClientOptions> = {}) => {
    await stage.tab.page.clock.install();
    await makeClient(stage.tab, stage.options(more));
    await stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
  };
  const ramp = async () => {
    await stage.server.putFlag('ramped', VALUES, { rules: [percentRule('r', 99.999)] });
    await stage.server.putFlag('other', VALUES, { rules: [percentRule('r', 50)] });
    const writes = ['ramped', 'other'].map((flag) => ({ put: 'rollout' as const, entity: rolloutOn(flag, 'r'), basedOn: null }));
    await stage.server.store.commit({ environments: [AT], writes, audit: [] });
  };

  test('count what was read by flag and variant each minute, and the server takes them', async () => {
    await begin({ app: 'shop' });
    await stage.tab.page.evaluate(() => {
      for (let i = 0; i < 5; i++) window.client.boolean('german', false);
      window.client.detail('who', '');
      window.client.peek('half', false);
      window.client.boolean('none', false);
    });
    await stage.tab.page.clock.runFor(61_000);
    await until(() => sent().length === 1);
    expect(sent()[0]).toMatchObject({
      app: 'shop',
      platform: 'browser',
      sequence: 1,
      counts: [
        { flag: 'german', rule: null, variant: 'on', count: 5 },
        { flag: 'who', rule: null, variant: 'nobody', count: 1 },
      ],
    });
    const range = { ...AT, from: 0, to: Number.MAX_SAFE_INTEGER, series: 'count', subjectPrefix: '' };
    const subjects = async () => (await stage.server.store.minutes(range)).map(({ subject, sums }) => `${subject} ${sums}`);
    await until(async () => (await subjects()).length > 0);
    expect(await subjects()).toEqual(['flag/german/-/on 5', 'flag/who/-/nobody 1']);
    await stage.tab.page.clock.runFor(120_000);
    expect(sent()).toHaveLength(1);
  });

  test('are sent when the page goes away', async () => {
    await begin();
    await stage.tab.page.evaluate(() => window.client.boolean('german', false));
    await stage.tab.page.goto('about:blank');
    await until(() => sent().length === 1);
    expect(sent()[0]?.counts).toEqual([{ flag: 'german', rule: null, variant: 'on', count: 1 }]);
  });

  test('tell of each rollout whose flag was read how its unit fared: well after a while, or badly soon', async () => {
    await ramp();
    await begin({ context: { targetingKey: 'u7' } });
    await stage.tab.page.evaluate(() => window.client.boolean('ramped', false));
    await stage.tab.page.clock.runFor(61_000);
    await until(() => outcomes().length === 1);
    const well = { rollout: 'ro-ramped', unit: 'u7', failed: false, durationMs: 0 };
    expect(outcomes()).toEqual([well]);
    const stored = () => stage.server.store.unfolded('ro-ramped', 10);
    await until(async () => (await stored()).length === 1);
    expect(await stored()).toMatchObject([{ client: true, part: { arms: [{ arm: 'treatment' }] } }]);
    // a script's failure, told once however often it happens
    await stage.tab.page.evaluate(() => {
      const fail = () => {
        throw new Error('checkout failed');
      };
      for (let i = 0; i < 100; i++) setTimeout(fail);
      void Promise.reject(new Error('and a rejection'));
      document.body.append(Object.assign(new Image(), { src: '/strict' }));
    });
    await stage.tab.page.clock.runFor(5_100);
    await until(() => outcomes().length === 2);
    expect(outcomes()[1]).toEqual({ ...well, failed: true });
    stage.tab.errors.splice(0);
    // by hand, with how long it took; also of another flag that was read meanwhile
    await stage.tab.page.evaluate(() => {
      window.client.boolean('other', false);
      window.client.outcome({ durationMs: 1_200 });
      window.client.outcome({ durationMs: 900 });
    });
    await stage.tab.page.clock.runFor(61_000);
    await until(() => outcomes().length === 4);
    expect(outcomes().slice(2)).toEqual([
      { ...well, durationMs: 1_200 },
      { ...well, rollout: 'ro-other', durationMs: 1_200 },
    ]);
  });

  test('a picture that is missing is no failure, nor is a script’s where that is not wanted', async () => {
    await ramp();
    await begin({ outcomes: false });
    await stage.tab.page.evaluate(() => {
      window.client.boolean('ramped', false);
      setTimeout(() => {
        throw new Error('not yours');
      });
    });
    await stage.tab.page.clock.runFor(61_000);
    await until(() => outcomes().length === 1);
    expect(outcomes()[0]?.failed).toBe(false);
    stage.tab.errors.splice(0);
    await makeClient(stage.tab, stage.options());
    await stage.tab.page.evaluate(async (long) => {
      await window.client.ready(long);
      window.client.boolean('ramped', false);
      const image = Object.assign(new Image(), { src: '/strict' });
      const missing = new Promise((resolve) => image.addEventListener('error', resolve));
      document.body.append(image);
      await missing;
    }, LONG);
    await stage.tab.page.clock.runFor(61_000);
    await until(() => outcomes().length === 2);
    expect(outcomes()[1]?.failed).toBe(false);
  });

  test('know whose work it was', async () => {
    await ramp();
    await begin({ context: { targetingKey: 'a' } });
    await stage.tab.page.evaluate((long) => {
      window.client.boolean('ramped', false);
      window.client.outcome({ error: true });
      return window.client.identify({ targetingKey: 'b' }, long);
    }, LONG);
    await stage.tab.page.evaluate(() => {
      window.client.boolean('ramped', false);
      window.client.outcome({ error: null });
      window.client.close();
    });
    await until(() => outcomes().length === 2);
    expect(outcomes().map(({ unit, failed }) => `${unit} ${failed}`)).toEqual(['a true', 'b false']);
  });

  test('what the server does not take is sent again as it was, but not what it never will', async () => {
    const statuses = [503, 0, 400];
    stage.gateway.fate = ({ path, method }) => {
      if (path !== '/sdk/reports' || method !== 'POST') return undefined;
      const status = statuses.shift();
      return status === 0 ? 'break' : status === undefined ? undefined : { status };
    };
    await begin();
    const read = (flag: string) => stage.tab.page.evaluate((key) => window.client.boolean(key, false), flag);
    await read('german');
    for (let minute = 1; minute <= 4; minute++) {
      await stage.tab.page.clock.runFor(60_100);
      await until(() => bodies().length === minute);
      await read('half');
    }
    const [first, second, third, fourth] = bodies().map((body) => JSON.parse(body));
    expect([second, third]).toEqual([first, first]);
    expect(fourth).toMatchObject({ sequence: 2, counts: [{ flag: 'half', count: 3 }] });
  });
});
