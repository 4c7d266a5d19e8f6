import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launch, noBrowser, open } from '../../../admin-ui/test/browser.ts';
import { seed } from '../../../admin-ui/test/seed.ts';
import { notBuilt, startServer } from '../../../admin-ui/test/server.ts';
import { setUp } from '../../../admin-ui/test/session.ts';
import { quantile } from '../counting.ts';
import { type Figure, figuresOf, tableOf } from '../figure.ts';
import { type Load, load } from './page-load.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const reason = notBuilt ?? noBrowser;
if (reason !== null) throw new Error(`bench:ui cannot run: ${reason}`);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new TypeError(`--rounds must be a positive whole number, got “${values.rounds}”`);

/** The least that a page can be, for the machine's share of every time. */
const empty = http.createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>empty</title><h1>Empty</h1>');
});
await new Promise<void>((resolve) => empty.listen(0, '127.0.0.1', resolve));
const emptyUrl = `http://127.0.0.1:${(empty.address() as AddressInfo).port}/`;

const server = await startServer();
const browser = await launch();
const session = await setUp(server);
await seed(session);

const SCREENS = [
  { name: 'the flag list', path: '/projects/default/flags', shown: 'Gift cards' },
  { name: 'a flag', path: '/projects/default/flags/search-ranking-v3', shown: 'Large customers' },
  { name: 'home', path: '/projects/default/home', shown: 'Recent changes' },
];
const loads = new Map<string, Load[]>();
const keep = (name: string, one: Load): void => void loads.set(name, [...(loads.get(name) ?? []), one]);
const shows = (text: string) => (page: Page) => page.getByText(text).first().waitFor();
for (let round = 0; round < rounds; round++) {
  for (const { name, path, shown } of SCREENS) {
    const { context } = await open(browser, server, session);
    keep(name, await load(context, server.url + path, shows(shown)));
    keep('empty', await load(context, emptyUrl, shows('Empty')));
    await context.close();
  }
}
const middle = (name: string, of: (one: Load) => number): number => quantile((loads.get(name) ?? []).map(of), 0.5);

const { page, context } = await open(browser, server, session);
const lines = async (path: string, shown: string): Promise<number> => {
  await page.goto(path);
  await page.getByText(shown).first().waitFor();
  await page.waitForTimeout(500);
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll('main tbody tr, main [role="rowgroup"] [role="row"]')];
    return rows.filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && bottom > top;
    }).length;
  });
};
const flagRows = await lines('/projects/default/flags', 'Gift cards');
const auditRows = await lines('/projects/default/audit', 'Audit');
await context.close();
await browser.close();
await server.stop();
empty.close();

const KIB = 1_024;
let row = 0;
const all: Figure[] = [];
for (const { name } of SCREENS) {
  const { atMost, shown } = figuresOf('ui', ++row);
  const isList = name === 'the flag list';
  const peers = (of: (one: Load) => number) => ({ 'an empty page': Math.round(middle('empty', of)) });
  const script = { figure: `${name}: scripts, compressed`, value: middle(name, (one) => one.scriptBytes) / KIB, unit: 'KiB' };
  const figures = [
    isList ? atMost(script, 180) : shown(script),
    shown({ figure: `${name}: everything`, value: middle(name, ({ bytes }) => bytes) / KIB, unit: 'KiB' }),
    shown({ figure: `${name}: requests`, value: middle(name, ({ requests }) => requests), unit: 'requests' }),
    atMost({ figure: `${name}: to third parties`, value: middle(name, ({ foreign }) => foreign), unit: 'requests' }, 0),
    atMost(
      { figure: `${name}: scripts and styles not immutable`, value: middle(name, ({ uncached }) => uncached), unit: 'files' },
      0,
    ),
    shown({ figure: `${name}: first paint`, value: middle(name, ({ fcp }) => fcp), unit: 'ms', peers: peers(({ fcp }) => fcp) }),
    shown({
      figure: `${name}: largest paint`,
      value: middle(name, ({ lcp }) => lcp),
      unit: 'ms',
      peers: peers(({ lcp }) => lcp),
    }),
    atMost(
      {
        figure: `${name}: blocked`,
        value: middle(name, ({ blocking }) => blocking),
        unit: 'ms',
        peers: peers(({ blocking }) => blocking),
      },
      150,
    ),
    atMost(
      {
        figure: `${name}: interactive`,
        value: middle(name, ({ interactive }) => interactive),
        unit: 'ms',
        peers: peers(({ interactive }) => interactive),
      },
      1_000,
    ),
    shown({
      figure: `${name}: interactive`,
      value: middle(name, ({ interactive }) => interactive) / middle('empty', ({ interactive }) => interactive),
      unit: 'times an empty page',
    }),
  ];
  all.push(...figures);
  console.error(tableOf(`${row}. ${name}, ${rounds} cold loads`, figures));
}
const { atLeast } = figuresOf('ui', ++row);
const seen = [
  atLeast({ figure: 'flags above the fold at 1440 × 900', value: flagRows, unit: 'rows' }, 15),
  atLeast({ figure: 'lines of history above the fold', value: auditRows, unit: 'rows' }, 15),
];
all.push(...seen);
console.error(tableOf(`${row}. what one sees at once`, seen));
for (const figure of all) console.log(JSON.stringify(figure));
console.error(`${all.length} figures, ${all.filter(({ ok }) => !ok).length} below their bar`);
