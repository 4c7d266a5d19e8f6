import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOutbound } from '../outbound/client.ts';
import { createMetricReader } from './reader.ts';
import { metricSourceContract, NOW } from './source.contract.ts';
import { type Script, scriptedSource } from './testing.ts';

const GUARD = {
  errors: 'sum(increase(requests_total{flag="{flag}",status="500"}[{window}]))',
  total: 'sum(increase(requests_total{flag="{flag}"}[{window}]))',
};
const vector = (value: number | string): string =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1_000, String(value)] }] },
  });
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
const isErrors = (form: URLSearchParams): boolean => (form.get('query') ?? '').includes('status="500"');
const isFreshness = (form: URLSearchParams): boolean => (form.get('query') ?? '').startsWith('max(max_over_time(timestamp(');

metricSourceContract('Prometheus', {
  type: 'prometheus',
  guard: GUARD,
  counts:
    (errors, total, asOf) =>
    ({ form }) => ({ body: vector(isFreshness(form) ? asOf / 1_000 : isErrors(form) ? errors : total) }),
  nothing: () => ({ body: fixture('nodata_absent_series') }),
});

describe('Prometheus, as it answered when it was asked', () => {
  const cases: [string, { total: string; errors?: string; status?: number }, object][] = [
    [
      'an error series that does not exist yet is no error',
      { total: 'total_on', errors: 'nodata_no_error_series' },
      { kind: 'ok', errors: 0 },
    ],
    ['no traffic divided by itself is no data', { total: 'nan_zero_traffic' }, { kind: 'no_data' }],
    ['infinity', { total: 'inf' }, { kind: 'unavailable' }],
    [
      'several series',
      { total: 'ratio_by_variant' },
      { kind: 'unavailable', permanent: true, reason: expect.stringContaining('series') },
    ],
    ['a scalar', { total: 'scalar_type' }, { kind: 'unavailable', permanent: true }],
    ['a string', { total: 'string_type' }, { kind: 'unavailable', permanent: true }],
    ['a matrix', { total: 'matrix_type' }, { kind: 'unavailable', permanent: true }],
    [
      'a bad query',
      { total: 'err_bad_query', status: 400 },
      { kind: 'unavailable', permanent: true, reason: expect.stringContaining('parse error') },
    ],
    ['an execution error', { total: 'err_exec', status: 422 }, { kind: 'unavailable', permanent: true }],
    ['a time-out of its own', { total: 'err_timeout', status: 503 }, { kind: 'unavailable' }],
  ];
  it.each(cases)('%s', async (_name, answer, expected) => {
    const rig = await scriptedSource(() => NOW);
    const script: Script = ({ form }) =>
      isFreshness(form)
        ? { body: vector(NOW / 1_000 - 3) }
        : {
            status: answer.status ?? 200,
            body: fixture(isErrors(form) && answer.errors !== undefined ? answer.errors : answer.total),
          };
    rig.script(script);
    const sample = await rig.reader.read({
      source: rig.source('prometheus'),
      guard: { ...GUARD, windowMs: 60_000 },
      flag: 'checkout',
      environment: 'production',
      from: NOW - 60_000,
      to: NOW,
    });
    expect(sample).toMatchObject(expected);
    await rig.close();
  });
});

function installed(binary: string): boolean {
  try {
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const freePort = async (): Promise<number> => {
  const probe = createSocketServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
};

const ended = (child: ChildProcess): Promise<void> => new Promise((done) => child.once('exit', () => done()));

const hasPrometheus = installed('prometheus');
if (!hasPrometheus) console.warn('skipped: the real Prometheus, since no `prometheus` is installed');

describe.skipIf(!hasPrometheus)('a real Prometheus', () => {
  it('gives counts, says when the data is old, and is unavailable when it hangs or dies', { timeout: 90_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'burgee-prometheus-'));
    let good = 0;
    let bad = 0;
    const app = createServer((_request, response) => {
      good += 90;
      bad += 10;
      response.end(
        `# TYPE requests_total counter\nrequests_total{flag="checkout",status="200"} ${good}\nrequests_total{flag="checkout",status="500"} ${bad}\n`,
      );
    });
    await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
    const port = await freePort();
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 1s, scrape_timeout: 500ms }\nscrape_configs: [ { job_name: app, static_configs: [ { targets: ['127.0.0.1:${(app.address() as AddressInfo).port}'] } ] } ]\n`,
    );
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      {
        stdio: 'ignore',
      },
    );
    const outbound = createOutbound({ allow: [`127.0.0.1:${port}`] });
    const reader = createMetricReader({ outbound, clock: Date.now, environment: {} });
    const read = () =>
      reader.read({
        source: {
          project: 'p',
          key: 'prom',
          name: 'Prometheus',
          type: 'prometheus',
          url: `http://127.0.0.1:${port}`,
          headers: [],
          timeoutMs: 1_500,
        },
        guard: { ...GUARD, windowMs: 10_000 },
        flag: 'checkout',
        environment: 'production',
        from: Date.now() - 10_000,
        to: Date.now(),
      });
    const until = async (what: string, wanted: (sample: Awaited<ReturnType<typeof read>>) => boolean) => {
      for (let i = 0; i < 80; i += 1) {
        const sample = await read();
        if (wanted(sample)) return sample;
        await new Promise((done) => setTimeout(done, 250));
      }
      throw new Error(`never ${what}: ${JSON.stringify(await read())}`);
    };
    try {
      const sample = await until('counted', (s) => s.kind === 'ok' && s.total > 300);
      if (sample.kind !== 'ok') throw new Error('unreachable');
      expect(sample.errors / sample.total).toBeCloseTo(0.1, 3);
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
      const stopped = Date.now();
      await new Promise((done) => setTimeout(done, 3_000));
      const old = await read();
      // Prometheus still answers with a rate and the present time; the data's own time has stopped.
      expect(old.kind === 'ok' && old.asOf < stopped + 1_500).toBe(true);
      child.kill('SIGSTOP');
      // the signal reaches a process of many threads a moment later
      await until('was missed while it hung', (s) => s.kind === 'unavailable');
      child.kill('SIGCONT');
      await until('came back', (s) => s.kind !== 'unavailable');
      child.kill('SIGKILL');
      await ended(child);
      expect(await read()).toMatchObject({ kind: 'unavailable' });
    } finally {
      child.kill('SIGKILL');
      app.close();
      await outbound.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
