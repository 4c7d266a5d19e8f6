import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Frame } from './serve-route.ts';

/** A server that takes requests. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** Takes no new connections, waits for running answers at most so long, then ends what is left. */
  close(graceMs: number): Promise<void>;
}

/** Listens; rejects with node's error where the port is taken. Slow senders are cut: headers 10 s, the whole request 30 s. */
export async function listen(app: Hono<Frame>, { host, port }: { host: string; port: number }): Promise<Listening> {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
  });
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: (graceMs) =>
      new Promise<void>((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        // a stream's connection becomes idle only when the stream has ended, after this call
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(force);
          clearInterval(sweep);
          resolve();
        });
      }),
  };
}
