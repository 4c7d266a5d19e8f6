import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A monitoring system and a chat's webhook, as far as the screens need them. */
export interface Monitoring {
  readonly url: string;
  /** What webhooks were sent. */
  readonly received: string[];
  close(): Promise<void>;
}

/** `/stats` answers counts, `/broken` says 500, `/empty` answers nothing that counts, `/hook` takes what is posted. */
export async function startMonitoring(): Promise<Monitoring> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const answer = (status: number, value: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      if (path === '/stats') return answer(200, { errors: 3, total: 1200, asOf: Date.now() - 4000 });
      if (path === '/empty') return answer(200, { nothing: true });
      if (path === '/hook') {
        received.push(body);
        return answer(200, {});
      }
      return answer(500, { error: 'the store is being compacted' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
