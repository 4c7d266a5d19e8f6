import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { noBrowser } from '../../test/chromium.ts';
import { App } from '../../test/react-app.ts';
import type { Tree } from '../../test/react-site.ts';
import { until } from '../../test/rulesets.ts';
import { RULES, useStage } from '../../test/stage.ts';
import { makeClient } from '../../test/tab.ts';
import { createClient } from '../browser/index.ts';
import { BurgeeProvider } from './index.ts';

const LONG = { timeout: 20_000 };

describe.skipIf(noBrowser !== null)('React', () => {
  const stage = useStage("import { page } from '../test/react-site.ts'; window.page = page;", { heartbeatMs: 300 }, RULES);
  /** What the page's console complained about. */
  let complaints: string[];
  beforeEach(() => {
    complaints = [];
    stage.tab.page.on('console', (message) => {
      const isNetwork = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !isNetwork) complaints.push(message.text());
    });
  });
  const start = async () => {
    await makeClient(stage.tab, stage.options());
    await stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
  };
  const mount = (tree: Tree, more = {}) =>
    stage.tab.page.evaluate(([name, props]) => window.page.mount(name, props), [tree, more] as const);
  const text = () => stage.tab.page.evaluate(() => window.page.text());
  const showing = (wanted: string) => stage.tab.page.waitForFunction((part) => window.page.text().includes(part), wanted);
  const renders = (...names: string[]) => stage.tab.page.evaluate((all) => all.map((name) => window.page.renders(name)), names);
  const settle = () => stage.tab.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));

  test('each component is rendered once when its flag changes, and not when another one does', async () => {
    await start();
    await mount('app');
    await showing('new checkout');
    expect(await text()).toBe('new checkoutother halfsomebodyon');
    expect(await renders('checkout', 'half', 'who')).toEqual([1, 1, 1]);
    await stage.put('german', false);
    await showing('old checkout');
    await settle();
    expect(await text()).toBe('old checkoutother halfsomebodyoff');
    expect(await renders('checkout', 'half', 'who')).toEqual([2, 1, 1]);
    await stage.put('half', true);
    await stage.put('german', true);
    await showing('new checkout');
    await settle();
    expect(await renders('checkout', 'half', 'who')).toEqual([3, 2, 1]);
    await stage.tab.page.evaluate(() => void window.client.identify({ targetingKey: 'b', country: 'fr' }));
    await showing('it is b');
    expect(await text()).toBe('new checkouthalfit is bon');
    expect(complaints).toEqual([]);
  });

  test('control: a hook of useEffect and useState shows the default first, and is rendered twice', async () => {
    await start();
    await mount('naive');
    await showing('new checkout');
    await settle();
    const [before = 0] = await renders('checkout');
    expect(before).toBeGreaterThan(1);
    await stage.put('german', false);
    await showing('old checkout');
    await settle();
    expect((await renders('checkout'))[0]).toBeGreaterThan(before + 1);
  });

  test('counts what is shown as read, once for each unit and change, and nothing that is only rendered', async () => {
    await start();
    await stage.tab.page.evaluate(() => window.page.spy());
    const reads = () => stage.tab.page.evaluate(() => window.page.reads);
    await mount('checkout');
    await showing('new checkout');
    await settle();
    expect(await reads()).toEqual(['on']);
    // somebody of whom nothing is known yet, and then is
    await stage.tab.page.evaluate(() => window.client.identify({ targetingKey: 'u2', country: 'de' }, { timeout: 20_000 }));
    await settle();
    expect(await reads()).toEqual(['on', '', 'on']);
    await stage.put('german', false);
    await showing('old checkout');
    await settle();
    expect(await reads()).toEqual(['on', '', 'on', 'off']);
    await stage.tab.page.evaluate(() => window.page.unmount());
    await stage.put('german', true);
    await stage.tab.page.waitForFunction(() => window.client.peek('german', false).value);
    expect(await reads()).toHaveLength(4);
  });

  test.each(['rows', 'naive rows'] as const)('%s that are rendered while their flag changes', async (tree) => {
    await start();
    // evaluated here: identify changes the flag between two rows
    await stage.tab.page.evaluate(async (options) => {
      window.client.close();
      window.client = window.rules.createClient(options);
      await window.client.ready({ timeout: 20_000 });
    }, stage.options());
    await mount(tree);
    await stage.tab.page.evaluate(async () => {
      document.querySelector('button')?.click();
      await new Promise((resolve) => setTimeout(resolve, 60));
      void window.client.identify({ targetingKey: 'u1', country: 'fr' });
    });
    await stage.tab.page.waitForFunction(() => window.page.torn() > 0);
    await settle();
    const torn = await stage.tab.page.evaluate(() => window.page.torn());
    // the second is the control
    if (tree === 'rows') expect(torn).toBe(1);
    else expect(torn).toBe(2);
    expect(complaints).toEqual([]);
  });

  test('StrictMode, and unmounting while a change is on its way, complain of nothing', async () => {
    await start();
    for (let round = 0; round < 3; round++) {
      await mount('strict');
      await showing('checkout');
      const put = stage.put('german', round % 2 === 1);
      await stage.tab.page.evaluate(() => window.page.unmount());
      await put;
      await stage.tab.page.waitForFunction((wanted) => window.client.boolean('german', !wanted) === wanted, round % 2 === 1);
      const before = await renders('checkout');
      await settle();
      expect(await renders('checkout')).toEqual(before);
    }
    expect(complaints).toEqual([]);
  });

  test('Suspense waits for the first values, not for ever, and once', async () => {
    const waiting: (() => void)[] = [];
    const answer = async () => {
      await until(() => waiting.length > 0);
      for (const resolve of waiting.splice(0)) resolve();
    };
    stage.gateway.fate = async ({ method, path }) => {
      if (method === 'POST' && path.startsWith('/ofrep')) await new Promise<void>((resolve) => waiting.push(resolve));
      return undefined;
    };
    await makeClient(stage.tab, stage.options());
    await mount('waiting', { timeout: 60_000 });
    await showing('waiting');
    await settle();
    expect(await text()).toBe('waiting');
    await answer();
    await showing('new checkout');
    await stage.tab.page.evaluate(() => window.page.unmount());

    // nobody answers
    await makeClient(stage.tab, stage.options({ storage: false }));
    await mount('waiting', { timeout: 200 });
    await showing('old checkout');
    await answer();
    await showing('new checkout');
    await stage.tab.page.evaluate(() => window.page.unmount());

    // gone before anybody answers
    await makeClient(stage.tab, stage.options({ storage: false }));
    await mount('waiting', { timeout: 60_000 });
    await showing('waiting');
    await stage.tab.page.evaluate(() => window.page.unmount());
    await answer();
    await settle();
    expect(complaints).toEqual([]);
    stage.gateway.fate = undefined;
  });

  const render = async () => {
    const client = createClient(stage.options({ log: false }));
    expect((await client.ready(LONG)).source).toBe('live');
    const html = renderToString(h(BurgeeProvider, { client }, h(App)));
    const values = client.values();
    client.close();
    return { html, values };
  };

  test('a page takes over what a server rendered: nothing moves, and later changes come', async () => {
    const { html, values } = await render();
    expect(html).toContain('new checkout');
    await makeClient(stage.tab, stage.options({ bootstrap: JSON.parse(JSON.stringify(values)), storage: false }));
    const moved = await stage.tab.page.evaluate(
      async ([markup, bootstrap, long]) => {
        const root = document.querySelector('#root') as Element;
        window.page.hydrate(markup, bootstrap);
        let moved = 0;
        new MutationObserver((all) => {
          moved += all.length;
        }).observe(root, { subtree: true, childList: true, characterData: true });
        await window.client.ready(long);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return moved;
      },
      [html, values, LONG] as const,
    );
    expect(moved).toBe(0);
    await stage.put('german', false);
    await showing('old checkout');
    expect(complaints).toEqual([]);
  });

  test('a change that came before the page took over is shown after that, without complaint; control: without values it complains', async () => {
    const { html, values } = await render();
    await stage.put('german', false);
    await makeClient(stage.tab, stage.options({ bootstrap: values, storage: false }));
    await stage.tab.page.evaluate((long) => window.client.ready(long), LONG);
    await stage.tab.page.evaluate(([markup, bootstrap]) => window.page.hydrate(markup, bootstrap), [html, values] as const);
    await showing('old checkout');
    expect(complaints).toEqual([]);
    await stage.tab.page.evaluate(() => window.page.unmount());
    await stage.tab.page.evaluate((markup) => window.page.hydrate(markup, undefined), html);
    await until(() => stage.tab.errors.length + complaints.length > 0);
    stage.tab.errors.splice(0);
  });
});
