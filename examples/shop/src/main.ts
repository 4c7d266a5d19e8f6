/**
 * A little shop: product, cart, checkout and search, each with a new version behind a flag, and a page in React. All that it knows
 * of Burgee is the SDK: one client, one middleware that reports how requests went, and a question per page.
 */
import { readFile } from 'node:fs/promises';
import { createClient } from '@burgee/client-sdk/node';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { createCounters } from './counters.ts';
import { createFaults } from './faults.ts';
import { html } from './html.ts';

const { SHOP_PORT = '4500', FLAGS_URL = 'http://127.0.0.1:4400', FLAGS_KEY = '', FLAGS_WEB_KEY = '' } = process.env;

const flags = createClient({ url: FLAGS_URL, key: FLAGS_KEY, app: 'shop' });
const counters = createCounters();
const faults = createFaults();
const shop = new Hono();

shop.use(flags.middleware());

/** One page in its old or new version, for the user that the request names. */
function page(name: string, flag: string, content: (isNew: boolean, context: Context) => object) {
  return (context: Context): Response => {
    const user = context.req.header('x-user') ?? 'anonymous';
    const isNew = flags.boolean(flag, { targetingKey: user }, false);
    const failed = faults.strikes(name, user, isNew);
    counters.count(name, failed, Date.now());
    context.header('x-version', isNew ? 'new' : 'old');
    return failed ? context.json({ error: `${name} is out of order` }, 500) : context.json(content(isNew, context));
  };
}

shop.get(
  '/products/:id',
  page('product', 'product-page', (isNew, context) => ({
    id: context.req.param('id'),
    name: 'Foul-weather jacket',
    price: 189,
    ...(isNew ? { sizes: ['S', 'M', 'L'] } : {}),
  })),
);
shop.get(
  '/cart',
  page('cart', 'new-cart', (isNew) => ({ items: 2, total: isNew ? { amount: 214, currency: 'EUR' } : 214 })),
);
shop.post(
  '/checkout',
  page('checkout', 'new-checkout', (isNew) => ({ order: crypto.randomUUID(), paid: true, steps: isNew ? 1 : 3 })),
);
shop.get(
  '/search',
  page('search', 'new-search', (isNew, context) => ({
    query: context.req.query('q'),
    hits: isNew ? ['sail', 'sailcloth', 'mainsail'] : ['sail'],
  })),
);

shop.get('/', (context) => {
  if (FLAGS_WEB_KEY === '') return context.text('the page needs FLAGS_WEB_KEY, a client key for this origin', 503);
  return context.html(html({ url: FLAGS_URL, key: FLAGS_WEB_KEY, user: context.req.query('user') ?? 'anonymous' }));
});
shop.get('/favicon.ico', (context) => context.body(null, 204));
shop.get('/page.js', async (context) =>
  context.body(await readFile(new URL('page.js', import.meta.url), 'utf8'), 200, { 'content-type': 'text/javascript' }),
);

shop.get('/ready', async (context) => {
  const { source } = await flags.ready({ timeout: 2_000 });
  return context.json({ flags: source }, source === 'live' ? 200 : 503);
});
shop.get('/metrics', (context) => context.text(counters.exposition()));
shop.get('/counts', (context) => {
  const { page: name = '', from = '0', to = '0' } = context.req.query();
  return context.json(counters.window(name, Number(from), Number(to)));
});
shop.put('/faults/:page', async (context) => {
  const body: unknown = await context.req.json().catch(() => null);
  const share = typeof body === 'object' && body !== null && 'share' in body ? body.share : null;
  if (typeof share !== 'number' || !(share >= 0 && share <= 1))
    return context.json({ error: 'share must be a number from 0 to 1' }, 400);
  faults.set(context.req.param('page'), share);
  return context.json({ page: context.req.param('page'), share });
});

const server = serve({ fetch: shop.fetch, hostname: '127.0.0.1', port: Number(SHOP_PORT) }, ({ port }) =>
  console.log(`the shop is open on http://127.0.0.1:${port}`),
);

process.once('SIGTERM', () => {
  server.close();
  void flags.close().finally(() => process.exit(0));
});
