import { describe, expect, test } from 'vitest';
import { AT, override, percentRule, rolloutOn } from '../../../server/src/http/sdk/testing.ts';
import { noBrowser } from '../../test/chromium.ts';
import { until } from '../../test/rulesets.ts';
import { RULES, useStage } from '../../test/stage.ts';
import { makeClient, openTab, RULES_SITE, untilFlag } from '../../test/tab.ts';

const LONG = { timeout: 20_000 };

describe.skipIf(noBrowser !== null)('a client in a page that evaluates', () => {
  const stage = useStage(RULES_SITE, { heartbeatMs: 300 }, RULES);
  const start = async (more = {}) => {
    await makeClient(stage.tab, stage.options(more));
    return stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
  };
  const asked = (path: string) => stage.gateway.passed.filter((one) => one.method === 'GET' && one.path.startsWith(path)).length;
  const chunks = () =>
    stage.tab.page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => /measures|build-/.test(name)).length,
    );

  test('has the flags whose rules are open, and no others, with their reasons; it is told what changes there', async () => {
    expect(await start()).toMatchObject({ source: 'live', ready: true });
    const answers = await stage.tab.page.evaluate(() => [
      window.client.detail('german', false),
      window.client.detail('none', 'x'),
      window.client.detail('secret', false),
      window.client.detail('german', 'text'),
    ]);
    expect(answers).toMatchObject([
      { value: true, variant: 'on', reason: 'TARGETING_MATCH', rule: 'r', revision: { epoch: 1 } },
      { value: 'x', errorCode: 'FLAG_NOT_FOUND' },
      { value: false, errorCode: 'FLAG_NOT_FOUND' },
      { value: 'text', errorCode: 'TYPE_MISMATCH' },
    ]);
    await until(() => stage.gateway.streams().now === 1);
    const before = asked('/sdk/ruleset');
    for (const isOn of [false, true, false]) {
      await stage.put('german', isOn);
      await untilFlag(stage.tab, 'german', isOn);
    }
    // all of it came by the stream
    expect(asked('/sdk/ruleset')).toBe(before);
    expect(await stage.tab.page.evaluate(() => window.told)).toEqual([
      'changed german,half,who',
      'ready live',
      ...Array(3).fill('changed german'),
    ]);
    expect(stage.gateway.passed.filter(({ path }) => path.startsWith('/ofrep'))).toEqual([]);
  });

  test('is somebody else’s at once, without asking anybody, and tells nobody who that is', async () => {
    await start();
    await until(() => stage.gateway.streams().now === 1);
    const before = stage.gateway.passed.length;
    const seen = await stage.tab.page.evaluate(async (long) => {
      const { client } = window;
      const seen: string[] = [];
      for (const targetingKey of ['a', 'b', 'nobody-else', 'a']) {
        const settled = client.identify({ targetingKey, country: targetingKey === 'b' ? 'de' : 'fr' }, long);
        seen.push(`${client.status().source} ${client.string('who', '-')} ${client.boolean('german', false)}`);
        await settled;
      }
      return seen;
    }, LONG);
    expect(seen).toEqual(['live a false', 'live b true', 'live nobody false', 'live a false']);
    expect(stage.gateway.passed.slice(before)).toEqual([]);
    expect(JSON.stringify(stage.gateway.passed)).not.toContain('nobody-else');
  });

  test('answers from its copy at the next load, for whoever looks at the page then', async () => {
    await start();
    await stage.tab.page.waitForFunction(() => localStorage.length === 1);
    stage.gateway.fate = () => ({ status: 503 });
    await stage.tab.page.reload();
    await makeClient(stage.tab, stage.options({ context: { targetingKey: 'c', country: 'de' } }));
    const look = () =>
      stage.tab.page.evaluate(() => [
        window.client.string('who', '-'),
        window.client.boolean('german', false),
        window.client.status().source,
      ]);
    expect(await look()).toEqual(['c', true, 'storage']);
    const damaged = await stage.tab.page.evaluate(() => {
      const [name = ''] = Object.keys(localStorage);
      const text = localStorage.getItem(name) ?? '';
      localStorage.setItem(name, text.replace('"de"', '"fr"'));
      return text.includes('"de"');
    });
    expect(damaged).toBe(true);
    await makeClient(stage.tab, stage.options());
    expect(await look()).toEqual(['-', false, 'default']);
  });

  test('shares one stream with its other tabs; they hear each change, and another one takes over', async () => {
    const tabs = [stage.tab, await openTab(stage.tab.context, stage.site.url), await openTab(stage.tab.context, stage.site.url)];
    for (const tab of tabs) await makeClient(tab, stage.options());
    for (const tab of tabs) await untilFlag(tab, 'german', true);
    await until(() => stage.gateway.streams().now === 1);
    await stage.put('german', false);
    for (const tab of tabs) await untilFlag(tab, 'german', false);
    expect(stage.gateway.streams()).toEqual({ now: 1, most: 1 });
    await stage.tab.page.evaluate(() => window.client.close());
    const [, ...others] = tabs;
    await stage.put('german', true);
    for (const tab of others) await untilFlag(tab, 'german', true);
    for (const { page, errors } of others) {
      await page.close();
      expect(errors).toEqual([]);
    }
  });

  test('catches up after being offline, and where a stream broke off', async () => {
    await start();
    await stage.tab.context.setOffline(true);
    await stage.put('german', false);
    await stage.put('half', true);
    await stage.tab.context.setOffline(false);
    await untilFlag(stage.tab, 'german', false);
    await untilFlag(stage.tab, 'half', true);
    await until(() => stage.gateway.streams().now === 1);
    stage.gateway.cut();
    await stage.put('german', true);
    await untilFlag(stage.tab, 'german', true);
  });

  test('takes an override that no revision has yet, until one has', async () => {
    await start();
    await until(() => stage.gateway.streams().now === 1);
    stage.server.deps.delivery.override(AT, override('o1', 'german', 'r'));
    await untilFlag(stage.tab, 'german', false);
    // another revision does not lift it
    await stage.put('half', true);
    await untilFlag(stage.tab, 'half', true);
    expect(await stage.tab.page.evaluate(() => window.client.boolean('german', true))).toBe(false);
    stage.server.deps.delivery.settle('o1');
    await stage.put('german', true);
    await untilFlag(stage.tab, 'german', true);
  });

  test('loads what few rulesets need when one needs it, before it answers by it; without it the other flags work', async () => {
    await start();
    expect(await chunks()).toBe(0);
    const when = { attribute: 'version', operator: 'semver_gte' as const, values: ['2.0.0'] };
    const pattern = { attribute: 'targetingKey', operator: 'matches' as const, values: ['^u\\d$'] };
    await stage.tab.page.evaluate(() => window.client.identify({ targetingKey: 'u1', country: 'de', version: '2.1.0' }));
    await stage.server.putFlag('newer', RULES, { rules: [percentRule('r', 100, { when })] });
    await untilFlag(stage.tab, 'newer', true);
    const first = await chunks();
    expect(first).toBeGreaterThan(0);
    await stage.server.putFlag('pattern', RULES, { rules: [percentRule('r', 100, { when: pattern })] });
    await untilFlag(stage.tab, 'pattern', true);
    expect(await chunks()).toBeGreaterThan(first);
    expect(await stage.tab.page.evaluate(() => window.told.filter((event) => event.includes('error')))).toEqual([]);

    const blocked = await openTab(stage.browser, stage.site.url);
    await blocked.page.route(/measures|build-/, (route) => route.abort());
    await makeClient(blocked, stage.options({ context: { targetingKey: 'u1', country: 'de', version: '2.1.0' } }));
    await untilFlag(blocked, 'german', true);
    expect(await blocked.page.evaluate(() => window.client.detail('newer', false).errorCode)).toBe('PARSE_ERROR');
    await blocked.context.close();
  });

  test('reports reads by rule, and how the units of a rollout fared', async () => {
    await stage.server.putFlag('ramped', RULES, { rules: [percentRule('r', 99.999)] });
    const entity = rolloutOn('ramped', 'r', { percent: 99.999 });
    await stage.server.store.commit({ environments: [AT], writes: [{ put: 'rollout', entity, basedOn: null }], audit: [] });
    await start();
    const read = await stage.tab.page.evaluate(() => {
      const { arm, rollout, by } = window.client.detail('ramped', false);
      window.client.outcome({ error: 'no' });
      window.client.close();
      return { arm, rollout, by };
    });
    expect(read).toEqual({ arm: 'treatment', rollout: 'ro-ramped', by: 'targetingKey' });
    const sent = () => stage.gateway.passed.filter(({ path, method }) => path === '/sdk/reports' && method === 'POST');
    await until(() => sent().length === 1);
    expect(JSON.parse(sent()[0]?.body ?? '')).toMatchObject({
      counts: [{ flag: 'ramped', rule: 'r', variant: 'on', count: 1 }],
      outcomes: [{ rollout: 'ro-ramped', unit: 'u1', failed: true }],
    });
    await until(async () => (await stage.server.store.unfolded('ro-ramped', 10)).length === 1);
  });
});
