import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricReader, MetricSource, Outbound } from '../domain/ports.ts';
import { createOutbound } from '../outbound/client.ts';
import { createMetricReader } from './reader.ts';

/** What the scripted system does with a request: an answer, or silence. */
export type Script = (request: {
  readonly url: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}) => { readonly status?: number; readonly body?: string; readonly headers?: Record<string, string> } | 'silence';

/** A monitoring system whose answers a test writes, on a real socket, and a reader that may reach it. */
export async function scriptedSource(now: () => number): Promise<{
  readonly url: string;
  readonly reader: MetricReader;
  readonly outbound: Outbound;
  readonly requests: string[];
  script(next: Script): void;
  source(type: MetricSource['type'], more?: Partial<MetricSource>): MetricSource;
  close(): Promise<void>;
}> {
  let current: Script = () => 'silence';
  const requests: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      requests.push(request.url ?? '');
      const answer = current({ url: request.url ?? '', form: new URLSearchParams(body), headers: request.headers });
      if (answer === 'silence') return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outbound = createOutbound({ allow: ['127.0.0.0/8'] });
  return {
    url,
    outbound,
    requests,
    reader: createMetricReader({ outbound, clock: now, environment: { BURGEE_SECRET_MONITORING: 'Bearer s3cret' } }),
    script(next) {
      current = next;
    },
    source: (type, more = {}) => ({
      project: 'default',
      key: 'source',
      name: 'Source',
      type,
      url,
      headers: [],
      timeoutMs: 400,
      ...more,
    }),
    async close() {
      server.closeAllConnections();
      await outbound.close();
      await new Promise((done) => server.close(done));
    },
  };
}
