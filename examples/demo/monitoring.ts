import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePort, isInstalled, type Running, run } from './processes.ts';
import { until } from './timeline.ts';

/** A monitoring system that watches the shop and can be stopped and started. */
export interface Monitoring {
  readonly type: 'prometheus' | 'json';
  readonly name: string;
  readonly url: string;
  /** The plan's guard that reads it. */
  readonly guard: object;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const guard = (errors: string, total: string) => ({
  kind: 'query',
  key: 'cart-errors',
  action: 'pause',
  source: 'shop',
  errors,
  total,
  limit: 0.1,
  windowMs: 4_000,
  lagMs: 1_000,
  maxAgeMs: 12_000,
});

/** Prometheus from Debian's packages where it is installed, else counts over plain JSON. */
export function createMonitoring(folder: string, shops: readonly number[]): Promise<Monitoring> {
  return isInstalled('prometheus') ? withPrometheus(folder, shops) : withJson(shops);
}

async function withPrometheus(folder: string, shops: readonly number[]): Promise<Monitoring> {
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 900ms }\nscrape_configs: [ { job_name: shop, static_configs: [ { targets: [${shops.map((shop) => `'127.0.0.1:${shop}'`).join(', ')}] } ] } ]\n`,
  );
  const url = `http://127.0.0.1:${port}`;
  let process: Running | null = null;
  const stop = async (): Promise<void> => {
    await process?.stop();
    process = null;
  };
  const start = async (): Promise<void> => {
    process = run(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      {},
    );
    await until('Prometheus is ready', async () => {
      try {
        return (await fetch(`${url}/-/ready`)).ok ? true : undefined;
      } catch {
        return undefined;
      }
    });
  };
  await start();
  const series = (match: string): string => `sum(increase(shop_requests_total{page="cart"${match}}[{window}]))`;
  return {
    type: 'prometheus',
    name: 'Prometheus',
    url,
    guard: guard(series(',status="500"'), series('')),
    stop,
    start,
    close: stop,
  };
}

/** Sums the shops' own counters over the window that is asked for. */
async function withJson(shops: readonly number[]): Promise<Monitoring> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let server: Server | null = null;
  const stop = (): Promise<void> =>
    new Promise((done) => {
      if (server === null) return done();
      server.closeAllConnections();
      server.close(() => done());
      server = null;
    });
  const start = (): Promise<void> =>
    new Promise((done) => {
      server = createServer((request, response) => {
        const { search } = new URL(request.url ?? '/', url);
        Promise.all(
          shops.map(
            async (shop) =>
              (await fetch(`http://127.0.0.1:${shop}/counts${search}`)).json() as Promise<{
                errors: number;
                total: number;
                asOf: number;
              }>,
          ),
        )
          .then((counts) => {
            const sum = (of: 'errors' | 'total'): number => counts.reduce((total, count) => total + count[of], 0);
            response.end(
              JSON.stringify({ errors: sum('errors'), total: sum('total'), asOf: Math.max(...counts.map(({ asOf }) => asOf)) }),
            );
          })
          .catch(() => response.writeHead(503).end());
      });
      server.listen(port, '127.0.0.1', done);
    });
  await start();
  return {
    type: 'json',
    name: 'a JSON source',
    url: `${url}/?page=cart&from={from}&to={to}`,
    guard: guard('', ''),
    stop,
    start,
    close: stop,
  };
}
