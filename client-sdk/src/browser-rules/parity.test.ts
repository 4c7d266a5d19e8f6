import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { evaluate } from '@burgee/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AT, createDeliveryServer, type DeliveryServer, percentRule } from '../../../server/src/http/sdk/testing.ts';
import { launch, noBrowser } from '../../test/chromium.ts';
import { RULES } from '../../test/stage.ts';
import { createClient } from '../node/index.ts';
import type * as Sdk from './index.ts';

/** Ids per flag. */
const IDS = Number(process.env.BURGEE_IDS ?? 20_000);
const CHUNK = 20_000;
/** How many of them are asked for over OFREP. */
const ASKED = 100;

/** Ids that look like real ones, the same at each run; runs in the page too. */
function idAt(index: number): string {
  const kind = index % 4;
  const scattered = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  if (kind === 0) return String(index);
  if (kind === 1) return `user-${index}@example.com`;
  if (kind === 2) return `${scattered}-6f0c-4f6e-9d2e-${index.toString(16).padStart(12, '0')}`;
  return `Jürgen 李 🏳️ ${index}`;
}

const FLAGS = ['tenth', 'third', 'colors'] as const;
const COLORS = ['red', 'green', 'blue'];
/** One letter for each flag's answer. */
const letters = (ask: (key: string) => unknown): string => FLAGS.map((key) => String(ask(key)).charAt(0)).join('');

declare global {
  interface Window {
    rules: typeof Sdk;
    one: Sdk.Client;
  }
}

describe.skipIf(noBrowser !== null)('the same people everywhere', () => {
  let server: DeliveryServer;
  beforeAll(async () => {
    server = await createDeliveryServer();
    await server.putFlag('tenth', RULES, { rules: [percentRule('r', 10.001)] });
    await server.putFlag('third', RULES, { rules: [percentRule('a', 33.333, { salt: 'salt' }), percentRule('b', 5)] });
    const weights = [333, 333, 334].map((weight, i) => ({ variant: COLORS[i] ?? '', weight }));
    const variants = COLORS.map((value) => ({ key: value, value }));
    const rules = [percentRule('r', 90, { serve: { split: { weights } } })];
    await server.putFlag('colors', { ...RULES, type: 'string', variants }, { rules, defaultVariant: 'red', offVariant: 'red' });
  });
  afterAll(() => server.close());

  test(`${IDS} ids get the same in node, in the server and in Chromium; ${ASKED} over OFREP`, {
    timeout: 3_600_000,
  }, async () => {
    const { prepared } = (await server.deps.delivery.snapshot(AT, 'server')) ?? {};
    if (prepared === undefined) throw new Error('no ruleset');
    const node = createClient({ url: server.url, key: (await server.token('server')).token, log: false });
    await node.ready({ timeout: 20_000 });
    const browser = await launch();
    const page = await browser.newPage();
    // the entry as it is built and published
    const built = createRequire(import.meta.url).resolve('../../dist/browser-rules.js');
    await page.route('**/sdk.js', async (route) =>
      route.fulfill({ contentType: 'text/javascript', body: await readFile(built) }),
    );
    await page.route('**/page', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><script type="module">import * as rules from "/sdk.js"; window.rules = rules;</script>',
      }),
    );
    await page.goto(`${server.url}/page`);
    const { token } = await server.token('client');
    const { source } = await page.evaluate(
      async ({ url, key }) => {
        window.one = window.rules.createClient({ url, key, storage: false });
        return window.one.ready({ timeout: 20_000 });
      },
      { url: server.url, key: token },
    );
    expect(source).toBe('live');

    const wrong: string[] = [];
    const shares = new Map<string, number>();
    for (let from = 0; from < IDS; from += CHUNK) {
      const to = Math.min(IDS, from + CHUNK);
      const inPage = await page.evaluate(
        ({ from, to, flags, idOf }) => {
          const { one } = window;
          const id = new Function(`return ${idOf}`)() as (index: number) => string;
          const found: string[] = [];
          for (let i = from; i < to; i++) {
            void one.identify({ targetingKey: id(i) });
            found.push(
              flags.map((key) => String(key === 'colors' ? one.string(key, '-') : one.boolean(key, false)).charAt(0)).join(''),
            );
          }
          return found;
        },
        { from, to, flags: FLAGS, idOf: idAt.toString() },
      );
      for (let i = from; i < to; i++) {
        const context = { targetingKey: idAt(i) };
        const inNode = letters((key) => (key === 'colors' ? node.string(key, context, '-') : node.boolean(key, context, false)));
        const inServer = letters((key) => evaluate(prepared, key, context, 0, 0).value);
        const seen = inPage[i - from] ?? '';
        if (inNode !== inServer || inNode !== seen) wrong.push(`${context.targetingKey}: ${inNode} ${inServer} ${seen}`);
        shares.set(seen, (shares.get(seen) ?? 0) + 1);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    // not because everybody got the same: 2 × 2 × 3
    expect(shares.size).toBe(12);

    for (let i = 0; i < ASKED; i++) {
      const context = { targetingKey: idAt(i) };
      const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      });
      const { flags } = (await response.json()) as { flags: { key: string; value: unknown }[] };
      const overHttp = letters((key) => flags.find((flag) => flag.key === key)?.value);
      expect(overHttp).toBe(letters((key) => evaluate(prepared, key, context, 0, 0).value));
    }
    await browser.close();
    await node.close();
  });

  test('control: another salt tells other people', async () => {
    const { prepared } = (await server.deps.delivery.snapshot(AT, 'server')) ?? {};
    if (prepared === undefined) throw new Error('no ruleset');
    const of = (id: string) => evaluate(prepared, 'tenth', { targetingKey: id }, 0, 0).value;
    const differing = Array.from({ length: 1_000 }, (_, i) => idAt(i)).filter((id) => of(id) !== of(`${id} `));
    expect(differing.length).toBeGreaterThan(100);
  });
});
