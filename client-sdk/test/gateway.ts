import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request on its way through. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** What becomes of a request: it goes on (nothing), is answered here, or its connection breaks. */
export type Fate =
  | undefined
  | 'break'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A reverse proxy on a port of its own that a test can slow down, break and answer for. */
export interface Gateway {
  readonly url: string;
  readonly passed: Passing[];
  /** Asked before a request goes on; may take its time. */
  fate: ((request: Passing) => Promise<Fate> | Fate) | undefined;
  /** Event streams that are open through it, and the most there ever were at once. */
  streams(): { readonly now: number; readonly most: number };
  /** Breaks every connection. */
  cut(): void;
  /** Whether it takes connections. */
  down(isDown: boolean): Promise<void>;
  close(): Promise<void>;
}

const isStream = (path: string): boolean => path.startsWith('/ofrep/v1/events') || path.startsWith('/sdk/stream');

export async function startGateway(target: string): Promise<Gateway> {
  const sockets = new Set<Socket>();
  const streams = new Set<http.IncomingMessage>();
  let most = 0;

  const handle = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> => {
    // a browser repeats by itself what fails on a connection that it had used before
    outgoing.setHeader('connection', 'close');
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body, at: performance.now() };
    gateway.passed.push(request);
    const fate = await gateway.fate?.(request);
    if (fate === 'break') return void incoming.socket.destroy();
    if (fate !== undefined) {
      const origin = headers.origin === undefined ? {} : { 'access-control-allow-origin': headers.origin };
      outgoing.writeHead(fate.status, { ...origin, 'access-control-expose-headers': 'ETag, Retry-After', ...fate.headers });
      return void outgoing.end(fate.body);
    }
    const forwarded = http.request(target + path, { method, headers, agent: false }, (answer) => {
      if (isStream(path) && answer.statusCode === 200) {
        streams.add(incoming);
        most = Math.max(most, streams.size);
        outgoing.on('close', () => streams.delete(incoming));
      }
      const { connection: _, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    forwarded.end(body);
  };

  const server = http.createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const gateway: Gateway = {
    url: `http://127.0.0.1:${port}`,
    passed: [],
    fate: undefined,
    streams: () => ({ now: streams.size, most }),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async down(isDown) {
      if (isDown && server.listening) await stop();
      if (!isDown && !server.listening) await listen(port);
    },
    async close() {
      if (server.listening) await stop();
    },
  };
  return gateway;
}
